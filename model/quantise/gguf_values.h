// The bytes of GGUF's metadata.
#ifndef FOOTNOTE_MODEL_QUANTISE_GGUF_VALUES_H_
#define FOOTNOTE_MODEL_QUANTISE_GGUF_VALUES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace footnote {

// Appends what GGUF calls a string: a length of 8 bytes, then the text.
void AppendGgufText(absl::string_view text, std::string* out);
void AppendLittle32(uint32_t value, std::string* out);
void AppendLittle64(uint64_t value, std::string* out);

// Keys and values one after the other, as they lie in a file.
class GgufValues {
 public:
  void Text(absl::string_view key, absl::string_view value);
  void Whole(absl::string_view key, uint32_t value);
  void Real(absl::string_view key, float value);
  void Flag(absl::string_view key, bool value);
  void Texts(absl::string_view key, const std::vector<std::string>& values);
  void Wholes(absl::string_view key, const std::vector<int32_t>& values);
  // `entry` is a key and its value, as Gguf::AppendEntry gives them.
  void Copied(absl::string_view entry);

  uint64_t count() const { return count_; }
  const std::string& bytes() const { return bytes_; }

 private:
  void Key(absl::string_view key, uint32_t kind);

  std::string bytes_;
  uint64_t count_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_QUANTISE_GGUF_VALUES_H_
