#include "retriever/translation/words.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/utf8.h"
#include "retriever/lexical/analyze.h"
#include "text/analyzer.h"
#include "text/sound_key.h"
#include "text/span.h"

namespace footnote {
namespace {

// Hebrew, Arabic, Devanagari and what comes after them have no capitals.
constexpr char32_t kFirstWithoutCase = 0x0590;
// A word that the lexicon translates so surely is no name.
constexpr float kSurely = 0.4f;
// A longer question's first words.
constexpr size_t kMaxQuestionWords = 32;

// A word once for each place: the terms of Kana and Han words are stems, of
// all others surfaces.
bool IsWord(const Token& token) {
  return token.channel == kChannelSurface || token.channel == kChannelStem;
}

bool IsMeaning(const Token& token) {
  return token.channel == kChannelStem || token.channel == kChannelBigram;
}

std::string NameKey(absl::string_view word, uint8_t flags) {
  int length = 1;
  const char32_t first = DecodeUtf8(word, 0, &length);
  const bool has_case = first < kFirstWithoutCase;
  if (has_case && (flags & kTokenCapitalised) == 0) return "";
  return SoundKey(word);
}

// Adds what may be a foreign name to the words, which stay in order.
void AddHanNames(absl::string_view text, std::vector<ContentWord>* words) {
  std::vector<ContentWord> names;
  for (const TextSpan& span : HanNames(text)) {
    ContentWord name;
    name.begin = span.begin;
    name.end = span.end;
    name.name = SoundKey(text.substr(span.begin, span.size()));
    if (name.name.size() < kMinSounds) continue;
    name.key = TermKey(kChannelSound, name.name);
    const bool is_word =
        std::any_of(words->begin(), words->end(), [&](const ContentWord& word) {
          return word.begin == name.begin && word.end == name.end;
        });
    if (!is_word) names.push_back(std::move(name));
  }
  std::vector<ContentWord> merged;
  merged.reserve(words->size() + names.size());
  std::merge(std::make_move_iterator(words->begin()),
             std::make_move_iterator(words->end()),
             std::make_move_iterator(names.begin()),
             std::make_move_iterator(names.end()), std::back_inserter(merged),
             [](const ContentWord& a, const ContentWord& b) {
               return a.begin < b.begin;
             });
  *words = std::move(merged);
}

}  // namespace

std::vector<ContentWord> ContentWords(absl::string_view text,
                                      Language language) {
  std::vector<ContentWord> words;
  std::vector<uint8_t> flags;
  for (const Token& token : AnalyzeText(text, language)) {
    if ((token.flags & kTokenStopWord) != 0) continue;
    const bool same_place = !words.empty() && words.back().begin == token.begin;
    const bool is_word = IsWord(token) && (token.flags & kTokenPart) == 0;
    if (!same_place) {
      if (!is_word) continue;
      words.push_back({token.begin, token.end, token.key, "", {}});
      flags.push_back(token.flags);
    } else if (is_word && token.channel == kChannelSurface) {
      words.back().end = token.end;
      words.back().key = token.key;
      flags.back() = token.flags;
    }
    if (IsMeaning(token)) words.back().meanings.push_back(token.key);
  }
  for (size_t i = 0; i < words.size(); ++i) {
    ContentWord& word = words[i];
    word.name =
        NameKey(text.substr(word.begin, word.end - word.begin), flags[i]);
  }
  if (language == Language::kZh) AddHanNames(text, &words);
  return words;
}

std::vector<Translation> InEnglish(const ContentWord& word, Language language,
                                   const Lexicon& lexicon) {
  std::vector<Translation> english;
  for (const uint64_t key : word.meanings) {
    english.push_back({key, 1});
    if (language != Language::kEn) lexicon.Find(language, key, &english);
  }
  return english;
}

AskedWords WordsAsked(absl::string_view question, Language language,
                      const Lexicon& lexicon) {
  AskedWords asked;
  for (ContentWord& word : ContentWords(question, language)) {
    if (asked.words.size() == kMaxQuestionWords) break;
    asked.words.push_back(question.substr(word.begin, word.end - word.begin));
    asked.english.push_back(InEnglish(word, language, lexicon));
    // The word itself is among them, as sure as can be.
    const bool is_name =
        std::none_of(asked.english.back().begin(), asked.english.back().end(),
                     [](const Translation& translation) {
                       return translation.likelihood >= kSurely &&
                              translation.likelihood < 1;
                     });
    asked.names.push_back(is_name ? std::move(word.name) : "");
  }
  return asked;
}

}  // namespace footnote
