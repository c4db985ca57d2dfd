#ifndef FOOTNOTE_TEXT_ANALYZER_H_
#define FOOTNOTE_TEXT_ANALYZER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "text/language.h"

namespace footnote {

// Goes into every segment and answer record. Raised by every change that
// alters a key, a channel or a border, because old segments then no longer
// match new queries.
constexpr uint32_t kAnalyzerVersion = 1;

// The kind of an index term. The number is part of the key, so equal strings
// of two channels are two terms. Stored in segments: never renumber.
enum Channel : uint8_t {
  // The word's stem, and those of the parts of a compound. In Han and Kana
  // text: the dictionary word. Depends on the language.
  kChannelStem = 0,
  // The folded word itself, without accents (see Fold): the same in every
  // language but for clitics. None in Han and Kana, where it equals the stem.
  kChannelSurface = 1,
  // Two neighbouring Han, Kana or Hangul characters; a character that stands
  // alone is its own bigram. Vietnamese: two neighbouring syllables' stems, at
  // the position of the second.
  kChannelBigram = 2,
  // The first five letters of the bare word (Hangul: two), for endings that
  // no stemmer knows. The whole word when it is shorter; none in Han and Kana.
  kChannelPrefix = 3,
  // How a name sounds (sound_key.h), so that one in another script finds it.
  // Not of the analyser: the indexer adds it to names, the retriever asks for
  // it across languages. Segments of before that lack it.
  kChannelSound = 4,
};
// Those of the analyser.
constexpr int kChannelCount = 4;

enum TokenFlags : uint8_t {
  // The word is a function word of the text's language ("the", "der").
  kTokenStopWord = 1,
  // The word is a number (see kWordNumber).
  kTokenNumber = 2,
  // The word begins with a capital.
  kTokenCapitalised = 4,
  // The term is not the word's own stem but a part of a compound ("tür" of
  // "Haustür", in kChannelStem): weaker evidence than the whole.
  kTokenPart = 8,
};

// One index term at one place.
struct Token {
  // Bytes of the text: the word that the term was made from (for a bigram its
  // two characters).
  uint32_t begin;
  uint32_t end;
  // The word's ordinal; all terms of a word share it. Han and Kana count by
  // characters: a bigram has the position of its first character.
  uint32_t position;
  uint8_t channel;
  uint8_t flags;
  // 64-bit hash of channel and index term: what postings are filed under. The
  // language is not part of it, so names match across languages.
  uint64_t key;
};

// A token with its index term in readable form, for `--explain` and tests.
struct ExplainedToken {
  Token token;
  std::string term;
};

// A word at one place, for callers that keep what they know of words.
struct NumberedWord {
  uint32_t number;    // what WordNumbers said
  uint32_t position;  // as in Token
};

// Gives words numbers, for Analyzer::AnalyzeWords.
class WordNumbers {
 public:
  virtual ~WordNumbers() = default;

  // The number of `word`, as it is written, whose terms are `terms` (at
  // whatever place). Asked once for most words, again for some.
  virtual uint32_t NumberOf(absl::string_view word,
                            const std::vector<Token>& terms) = 0;
};

// Turns text into index terms: one way for documents, queries and citations.
//
// Not thread-safe: one per thread (it holds caches, at most a few MiB).
// Results do not depend on what was analysed before.
class Analyzer {
 public:
  Analyzer();
  ~Analyzer();
  Analyzer(const Analyzer&) = delete;
  Analyzer& operator=(const Analyzer&) = delete;

  // Appends the tokens of `utf8` to `out`, by position, then channel. Any
  // bytes are accepted (invalid ones part words); the time is linear; words
  // over 255 bytes are cut there.
  // REQUIRES: utf8.size() < 4 GiB
  void Analyze(absl::string_view utf8, Language language,
               std::vector<Token>* out);

  // The same tokens, of most words told by numbers: appends words between
  // spaces to `words`, by position, and to `rest` the tokens whose terms are
  // not their word's alone: all of Han and Kana, syllable pairs of Vietnamese.
  // A word's terms are made and told to `numbers` once, not at every place.
  void AnalyzeWords(absl::string_view utf8, Language language,
                    WordNumbers* numbers, std::vector<NumberedWord>* words,
                    std::vector<Token>* rest);

  // Asks WordNumbers for all numbers anew from now on.
  void ForgetNumbers();

  // The same tokens with their terms; slow.
  void Explain(absl::string_view utf8, Language language,
               std::vector<ExplainedToken>* out);

  // True when `word`, folded or not, is a function word of `language`.
  bool IsStopWord(absl::string_view word, Language language);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The key of `term` in `channel`, as in Token::key (but for the syllable pairs
// of Vietnamese, whose keys are made of the syllables' keys).
uint64_t TermKey(uint8_t channel, absl::string_view term);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_ANALYZER_H_
