#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_QUESTION_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_QUESTION_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "generator/extractive/answer_type.h"
#include "text/analyzer.h"
#include "text/dates.h"
#include "text/language.h"
#include "text/span.h"

namespace footnote {
namespace extractive {

// Something that a question speaks of: a word, or two neighbouring characters
// of Han, Kana or Hangul.
struct QuestionTerm {
  // Bytes of the question, where it comes first.
  TextSpan span;
  bool is_stop_word = false;
  // Two syllables of which one is a stop word: a word ("thế giới"), or none
  // ("của Huế").
  bool is_half_stop_word = false;
  // One of the words that tell what is asked for ("year" of "what year"), or
  // that carry the question (carriers.h).
  bool is_question_word = false;
  bool is_number = false;
  // Begins with a capital and is not the question's first word: in many
  // languages a name.
  bool is_name = false;

  // Of a word of some length without digits: its folded form. Else empty.
  std::string word;

  // Says what the question is about.
  bool is_content() const { return !is_stop_word && !is_question_word; }
};

// Which term an index key points to, and whether it is the term itself
// (strength 1) or only looks like it (a shared beginning, a compound's part).
struct TermMatch {
  uint32_t term;
  float strength;
};

// A term that may be short for two Han words: 国連 for 国際連合.
struct Abbreviation {
  uint32_t term;
  // The dictionary has it as a word. Most such words are short for nothing, so
  // it is taken for that only where no passage holds it as it is.
  bool is_word;
};

// A question as the extractive writer sees it.
struct Question {
  // The language that its words were analysed in.
  Language language = Language::kUnknown;
  // The language that its question words were looked for in.
  Language spoken = Language::kUnknown;
  AnswerType type = AnswerType::kAny;
  // Distinct terms in the order of their first occurrence.
  std::vector<QuestionTerm> terms;
  // By term: how rare it is in the whole collection. Empty when that is not
  // known.
  std::vector<double> rarity;
  // From an index key (Token::key) to the terms that it matches.
  absl::flat_hash_map<uint64_t, std::vector<TermMatch>> matches;
  // From the keys of ShortForm to the terms that they may be.
  absl::flat_hash_map<uint64_t, Abbreviation> abbreviations;
  // Terms that stand side by side.
  std::vector<std::pair<uint32_t, uint32_t>> pairs;
  // Its dates, each with the terms that write it.
  struct AskedDate {
    DateInText date;
    std::vector<uint32_t> terms;
  };
  std::vector<AskedDate> dates;
  // Its numbers in ASCII digits, and HanNumbers.
  absl::flat_hash_set<std::string> numbers;

  // True when nothing in it can be looked for: no words, or stop words only.
  bool IsEmpty() const;
};

// Reads `text`. `analysis` is the language whose stems the passages have (the
// passages' own); `spoken` the one that the question is in, for its question
// words. The two differ when a question is asked across languages.
Question ReadQuestion(absl::string_view text, Language analysis,
                      Language spoken, Analyzer* analyzer);

// Whether `text`, which `question` was read from, asks something: it has a
// question word that decides, or a question mark.
bool Asks(absl::string_view text, const Question& question);

// Fills `rarity` from index keys and their rarity. A term of which no key is
// given is taken to be as rare as the rarest that is; where that is most of
// them, the question was read in another language, and nothing is filled.
// REQUIRES: keys.size() == rarities.size()
void SetRarity(absl::Span<const uint64_t> keys,
               absl::Span<const float> rarities, Question* question);

// The runs of digits in `utf8`, of any script, in ASCII, in their order:
// "١٩٩٩" is "1999". Separators part runs.
std::vector<std::string> DigitRuns(absl::string_view utf8);

// The runs of Han numerals in `utf8`, in their order, as they are written. Not
// 一 alone, which is a part of many words.
std::vector<std::string> HanNumbers(absl::string_view utf8);

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_QUESTION_H_
