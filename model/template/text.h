// Strings that remember which of their bytes someone else wrote.
#ifndef FOOTNOTE_MODEL_TEMPLATE_TEXT_H_
#define FOOTNOTE_MODEL_TEMPLATE_TEXT_H_

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace footnote {

// UTF-8 and the stretches of it that came with a request (a document, a
// question, a tool's result) rather than from the template. Whatever a template
// does to such text, what comes out of it stays marked: a tokenizer makes no
// control pieces there.
//
// It also remembers what Jinja calls markup: text that passed through "safe" or
// "escape". Parts and changes of it are markup too; what is appended to is not.
class Text {
 public:
  // Bytes, half open.
  using Stretch = std::pair<size_t, size_t>;

  Text() = default;
  explicit Text(absl::string_view bytes, bool foreign = false);

  const std::string& bytes() const { return bytes_; }
  // Sorted, not empty, without overlaps.
  const std::vector<Stretch>& foreign() const { return foreign_; }
  bool IsForeign() const { return !foreign_.empty(); }
  bool IsMarkup() const { return markup_; }
  size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }

  void Append(absl::string_view bytes, bool foreign = false);
  void Append(const Text& other);

  // Bytes `begin` to `end`, half open.
  // REQUIRES: begin <= end <= size()
  Text Part(size_t begin, size_t end) const;

  // Other bytes made of this text's: all foreign where any of these is.
  Text Changed(absl::string_view bytes) const {
    return Text(bytes, IsForeign()).AsMarkup(markup_);
  }

  // The same text, markup or not.
  Text AsMarkup(bool markup) const;
  // As markup; what HTML would read as a sign is written as an entity, unless
  // the text is markup already.
  Text Escaped() const;

 private:
  void Mark(size_t begin, size_t end);

  std::string bytes_;
  std::vector<Stretch> foreign_;
  bool markup_ = false;
};

// Where `part` first stands in `in` from byte `from` on, and where it stands
// last; npos where it does not. Takes time that grows with both sizes, never
// with their product.
size_t FindBytes(absl::string_view in, absl::string_view part, size_t from = 0);
size_t FindLastBytes(absl::string_view in, absl::string_view part);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TEMPLATE_TEXT_H_
