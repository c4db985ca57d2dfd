// The letters as which byte-level vocabularies write bytes: printable Latin-1
// for itself, the others from U+0100 on.
#ifndef FOOTNOTE_MODEL_TOKENIZER_BYTE_LETTERS_H_
#define FOOTNOTE_MODEL_TOKENIZER_BYTE_LETTERS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace footnote {

// Replaces `*bytes` by the bytes that `letters` stand for. What is no such
// letter stays as it is, and makes the result false.
bool BytesOfLetters(absl::string_view letters, std::string* bytes);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_TOKENIZER_BYTE_LETTERS_H_
