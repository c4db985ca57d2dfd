#include "generator/followup/rewrite.h"

#include <algorithm>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "generator/followup/words.h"
#include "text/identify.h"

namespace footnote {
namespace {

// A question that names so much before its pronoun has its own subject.
constexpr size_t kOwnSubject = 2;
// So many words that name something are a question of its own.
constexpr size_t kEnoughWords = 2;
constexpr size_t kMostCarried = 8;
// Below, what was identified is a guess.
constexpr float kSure = 0.5F;

struct Word {
  absl::string_view text;
  uint64_t key = 0;
  bool names = false;  // it is no function word
};

std::vector<Word> WordsOf(absl::string_view text, Language language,
                          Analyzer* analyzer) {
  std::vector<Token> tokens;
  analyzer->Analyze(text, language, &tokens);
  std::vector<Word> words;
  size_t end = 0;
  for (const Token& token : tokens) {
    if (token.channel == kChannelBigram || (token.flags & kTokenPart) != 0 ||
        token.channel == kChannelPrefix) {
      continue;
    }
    if (words.empty() || token.begin >= end) {
      Word word;
      word.text = text.substr(token.begin, token.end - token.begin);
      end = token.end;
      words.push_back(word);
    }
    Word& word = words.back();
    // The folded word where there is one, so that endings still count.
    if (word.key == 0 || token.channel == kChannelSurface) word.key = token.key;
    word.names = (token.flags & kTokenStopWord) == 0;
  }
  return words;
}

// Where a phrase of `list` begins in `words`, from `from` on; npos: nowhere.
// `length`: of the longest that begins there.
size_t FindPhrase(const char* list, const std::vector<Word>& words, size_t from,
                  size_t to, Language language, Analyzer* analyzer,
                  size_t* length) {
  size_t found = std::string::npos;
  for (const absl::string_view phrase : absl::StrSplit(list, '|')) {
    const std::vector<Word> wanted = WordsOf(phrase, language, analyzer);
    if (wanted.empty()) continue;
    for (size_t i = from; i < to && i + wanted.size() <= words.size(); ++i) {
      const bool same = std::equal(
          wanted.begin(), wanted.end(), words.begin() + i,
          [](const Word& a, const Word& b) { return a.key == b.key; });
      if (!same) continue;
      if (i < found || (i == found && wanted.size() > *length)) {
        found = i;
        *length = wanted.size();
      }
      break;
    }
  }
  return found;
}

// Languages whose words are not parted by blanks, or end in particles.
bool IsCutByDictionary(Language language) {
  return language == Language::kZh || language == Language::kJa ||
         language == Language::kKo;
}

bool BeginsWithAny(absl::string_view text, const char* list) {
  const std::vector<absl::string_view> phrases = absl::StrSplit(list, '|');
  return std::any_of(phrases.begin(), phrases.end(),
                     [&](absl::string_view phrase) {
                       return !phrase.empty() && absl::StartsWith(text, phrase);
                     });
}

// What a question says, apart from its function words, pronouns, and words of
// asking.
struct Reading {
  bool goes_on = false;
  bool points = false;     // a pronoun stands for its subject
  bool may_point = false;  // a weak one does
  bool defines = false;
  std::vector<Word> names;
  size_t measure = std::string::npos;  // of names: the word of a measure
};

Reading Read(absl::string_view question, Language language,
             Analyzer* analyzer) {
  const FollowUpWords known = FollowUpWordsOf(language);
  std::vector<Word> words = WordsOf(question, language, analyzer);
  Reading reading;
  const absl::string_view begun = absl::StripLeadingAsciiWhitespace(question);
  std::vector<bool> spent(words.size(), false);
  const auto spend = [&](size_t at, size_t length) {
    for (size_t i = at; i < at + length; ++i) spent[i] = true;
  };
  size_t length = 0;
  if (IsCutByDictionary(language)) {
    reading.goes_on = BeginsWithAny(begun, known.continuations);
    const std::vector<absl::string_view> definitions =
        absl::StrSplit(known.definitions, '|');
    reading.defines = std::any_of(
        definitions.begin(), definitions.end(), [&](absl::string_view phrase) {
          return !phrase.empty() && absl::StrContains(question, phrase);
        });
  } else {
    reading.goes_on = FindPhrase(known.continuations, words, 0, 1, language,
                                 analyzer, &length) == 0;
    if (reading.goes_on) spend(0, length);
    const size_t defines = FindPhrase(known.definitions, words, 0, words.size(),
                                      language, analyzer, &length);
    reading.defines = defines != std::string::npos;
    if (reading.defines) spend(defines, length);
  }
  size_t before = 0;
  bool measures = false;
  for (size_t i = 0; i < words.size(); ++i) {
    const auto is = [&](const char* list) {
      return IsCutByDictionary(language)
                 ? BeginsWithAny(words[i].text, list)
                 : FindPhrase(list, words, i, i + 1, language, analyzer,
                              &length) == i;
    };
    const bool strong = is(known.pronouns);
    if (strong || is(known.weak_pronouns)) {
      // One inside a definition's words is part of them: "what is it".
      const bool subject = !spent[i] && before < kOwnSubject;
      (strong ? reading.points : reading.may_point) |= subject;
      continue;
    }
    const bool measure = FindPhrase(known.measures, words, i, i + 1, language,
                                    analyzer, &length) == i;
    if (words[i].names && !spent[i] && !measure) {
      if (measures) reading.measure = reading.names.size();
      reading.names.push_back(words[i]);
      ++before;
    }
    measures = measure;
  }
  return reading;
}

bool Leans(const Reading& reading) {
  if (reading.goes_on || reading.points) return true;
  if (reading.may_point && reading.names.size() <= kEnoughWords) return true;
  // "What is photosynthesis?" is whole; "How high?" is not.
  return reading.names.size() < (reading.defines ? 1 : kEnoughWords);
}

}  // namespace

bool IsFollowUp(absl::string_view question, Language language,
                Analyzer* analyzer) {
  return Leans(Read(question, language, analyzer));
}

std::string RewriteByRule(const Turns& history, absl::string_view question,
                          Language language, Analyzer* analyzer) {
  const Reading asked = Read(question, language, analyzer);
  if (!Leans(asked)) return std::string(question);
  std::vector<absl::string_view> carried;
  for (int i = history.size() - 1; i >= 0 && carried.size() < kMostCarried;
       --i) {
    if (history[i].role() != "user") continue;
    const Reading before = Read(history[i].content(), language, analyzer);
    for (size_t k = 0; k < before.names.size(); ++k) {
      const Word& word = before.names[k];
      // "And ...?" asks the same of another; otherwise the measure is of the
      // question before.
      if (k == before.measure && !asked.goes_on) continue;
      const auto same = [&](const Word& other) {
        return other.key == word.key;
      };
      if (std::any_of(asked.names.begin(), asked.names.end(), same)) continue;
      if (std::find(carried.begin(), carried.end(), word.text) !=
          carried.end()) {
        continue;
      }
      carried.push_back(word.text);
      if (carried.size() == kMostCarried) break;
    }
    if (!Leans(before)) break;
  }
  if (carried.empty()) return std::string(question);
  return absl::StrCat(absl::StrJoin(carried, " "), ": ",
                      absl::StripAsciiWhitespace(question));
}

Language LanguageOfFollowUp(const Turns& history, absl::string_view question) {
  const Identified found = IdentifyLanguage(question);
  if (found.confidence >= kSure) return found.language;
  for (int i = history.size() - 1; i >= 0; --i) {
    if (history[i].role() != "user") continue;
    const Identified before = IdentifyLanguage(history[i].content());
    if (before.language != Language::kUnknown) return before.language;
  }
  return found.language;
}

}  // namespace footnote
