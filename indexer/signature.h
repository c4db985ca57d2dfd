// What a text says, roughly: to find documents that say nearly the same.
#ifndef FOOTNOTE_INDEXER_SIGNATURE_H_
#define FOOTNOTE_INDEXER_SIGNATURE_H_

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "storage/duplicates.h"

namespace footnote {

// Texts of fewer words have no signature: two short notes may share most of
// their words and say something else.
inline constexpr size_t kMinSignatureWords = 24;

// The MinHash of the runs of four words of `text`. A word is letters, digits
// and marks together; where words are written without spaces (Han, kana), each
// character is one. Case of ASCII letters, punctuation and spaces don't count.
// Nullopt where there are too few words. Any bytes; safe from many threads.
absl::optional<TextSignature> SignatureOf(absl::string_view text);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_SIGNATURE_H_
