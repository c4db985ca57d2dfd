#ifndef FOOTNOTE_BASE_UTF8_H_
#define FOOTNOTE_BASE_UTF8_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace footnote {

// UTF-8: validation, repair, and the way between byte offsets and code-point
// offsets. Everything is a pure function, safe from many threads, and accepts
// any bytes unless it says otherwise.
//
// A code point, for counting, begins at every byte that is not 10xxxxxx; in
// valid UTF-8 these are exactly the code points.

// True when `bytes` is well-formed UTF-8 as in Unicode table 3-7: no overlong
// forms, no surrogates, nothing above U+10FFFF. NUL is a code point like any.
bool IsValidUtf8(absl::string_view bytes);

// The length of the longest valid prefix of `bytes`.
size_t ValidUtf8Prefix(absl::string_view bytes);

// `bytes` with each maximal invalid part replaced by one U+FFFD, as browsers
// and ICU do it. The result is valid UTF-8.
std::string ReplaceInvalidUtf8(absl::string_view bytes);

// The number of code points in `utf8`. 10 GB/s and more.
size_t CountCodePoints(absl::string_view utf8);

// The number of code points before byte `byte_offset`, at most the size.
size_t CodePointOffset(absl::string_view utf8, size_t byte_offset);

// The byte offset of code point number `code_point`; the size of `utf8` when
// it has no more than that many.
size_t ByteOffset(absl::string_view utf8, size_t code_point);

// `byte_offset` moved left to the begin of its code point.
size_t FloorToCodePoint(absl::string_view utf8, size_t byte_offset);

// The code point at `utf8[offset]`, its length (1 to 4) in `length`. An
// invalid sequence gives U+FFFD with the length of its maximal invalid part.
// REQUIRES: offset < utf8.size()
char32_t DecodeUtf8(absl::string_view utf8, size_t offset, int* length);

// Appends `code_point` to `out`; U+FFFD for a surrogate or above U+10FFFF.
void AppendUtf8(char32_t code_point, std::string* out);

// Converts many offsets of one long text: one pass to build, then at most one
// block of 1,024 bytes is read per conversion. Immutable; `utf8` must outlive
// it.
class CodePointIndex {
 public:
  explicit CodePointIndex(absl::string_view utf8);

  // As the free functions of the same names.
  size_t CodePointOffset(size_t byte_offset) const;
  size_t ByteOffset(size_t code_point) const;

  // The number of code points in the text.
  size_t size() const { return size_; }

 private:
  absl::string_view utf8_;
  // Code points before byte 1,024 * i.
  std::vector<uint64_t> before_;
  size_t size_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_BASE_UTF8_H_
