#include "text/identify.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "text/cld.h"
#include "text/language_table.h"
#include "text/language_votes.h"
#include "text/repetitions.h"
#include "text/script_census.h"

namespace footnote {
namespace {

constexpr size_t kMaxBytes = 16 * 1024;
// In a question a name or two are most of the Latin letters.
constexpr double kShortLatin = 40;
// Below this many letters CLD2 is trusted less.
constexpr double kEnoughForCld = 40;
// From this many letters on CLD2 is trusted more than single words.
constexpr double kLongLetters = 200;

// Of the first language, and the second.
float Confidence(double first, double second) {
  return first <= 0 ? 0 : static_cast<float>((first - second) / (first + 1.0));
}

Identified Best(const LanguageScores& scores) {
  size_t best = 0;
  double first = 0;
  double second = 0;
  for (size_t i = 1; i < scores.size(); ++i) {
    if (scores[i] > first) {
      second = first;
      first = scores[i];
      best = i;
    } else if (scores[i] > second) {
      second = scores[i];
    }
  }
  Identified found;
  found.language = static_cast<Language>(best);
  found.confidence = Confidence(first, second);
  return found;
}

// Of a language for which nothing speaks, beside one for which a common word
// does.
constexpr double kNothingKnown = 0.5;
constexpr float kLeastLikelihood = 0.1f;
// Of Japanese when there are no Kana.
constexpr float kHanAlone = 0.7f;

// The languages of `script` by what speaks for them, `best` first.
std::vector<LikelyLanguage> ByScore(const LanguageScores& scores, Script script,
                                    Language best) {
  std::vector<LikelyLanguage> likely;
  const double most = scores[static_cast<size_t>(best)] + kNothingKnown;
  for (Language language : AllLanguages()) {
    if (RowOf(language).script != script) continue;
    const double score = scores[static_cast<size_t>(language)] + kNothingKnown;
    const float likelihood =
        language == best ? 1 : static_cast<float>(std::min(0.99, score / most));
    if (likelihood >= kLeastLikelihood)
      likely.push_back({language, likelihood});
  }
  std::stable_sort(likely.begin(), likely.end(),
                   [](const LikelyLanguage& a, const LikelyLanguage& b) {
                     return a.likelihood > b.likelihood;
                   });
  return likely;
}

// Of CLD2's word for a language that is not English.
constexpr double kCldBonus = 1.2;
constexpr double kCldReliable = 1.5;
constexpr double kCldPerWord = 0.05;
// `expected` leads by so much: a few common words.
constexpr double kLead = 2;

// True when the words say `expected` so clearly that CLD2, whatever it says,
// could not make a caller sure of another language.
bool WordsAreEnough(const LanguageScores& scores, size_t words,
                    Language expected) {
  if (expected == Language::kUnknown) return false;
  double best = scores[static_cast<size_t>(expected)];
  double other = 0;
  for (size_t i = 1; i < scores.size(); ++i) {
    if (i != static_cast<size_t>(expected)) other = std::max(other, scores[i]);
  }
  const double at_most = other + kCldBonus + kCldReliable +
                         kCldPerWord * static_cast<double>(words);
  return best >= other + kLead && (at_most - best) / (at_most + 1) < 0.5;
}

// Of CLD2's word for English, which it says when it does not know.
constexpr double kCldEnglishBonus = 0.4;
constexpr double kCldEnglishReliable = 0.6;

// How sure a caller would be at most of a language that CLD2 says. `score`
// speaks for it, and `other` for the next.
float MostConfidence(Language language, double score, double other,
                     double letters, size_t words) {
  score +=
      language == Language::kEn
          ? kCldEnglishBonus + kCldEnglishReliable
          : (kCldBonus + kCldReliable) * std::min(1.0, letters / kEnoughForCld);
  if (letters >= kLongLetters) {
    score += kCldPerWord * static_cast<double>(words);
  }
  return Confidence(score, other);
}

// True when CLD2 could make a caller sure of a language other than `expected`.
bool MayBeAnother(const LanguageScores& scores, double letters, size_t words,
                  Language expected) {
  size_t best = 1;
  for (size_t i = 2; i < scores.size(); ++i) {
    if (scores[i] > scores[best]) best = i;
  }
  double second = 0;
  for (size_t i = 1; i < scores.size(); ++i) {
    if (i != best) second = std::max(second, scores[i]);
  }
  for (size_t i = 1; i < scores.size(); ++i) {
    const Language language = static_cast<Language>(i);
    if (language == expected) continue;
    if (MostConfidence(language, scores[i], i == best ? second : scores[best],
                       letters, words) >= kSureOfLanguage) {
      return true;
    }
  }
  return false;
}

// True when the words say `expected`, if not clearly, and CLD2 could make a
// caller sure of it.
bool MayBeExpected(const LanguageScores& scores, double letters, size_t words,
                   Language expected) {
  const size_t own = static_cast<size_t>(expected);
  double other = 0;
  for (size_t i = 1; i < scores.size(); ++i) {
    if (i != own) other = std::max(other, scores[i]);
  }
  return expected != Language::kUnknown && scores[own] > other &&
         MostConfidence(expected, scores[own], other, letters, words) >=
             kSureOfLanguage;
}

// In a text of so many words a language shows in its common ones. In fewer
// where nothing is in another script.
constexpr size_t kManyWords = 100;
constexpr size_t kSomeWords = 30;
constexpr float kOneScript = 0.97f;

// What they give a word in most documents in the language, and hardly ever in
// one in a language that is none of ours: English has much in common with none,
// but pages are translated in part; accents count in some as well. A passage
// may be in part in its document's language.
double ClearPerWord(Language language, bool is_passage) {
  switch (language) {
    case Language::kCs:
      return 0.45;
    case Language::kPl:
    case Language::kTr:
    case Language::kVi:
      return 0.4;
    case Language::kDe:
      return 0.35;
    case Language::kPt:
      return 0.3;
    case Language::kEn:
      return is_passage ? 0.2 : 0.3;
    default:
      return is_passage ? 0.22 : 0.26;
  }
}

// Of which so much without its letters: Finnish has the German ones in nearly
// every word, and Estonian the Portuguese.
constexpr double kClearCommon = 0.1;

// How far ahead it is of all others, whatever CLD2 says.
constexpr double kClearLead = 0.4;

// The language that the words say so clearly that CLD2 would say it too, else
// kUnknown. `share`: of the letters that are Latin.
Language ClearByWords(const LanguageVotes& votes, float share,
                      bool is_passage) {
  const LanguageScores& scores = votes.scores;
  const size_t words = votes.words;
  const size_t best =
      std::max_element(scores.begin() + 1, scores.end()) - scores.begin();
  const Language language = static_cast<Language>(best);
  // Azerbaijani has most words of Turkish.
  is_passage &=
      words >= kSomeWords && share >= kOneScript && language != Language::kTr;
  if (words < kManyWords && !is_passage) return Language::kUnknown;
  double other = 0;
  for (size_t i = 1; i < scores.size(); ++i) {
    if (i != best) other = std::max(other, scores[i]);
  }
  const double count = static_cast<double>(words);
  const double lead =
      scores[best] - (other + kCldBonus + kCldReliable + kCldPerWord * count);
  const double common = scores[best] - votes.letters[best];
  return scores[best] >= ClearPerWord(language, is_passage) * count &&
                 common >= kClearCommon * count &&
                 lead >= kClearLead * (scores[best] + 1)
             ? language
             : Language::kUnknown;
}

// The same of English in shorter texts, where nothing is in another script:
// where CLD2 is asked most often, for much of what is not translated is short.
constexpr double kEnglishPerWord = 0.3;
constexpr double kEnglishLead = 0.85;

bool IsClearEnglish(const LanguageVotes& votes, float share) {
  const LanguageScores& scores = votes.scores;
  const size_t words = votes.words;
  if (words < kSomeWords || share < kOneScript) return false;
  const size_t english = static_cast<size_t>(Language::kEn);
  double other = 0;
  for (size_t i = 1; i < scores.size(); ++i) {
    if (i != english) other = std::max(other, scores[i]);
  }
  return scores[english] >= kEnglishPerWord * static_cast<double>(words) &&
         scores[english] - other >= kEnglishLead * (scores[english] + 1);
}

// What is asked of a text.
struct Question {
  // The language that it should be in.
  Language expected = Language::kUnknown;
  // Only whether it is surely in another. Where it can't be, CLD2 is not asked
  // whether it is surely in that one.
  bool only_sure = false;
};

// `share`: of the text's letters that are Latin.
Identified Latin(absl::string_view utf8, double letters, float share,
                 const Question& question, LanguageVotes* votes) {
  LanguageScores& scores = votes->scores;
  for (Language language : AllLanguages()) {
    if (RowOf(language).script != Script::kLatin) At(scores, language) = 0;
  }
  if (question.only_sure) {
    const Language expected = question.expected;
    if (WordsAreEnough(scores, votes->words, expected)) return {expected, 1};
    if (!MayBeAnother(scores, letters, votes->words, expected)) {
      const bool sure = MayBeExpected(scores, letters, votes->words, expected);
      return {expected, sure ? 1.0f : 0.0f};
    }
  }
  CldResult cld;
  cld.language = IsClearEnglish(*votes, share)
                     ? Language::kEn
                     : ClearByWords(*votes, share, question.only_sure);
  if (cld.language != Language::kUnknown) {
    cld.reliable = true;
    cld.share = 1;
  } else {
    cld = AskCld(utf8);
  }
  const bool is_long = letters >= kLongLetters;
  // Danish, Hungarian …
  if (cld.foreign && cld.reliable && is_long && cld.share > 0.6) {
    return {Language::kUnknown, 0.5f};
  }
  if (cld.language != Language::kUnknown) {
    const bool english = cld.language == Language::kEn;
    double bonus = english ? kCldEnglishBonus : kCldBonus;
    if (cld.reliable) bonus += english ? kCldEnglishReliable : kCldReliable;
    if (cld.relative) bonus *= 0.5;
    // It guesses, reliably or not, when it has two words to go by.
    if (!english) {
      bonus *= std::min(1.0, letters / kEnoughForCld);
    }
    if (is_long) bonus += kCldPerWord * votes->words * cld.share;
    At(scores, cld.language) += bonus;
  }
  Identified found = Best(scores);
  if (found.language == Language::kUnknown) {
    // Names and commands only. English is what such texts mostly are.
    return {Language::kEn, 0.1f};
  }
  return found;
}

// From here on a caller relies on it.
constexpr float kRelied = 0.5f;

// `likely`, which may be null, gets the alternatives.
Identified Identify(absl::string_view utf8, const Question& question,
                    std::vector<LikelyLanguage>* likely) {
  utf8 =
      utf8.substr(0, FloorToCodePoint(utf8, std::min(utf8.size(), kMaxBytes)));
  // CLD2 wants valid UTF-8.
  std::string repaired;
  if (!IsValidUtf8(utf8)) {
    repaired = ReplaceInvalidUtf8(utf8);
    utf8 = repaired;
  }
  const ScriptCensus census = TakeScriptCensus(utf8);

  // Latin counts less: names and commands stand in texts of every script.
  const double cjk = 2.5 * (census.han + census.kana);
  const double hangul = 2.0 * census.hangul;
  const bool is_short = census.latin < kShortLatin;
  const double latin = (is_short ? 0.25 : 0.4) * census.latin;
  const std::array<double, 9> weights = {
      latin,         census.greek,  census.cyrillic,
      census.hebrew, census.arabic, census.devanagari,
      hangul,        cjk,           census.other};
  const size_t top =
      std::max_element(weights.begin(), weights.end()) - weights.begin();
  double sum = 0;
  for (double weight : weights) sum += weight;
  if (sum == 0) return {};
  const float share = static_cast<float>(weights[top] / sum);
  // In other scripts nobody is surer of the language than of the script.
  if (question.only_sure && top != 0 && share < kSureOfLanguage) return {};
  LanguageVotes votes;
  // Of the other scripts words say nothing.
  if (top == 0 || top == 2 || top == 4) votes = CountLanguageVotes(utf8);
  LanguageScores& scores = votes.scores;
  const auto compare = [&](Script script, Language best) {
    if (likely != nullptr) *likely = ByScore(scores, script, best);
  };
  switch (top) {
    case 0: {
      At(scores, Language::kEs) += 3 * census.spanish;
      const Identified found =
          Latin(utf8, census.latin, share, question, &votes);
      // A sentence said ten times is to CLD2 no longer what it was.
      if (utf8.size() >= kLongText && (found.language == Language::kUnknown ||
                                       found.confidence < kRelied)) {
        const std::string once = WithoutRepetitions(utf8);
        if (!once.empty()) return Identify(once, question, likely);
      }
      compare(Script::kLatin, found.language);
      return found;
    }
    case 1:
      return {Language::kEl, share};
    case 2: {
      if (census.other_cyrillic > census.russian + census.ukrainian) {
        return {Language::kUnknown, share};
      }
      const double uk = At(scores, Language::kUk) += census.ukrainian;
      const double ru = At(scores, Language::kRu) += census.russian;
      compare(Script::kCyrillic, uk > ru ? Language::kUk : Language::kRu);
      return {uk > ru ? Language::kUk : Language::kRu,
              share * static_cast<float>((std::abs(uk - ru) + 0.3) /
                                         (uk + ru + 0.6))};
    }
    case 3:
      return {Language::kHe, share};
    case 4: {
      if (census.urdu > 0.04 * census.arabic &&
          census.urdu > 0.3 * census.persian) {
        return {Language::kUnknown, share};
      }
      const double fa = At(scores, Language::kFa) += census.persian;
      const double ar = At(scores, Language::kAr) += census.arabic_only;
      compare(Script::kArabic, fa > ar ? Language::kFa : Language::kAr);
      return {fa > ar ? Language::kFa : Language::kAr,
              share * static_cast<float>((std::abs(fa - ar) + 0.3) /
                                         (fa + ar + 0.6))};
    }
    case 5: {
      if (census.devanagari >= kLongLetters) {
        const CldResult cld = AskCld(utf8);
        if (cld.foreign && cld.reliable) {
          return {Language::kUnknown, share};  // Marathi, Nepali …
        }
      }
      return {Language::kHi, share};
    }
    case 6:
      return {Language::kKo, share};
    case 7: {
      const bool kana = census.kana > 0.04 * (census.han + census.kana);
      if (likely != nullptr && !kana) {
        *likely = {{Language::kZh, 1}, {Language::kJa, kHanAlone}};
      }
      return {kana ? Language::kJa : Language::kZh, share};
    }
    default:
      return {Language::kUnknown, share};
  }
}

// What was said of a text, for the next time that it comes: passages that stand
// on many pages, or in all translations.
struct KnownText {
  // Hash of the text and of what was expected; 0 when the entry is free.
  uint64_t text = 0;
  Identified found;
};

// This thread's, of 256 KiB.
KnownText& KnownTextOf(uint64_t hash) {
  constexpr size_t kEntries = 16384;
  static thread_local std::vector<KnownText> texts(kEntries);
  return texts[(hash >> 32) % kEntries];
}

Identified AnotherThan(absl::string_view utf8, Language expected) {
  const Question question = {expected, true};
  if (utf8.size() < kLongText) return Identify(utf8, question, nullptr);
  const uint64_t hash = XXH3_64bits_withSeed(utf8.data(), utf8.size(),
                                             static_cast<uint64_t>(expected)) |
                        1;
  KnownText& known = KnownTextOf(hash);
  if (known.text != hash) known = {hash, Identify(utf8, question, nullptr)};
  return known.found;
}

}  // namespace

Identified IdentifyLanguage(absl::string_view utf8) {
  return Identify(utf8, {}, nullptr);
}

Language SureLanguage(absl::string_view utf8, Language expected) {
  const Identified found = AnotherThan(utf8, expected);
  return found.confidence >= kSureOfLanguage ? found.language
                                             : Language::kUnknown;
}

std::vector<LikelyLanguage> LikelyLanguages(absl::string_view utf8) {
  std::vector<LikelyLanguage> likely;
  const Identified best = Identify(utf8, {}, &likely);
  if (best.language == Language::kUnknown) return {};
  // A script that one language owns.
  if (likely.empty()) likely.push_back({best.language, 1});
  return likely;
}

}  // namespace footnote
