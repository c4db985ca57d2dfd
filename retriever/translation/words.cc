#include "retriever/translation/words.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "absl/types/span.h"
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
// How much of what a syllable may mean holds within a compound.
constexpr float kOfSyllable = 0.3f;
// A longer question's first words.
constexpr size_t kMaxQuestionWords = 32;

// A word once for each place: the terms of Kana and Han words are stems, of
// all others surfaces.
bool IsWord(const Token& token) {
  return token.channel == kChannelSurface || token.channel == kChannelStem;
}

// Vietnamese pairs are words of their own (Compounds).
bool IsMeaning(const Token& token, Language language) {
  return token.channel == kChannelStem ||
         (token.channel == kChannelBigram && language != Language::kVi);
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

float Surest(Language language, uint64_t key, const Lexicon& lexicon) {
  std::vector<Translation> english;
  lexicon.Find(language, key, &english);
  return english.empty() ? 0 : english.front().likelihood;
}

// The pairs of syllables that are words, in order, none overlapping: of all
// such choices the one that the lexicon is surest of.
std::vector<ContentWord> Compounds(absl::Span<const Token> tokens,
                                   Language language, const Lexicon& lexicon) {
  struct Choice {
    float sureness = 0;
    bool takes_last = false;
  };
  std::vector<ContentWord> pairs;
  std::vector<Choice> best(1);  // of the first so many pairs
  const auto rest_of = [&](size_t last) {
    return last > 0 && pairs[last - 1].end > pairs[last].begin ? last - 1
                                                               : last;
  };
  for (const Token& token : tokens) {
    if (token.channel != kChannelBigram) continue;
    if ((token.flags & kTokenStopWord) != 0) continue;
    const float sureness = Surest(language, token.key, lexicon);
    if (sureness == 0) continue;
    pairs.push_back({token.begin, token.end, token.key, "", {token.key}, {}});
    const float with = sureness + best[rest_of(pairs.size() - 1)].sureness;
    const float without = best.back().sureness;
    best.push_back({std::max(with, without), with > without});
  }
  std::vector<ContentWord> compounds;
  for (size_t left = pairs.size(); left > 0;) {
    if (!best[left].takes_last) {
      --left;
      continue;
    }
    compounds.push_back(pairs[left - 1]);
    left = rest_of(left - 1);
  }
  std::reverse(compounds.begin(), compounds.end());
  return compounds;
}

// Puts compounds in the place of the words that they are made of. Where the
// second syllable has a capital it may be a name whatever it means ("Thái
// Bình"): its syllables stay then, as names.
void JoinCompounds(std::vector<ContentWord> compounds,
                   std::vector<ContentWord>* words) {
  std::vector<ContentWord> joined;
  joined.reserve(words->size() + compounds.size());
  auto word = words->begin();
  for (ContentWord& compound : compounds) {
    for (; word != words->end() && word->begin < compound.begin; ++word) {
      joined.push_back(std::move(*word));
    }
    std::vector<ContentWord> names;
    bool is_name = false;
    for (; word != words->end() && word->begin < compound.end; ++word) {
      compound.syllables.insert(compound.syllables.end(),
                                word->meanings.begin(), word->meanings.end());
      if (word->name.empty()) continue;
      is_name = is_name || word->begin > compound.begin;
      names.push_back(std::move(*word));
      names.back().meanings.clear();
    }
    joined.push_back(std::move(compound));
    if (!is_name) continue;
    std::move(names.begin(), names.end(), std::back_inserter(joined));
  }
  std::move(word, words->end(), std::back_inserter(joined));
  *words = std::move(joined);
}

}  // namespace

std::vector<ContentWord> ContentWords(absl::string_view text, Language language,
                                      const Lexicon& lexicon) {
  const std::vector<Token> tokens = AnalyzeText(text, language);
  std::vector<ContentWord> words;
  std::vector<uint8_t> flags;
  for (const Token& token : tokens) {
    if ((token.flags & kTokenStopWord) != 0) continue;
    const bool same_place = !words.empty() && words.back().begin == token.begin;
    const bool is_word = IsWord(token) && (token.flags & kTokenPart) == 0;
    if (!same_place) {
      if (!is_word) continue;
      words.push_back({token.begin, token.end, token.key, "", {}, {}});
      flags.push_back(token.flags);
    } else if (is_word && token.channel == kChannelSurface) {
      words.back().end = token.end;
      words.back().key = token.key;
      flags.back() = token.flags;
    }
    if (IsMeaning(token, language)) words.back().meanings.push_back(token.key);
  }
  for (size_t i = 0; i < words.size(); ++i) {
    ContentWord& word = words[i];
    word.name =
        NameKey(text.substr(word.begin, word.end - word.begin), flags[i]);
  }
  if (language == Language::kZh) AddHanNames(text, &words);
  if (language == Language::kVi) {
    JoinCompounds(Compounds(tokens, language, lexicon), &words);
  }
  return words;
}

std::vector<Translation> InEnglish(const ContentWord& word, Language language,
                                   const Lexicon& lexicon) {
  std::vector<Translation> english;
  for (const uint64_t key : word.meanings) {
    english.push_back({key, 1});
    if (language != Language::kEn) lexicon.Find(language, key, &english);
  }
  const size_t whole = english.size();
  for (const uint64_t key : word.syllables) {
    lexicon.Find(language, key, &english);
  }
  for (size_t i = whole; i < english.size(); ++i) {
    english[i].likelihood *= kOfSyllable;
  }
  return english;
}

AskedWords WordsAsked(absl::string_view question, Language language,
                      const Lexicon& lexicon) {
  AskedWords asked;
  for (ContentWord& word : ContentWords(question, language, lexicon)) {
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
