#include "retriever/translation/bridge.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <deque>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status_macros.h"
#include "kernels/scan_int8.h"
#include "retriever/translation/words.h"
#include "storage/segment_reader.h"
#include "text/sound_key.h"

namespace footnote {
namespace {

// Encoders differ in how alike they find any two words: similarity counts from
// the mean of a question's word and all the passages' words, and what has
// nothing to do with each other stays below this share of the way to 1.
constexpr float kRelated = 0.3f;
// As good as a translation is a name that sounds alike.
constexpr float kSoundsAlike = 0.75f;
// A mean of so few words counts half.
constexpr double kFewWords = 50;

// Of a BM25 over candidates alone: steeper than the index's, as what counts is
// one passage against another.
constexpr float kTfSaturation = 1.2f;
constexpr float kLengthShare = 0.75f;

// All words of the candidates, each once.
class Vocabulary {
 public:
  // The number of a word, -1 for one that was not added.
  int NumberOf(Language language, absl::string_view word) const {
    const auto it = number_of_.find(word);
    return it == number_of_.end() ? -1 : it->second[Index(language)];
  }
  int Add(Language language, absl::string_view word, float rarity,
          std::string name, const std::vector<Translation>& english) {
    const int number = static_cast<int>(views_.size());
    words_.emplace_back(word);
    views_.push_back(words_.back());
    rarity_.push_back(rarity);
    names_.push_back(std::move(name));
    for (const Translation& translation : english) {
      meaning_[translation.key].push_back({number, translation.likelihood});
    }
    auto [it, added] = number_of_.try_emplace(views_.back());
    if (added) it->second.fill(-1);
    it->second[Index(language)] = number;
    return number;
  }

  struct Meaning {
    int word;
    float likelihood;
  };
  // The words that may be the English stem `key`.
  absl::Span<const Meaning> WordsOf(uint64_t key) const {
    const auto it = meaning_.find(key);
    if (it == meaning_.end()) return {};
    return it->second;
  }
  absl::Span<const absl::string_view> words() const { return views_; }
  float rarity(size_t word) const { return rarity_[word]; }
  const std::string& name(size_t word) const { return names_[word]; }

 private:
  static size_t Index(Language language) {
    return static_cast<size_t>(language);
  }

