// The index terms of one word: how it is folded, stemmed and taken apart.
#ifndef FOOTNOTE_TEXT_WORD_TERMS_H_
#define FOOTNOTE_TEXT_WORD_TERMS_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "text/language.h"

struct sb_stemmer;

namespace footnote {

// 0 for what is none of our languages.
inline size_t LanguageNumber(Language language) {
  const size_t number = static_cast<size_t>(language);
  return number < kLanguageCount ? number : 0;
}

// By the analyser's channels, in readable form; empty where a channel has none.
struct WordTerms {
  static constexpr size_t kMaxParts = 3;

  std::string stem;
  std::string surface;
  std::string prefix;
  std::array<std::string, kMaxParts> parts;
  size_t part_count = 0;
  // TokenFlags.
  uint8_t flags = 0;
};

// Makes the terms of words; a change here changes kAnalyzerVersion.
//
// Not thread-safe: it keeps a stemmer for each language that it met.
class TermMaker {
 public:
  // Those of the word `raw`, which has the WordFlags `word_flags`, in a text of
  // `language`. Replaces what is in `terms`, whose room is used again. A word
  // of Han or Kana has a stem only.
  void Make(absl::string_view raw, Language language, uint8_t word_flags,
            WordTerms* terms);

 private:
  struct DeleteStemmer {
    void operator()(sb_stemmer* stemmer) const;
  };

  // `word`, in careful form, replaced by its bare stem.
  void Stem(Language stem_language, Language language, std::string* word);

  std::array<std::unique_ptr<sb_stemmer, DeleteStemmer>, kLanguageCount>
      stemmers_;
  // Scratch, kept to spare allocations.
  std::string scratch_;
  std::vector<absl::string_view> parts_;
};

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_WORD_TERMS_H_
