// The words of a text as they are compared across languages.
#ifndef FOOTNOTE_RETRIEVER_TRANSLATION_WORDS_H_
#define FOOTNOTE_RETRIEVER_TRANSLATION_WORDS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/strings/string_view.h"
#include "retriever/translation/lexicon.h"
#include "text/language.h"

namespace footnote {

// A content word and what it may be in English.
struct ContentWord {
  // Bytes of the text.
  uint32_t begin = 0;
  uint32_t end = 0;
  // Its surface's, or stem's, key.
  uint64_t key = 0;
  // How it sounds (text/sound_key.h) when it may be a name: in scripts with
  // capitals, one with a capital. Else empty.
  std::string name;
  // Of its stem, the parts of a compound, and the bigrams that begin here; of a
  // Vietnamese compound, itself.
  absl::InlinedVector<uint64_t, 4> meanings;
  // Of the syllables of a Vietnamese compound, which alone mean little: "thành
  // công" is a success, "công" a tool.
  absl::InlinedVector<uint64_t, 2> syllables;
};

// Content words of `text` in order, each place once. In Chinese what may be a
// foreign name is one more word, beside those that it is cut into. In
// Vietnamese two syllables that `lexicon` translates together are one word;
// where such pairs overlap, those that it translates most surely. What may be a
// name is more words, again, beside them.
// Safe from many threads.
std::vector<ContentWord> ContentWords(absl::string_view text, Language language,
                                      const Lexicon& lexicon);

// What a word may be in English; what it is itself, as names are, among it.
// What a syllable of a compound means counts .3.
std::vector<Translation> InEnglish(const ContentWord& word, Language language,
                                   const Lexicon& lexicon);

// The content words of a question, at most 32; views of it. What the lexicon
// translates with confidence is no name.
struct AskedWords {
  std::vector<absl::string_view> words;
  std::vector<std::string> names;
  std::vector<std::vector<Translation>> english;
};
AskedWords WordsAsked(absl::string_view question, Language language,
                      const Lexicon& lexicon);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_TRANSLATION_WORDS_H_