  // A deque: views of its strings stay good while it grows.
  std::deque<std::string> words_;
  std::vector<absl::string_view> views_;
  std::vector<float> rarity_;
  std::vector<std::string> names_;
  // What is spelt alike in two languages may mean two things.
  absl::flat_hash_map<absl::string_view, std::array<int, kLanguageCount>>
      number_of_;
  absl::flat_hash_map<uint64_t, std::vector<Meaning>> meaning_;
};

using SentenceWords = std::vector<std::vector<int>>;

// The words of a passage, by sentence.
SentenceWords WordsOf(const Corpus& corpus, absl::string_view text,
                      const SegmentReader& reader, const PassageRow& row,
                      const Lexicon& lexicon, Vocabulary* vocabulary) {
  const absl::Span<const SentenceRow> sentences = reader.Sentences(row);
  const Language language = static_cast<Language>(row.language);
  SentenceWords words(std::max<size_t>(1, sentences.size()));
  size_t sentence = 0;
  for (const ContentWord& word : ContentWords(text, language, lexicon)) {
    while (sentence + 1 < sentences.size() &&
           word.begin >= sentences[sentence].end) {
      ++sentence;
    }
    const absl::string_view spelt =
        text.substr(word.begin, word.end - word.begin);
    int number = vocabulary->NumberOf(language, spelt);
    if (number < 0) {
      const float rarity = static_cast<float>(
          Idf(corpus.passages(), corpus.DocumentFrequency(word.key)));
      number = vocabulary->Add(language, spelt, rarity, word.name,
                               InEnglish(word, language, lexicon));
    }
    words[sentence].push_back(number);
  }
  return words;
}

// What each word of the vocabulary is worth to each word of the question, row
// by row.
struct Worths {
  size_t words = 0;
  std::vector<float> by_vector;
  std::vector<float> by_lexicon;
  std::vector<float> by_name;
};

absl::StatusOr<Worths> Compare(const AskedWords& asked,
                               const Vocabulary& vocabulary,
                               WordVectors* words) {
  WordCodes asked_codes;
  WordCodes codes;
  RETURN_IF_ERROR(words->Look(asked.words, &asked_codes));
  RETURN_IF_ERROR(words->Look(vocabulary.words(), &codes));
  Worths worths;
  const size_t count = worths.words = vocabulary.words().size();
  worths.by_vector.assign(asked.words.size() * count, 0);
  worths.by_lexicon.assign(asked.words.size() * count, 0);
  worths.by_name.assign(asked.words.size() * count, 0);
  std::vector<int32_t> sums(count);
  for (size_t q = 0; q < asked.words.size(); ++q) {
    ScanInt8(asked_codes.Row(q), codes.codes.data(), codes.stride, count,
             sums.data());
    float* const row = worths.by_vector.data() + q * count;
    float* const named = worths.by_name.data() + q * count;
    double total = 0;
    for (size_t w = 0; w < count; ++w) {
      row[w] =
          static_cast<float>(sums[w]) * asked_codes.scales[q] * codes.scales[w];
      total += row[w];
    }
    const float mean =
        std::min(0.9f, static_cast<float>(total / (count + kFewWords)));
    for (size_t w = 0; w < count; ++w) {
      const float related = (row[w] - mean) / (1 - mean);
      row[w] = related < kRelated
                   ? 0
                   : related * related * related * vocabulary.rarity(w);
      const float alike = SoundLikeness(asked.names[q], vocabulary.name(w));
      if (alike == 0) continue;
      named[w] = alike * vocabulary.rarity(w);
      row[w] = std::max(row[w], kSoundsAlike * named[w]);
    }
    float* const meant = worths.by_lexicon.data() + q * count;
    for (const Translation& english : asked.english[q]) {
      for (const Vocabulary::Meaning& word : vocabulary.WordsOf(english.key)) {
        meant[word.word] =
            std::max(meant[word.word], english.likelihood * word.likelihood *
                                           vocabulary.rarity(word.word));
      }
    }
  }
  return worths;
}

// Sets what one passage's words are worth.
void SumUp(const Worths& worths, size_t asked, const SentenceWords& sentences,
           float length_norm, Candidate* candidate) {
  absl::flat_hash_map<int, int> frequency;
  for (const auto& sentence : sentences) {
    for (int word : sentence) ++frequency[word];
  }
  std::vector<float> meaning(asked, 0);
  std::vector<float> translated(asked, 0);
  std::vector<float> named(asked, 0);
  for (const auto& sentence : sentences) {
    float by_vector = 0;
    float matched = 0;
    for (size_t q = 0; q < asked; ++q) {
      const float* const vector = worths.by_vector.data() + q * worths.words;
      const float* const lexicon = worths.by_lexicon.data() + q * worths.words;
      const float* const name = worths.by_name.data() + q * worths.words;
      float best_vector = 0;
      float best = 0;
      for (int word : sentence) {
        best_vector = std::max(best_vector, vector[word]);
        best = std::max(best, std::max(vector[word], lexicon[word]));
        named[q] = std::max(named[q], name[word]);
        if (lexicon[word] > 0) {
          const float tf = static_cast<float>(frequency[word]);
          translated[q] =
              std::max(translated[q], lexicon[word] * tf / (tf + length_norm));
        }
      }
      by_vector += best_vector;
      matched += best;
      meaning[q] = std::max(meaning[q], best);
    }
    candidate->translation = std::max(candidate->translation, by_vector);
    candidate->matched = std::max(candidate->matched, matched);
  }
  candidate->meaning = std::accumulate(meaning.begin(), meaning.end(), 0.0f);
  candidate->translated =
      std::accumulate(translated.begin(), translated.end(), 0.0f);
  candidate->named = std::accumulate(named.begin(), named.end(), 0.0f);
}

}  // namespace

absl::Status MeasureTranslation(const Corpus& corpus,
                                absl::string_view question, Language language,
                                const TextOf& text_of, const Lexicon& lexicon,
                                WordVectors* words,
                                absl::Span<Candidate> candidates) {
  const AskedWords asked = WordsAsked(question, language, lexicon);
  if (asked.words.empty()) return absl::OkStatus();

  Vocabulary vocabulary;
  std::vector<SentenceWords> passages(candidates.size());
  std::vector<float> lengths(candidates.size(), 0);
  float all = 0;
  float count = 0;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].same_language) continue;
    const SegmentReader& reader =
        *corpus.generation().segments[candidates[i].segment].reader;
    ASSIGN_OR_RETURN(const std::string text, text_of(candidates[i]));
    passages[i] =
        WordsOf(corpus, text, reader, reader.passages()[candidates[i].passage],
                lexicon, &vocabulary);
    for (const auto& sentence : passages[i]) lengths[i] += sentence.size();
    all += lengths[i];
    count += 1;
  }
  ASSIGN_OR_RETURN(const Worths worths, Compare(asked, vocabulary, words));
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].same_language) continue;
    const float length = all > 0 ? lengths[i] * count / all : 1;
    SumUp(worths, asked.words.size(), passages[i],
          kTfSaturation * (1 - kLengthShare + kLengthShare * length),
          &candidates[i]);
  }
  return absl::OkStatus();
}

absl::Status MeasureSentences(const Corpus& corpus,
                              absl::Span<const float> question,
                              const TextOf& text_of, WordVectors* sentences,
                              absl::Span<Candidate> candidates) {
  std::deque<std::string> texts;
  std::vector<absl::string_view> views;
  std::vector<size_t> owner;
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].same_language) continue;
    const SegmentReader& reader =
        *corpus.generation().segments[candidates[i].segment].reader;
    ASSIGN_OR_RETURN(std::string text, text_of(candidates[i]));
    texts.push_back(std::move(text));
    for (const SentenceRow& sentence :
         reader.Sentences(reader.passages()[candidates[i].passage])) {
      const size_t end = std::min<size_t>(sentence.end, texts.back().size());
      if (sentence.begin >= end) continue;
      views.push_back(absl::string_view(texts.back())
                          .substr(sentence.begin, end - sentence.begin));
      owner.push_back(i);
    }
  }
  WordCodes codes;
  RETURN_IF_ERROR(sentences->Look(views, &codes));
  for (size_t s = 0; s < views.size(); ++s) {
    const int8_t* row = codes.Row(s);
    float product = 0;
    for (size_t d = 0; d < question.size(); ++d)
      product += question[d] * row[d];
    float& best = candidates[owner[s]].sentence;
    best = std::max(best, product * codes.scales[s]);
  }
  return absl::OkStatus();
}

}  // namespace footnote
