#ifndef FOOTNOTE_TEXT_CHARSET_H_
#define FOOTNOTE_TEXT_CHARSET_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

// The text of a file, whatever encoding it was written in.
struct DecodedText {
  // Valid UTF-8 without a byte order mark.
  std::string utf8;
  // The encoding that was read: "UTF-8", "UTF-16LE", "windows-1251", ….
  std::string encoding;
  // Parts that were not valid in that encoding; each became one U+FFFD.
  size_t replaced_sequences = 0;
  // True when the encoding was neither marked nor declared nor UTF-8.
  bool guessed = false;
};

// Decodes `bytes`. In this order: a byte order mark decides; UTF-16 and UTF-32
// without a mark are known by their zeros; escapes are read where a form of
// ISO-2022 is declared; bytes that are valid UTF-8 are UTF-8; then `declared`
// (an HTML or XML declaration, empty when there is none) if it is a known name;
// then the likeliest for ICU in which they are a text. Text with five whole
// UTF-8 sequences for each broken one stays UTF-8. Safe from many threads.
//   InvalidArgument   no text in any encoding known: too many zeros or control
//                     characters, the message names the first one's offset; or
//                     too much that is no character in a guessed encoding
absl::StatusOr<DecodedText> DecodeText(std::string bytes,
                                       absl::string_view declared);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_CHARSET_H_
