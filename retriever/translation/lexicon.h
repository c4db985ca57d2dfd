// Which English stems a word of another language may be, and how likely.
//
// A sentence's vector knows what a sentence is about; a lexicon knows words:
// "Lungenfell" is a pleura. Learnt from message catalogues by
// training/lexicon; data/README.md says from which.
//
// The file (all numbers little-endian):
//   "FNLEXIC1"
//   u32 count of English terms, u32 bytes of their list, the list: the terms,
//     sorted, a newline after each
//   u32 count of languages, and for each, by rising number: u8 number (see
//     text/language.h), u32 count of words, u32 bytes, then for each word, by
//     rising hash: varint difference of hashes, u8 count of translations, and
//     as often u16 number of the term, u8 likelihood in 255ths
// A word's hash is the highest 26 bits of its index term's key.
#ifndef FOOTNOTE_RETRIEVER_TRANSLATION_LEXICON_H_
#define FOOTNOTE_RETRIEVER_TRANSLATION_LEXICON_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "text/language.h"

namespace footnote {

// An English stem.
struct Translation {
  // Its index term's key.
  uint64_t key = 0;
  // 0 to 1.
  float likelihood = 0;
};

// Immutable; safe from many threads. Takes about twice its file.
class Lexicon {
 public:
  // Knows nothing.
  Lexicon() = default;

  // Reads a file, which may come from anywhere.
  //   DataLoss       it ends early, or is not what the form above says
  //   Unimplemented  a later form
  static absl::StatusOr<Lexicon> Parse(absl::string_view bytes);

  // The one that comes with the program, read when first asked for: about
  // 20 ms.
  static const Lexicon& BuiltIn();

  // Appends what the term `key` (a stem or bigram) of `language` may be, the
  // likeliest first. One in two thousand words that it does not know is taken
  // for another.
  void Find(Language language, uint64_t key,
            std::vector<Translation>* out) const;

  // True when it has words of `language`.
  bool Speaks(Language language) const;

  // Words of all languages.
  size_t size() const;

 private:
  struct Table {
    std::vector<uint32_t> hashes;
    // Of the first translation of each word, and one more.
    std::vector<uint32_t> begins;
    std::vector<uint16_t> terms;
    std::vector<uint8_t> likelihoods;
  };

  std::vector<uint64_t> keys_;
  std::array<Table, kLanguageCount> tables_;
};

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_TRANSLATION_LEXICON_H_
