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
  size_t size() const { return bytes_.size(); }
  bool empty() const { return bytes_.empty(); }

  void Append(absl::string_view bytes, bool foreign = false);
  void Append(const Text& other);

  // Bytes `begin` to `end`, half open.
  // REQUIRES: begin <= end <= size()
  Text Part(size_t begin, size_t end) const;

  // Other bytes made of this text's: all foreign where any of these is.
  Text Changed(absl::string_view bytes) const {
    return Text(bytes, IsForeign());
  }

 private:
  void Mark(size_t begin, size_t end);

  std::string bytes_;
  std::vector<Stretch> foreign_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TEMPLATE_TEXT_H_
