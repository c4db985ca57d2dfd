#include "retriever/translation/bridge.h"

#include <algorithm>
#include <cstdint>
#include <deque>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "kernels/scan_int8.h"
#include "retriever/lexical/analyze.h"
#include "retriever/translation/sound_key.h"
#include "storage/segment_reader.h"

namespace footnote {
namespace {

// Encoders differ in how alike they find any two words: similarity counts from
// the mean of a question's word and all the passages' words, and what has
// nothing to do with each other stays below this share of the way to 1.
constexpr float kRelated = 0.3f;
// As good as a translation is a name that sounds alike.
constexpr float kSoundsAlike = 0.9f;
// Hebrew, Arabic, Devanagari and what comes after them have no capitals.
constexpr char32_t kFirstWithoutCase = 0x0590;
// A mean of so few words counts half.
constexpr double kFewWords = 50;
// A longer question's first words.
constexpr size_t kMaxQuestionWords = 32;

// A word once for each place: the terms of Kana and Han words are stems, of
// all others surfaces.
bool IsWord(const Token& token) {
  return token.channel == kChannelSurface || token.channel == kChannelStem;
}

// Content words of `text` as bytes of it, each place once.
std::vector<Token> ContentWords(absl::string_view text, Language language) {
  std::vector<Token> words;
  for (const Token& token : AnalyzeText(text, language)) {
    if (!IsWord(token) || (token.flags & (kTokenStopWord | kTokenPart)) != 0) {
      continue;
    }
    const bool same_place = !words.empty() && words.back().begin == token.begin;
    if (!same_place) {
      words.push_back(token);
    } else if (token.channel == kChannelSurface) {
      words.back() = token;
    }
  }
  return words;
}

// How a word sounds that may be a name: in scripts with capitals, one with a
// capital. Else empty.
std::string NameKey(absl::string_view word, const Token& token) {
  int length = 1;
  const char32_t first = DecodeUtf8(word, 0, &length);
  const bool has_case = first < kFirstWithoutCase;
  if (has_case && (token.flags & kTokenCapitalised) == 0) return "";
  return SoundKey(word);
}

// All words of the candidates, each once.
class Vocabulary {
 public:
  uint32_t Add(absl::string_view word, float rarity, std::string name) {
    const auto it = number_of_.find(word);
    if (it != number_of_.end()) return it->second;
    words_.emplace_back(word);
    views_.push_back(words_.back());
    rarity_.push_back(rarity);
    names_.push_back(std::move(name));
    number_of_[views_.back()] = views_.size() - 1;
    return views_.size() - 1;
  }
  bool Knows(absl::string_view word) const { return number_of_.contains(word); }
  absl::Span<const absl::string_view> words() const { return views_; }
  float rarity(uint32_t word) const { return rarity_[word]; }
  const std::string& name(uint32_t word) const { return names_[word]; }

 private:
  // A deque: views of its strings stay good while it grows.
  std::deque<std::string> words_;
  std::vector<absl::string_view> views_;
  std::vector<float> rarity_;
  std::vector<std::string> names_;
  absl::flat_hash_map<absl::string_view, uint32_t> number_of_;
};

using SentenceWords = std::vector<std::vector<uint32_t>>;

// The words of a passage, by sentence.
SentenceWords WordsOf(const Corpus& corpus, absl::string_view text,
                      const SegmentReader& reader, const PassageRow& row,
                      Vocabulary* vocabulary) {
  const absl::Span<const SentenceRow> sentences = reader.Sentences(row);
  SentenceWords words(std::max<size_t>(1, sentences.size()));
  size_t sentence = 0;
  for (const Token& token :
       ContentWords(text, static_cast<Language>(row.language))) {
    while (sentence + 1 < sentences.size() &&
           token.begin >= sentences[sentence].end) {
      ++sentence;
    }
    const absl::string_view word =
        text.substr(token.begin, token.end - token.begin);
    float rarity = 0;
    std::string name;
    if (!vocabulary->Knows(word)) {
      rarity = static_cast<float>(
          Idf(corpus.passages(), corpus.DocumentFrequency(token.key)));
      name = NameKey(word, token);
    }
    words[sentence].push_back(vocabulary->Add(word, rarity, std::move(name)));
  }
  return words;
}

}  // namespace

absl::Status MeasureTranslation(const Corpus& corpus,
                                absl::string_view question, Language language,
                                const TextOf& text_of, WordVectors* words,
                                absl::Span<Candidate> candidates) {
  std::vector<absl::string_view> asked;
  std::vector<std::string> names;
  for (const Token& token : ContentWords(question, language)) {
    if (asked.size() == kMaxQuestionWords) break;
    asked.push_back(question.substr(token.begin, token.end - token.begin));
    names.push_back(NameKey(asked.back(), token));
  }
  if (asked.empty()) return absl::OkStatus();

  Vocabulary vocabulary;
  std::vector<SentenceWords> passages(candidates.size());
  for (size_t i = 0; i < candidates.size(); ++i) {
    if (candidates[i].same_language) continue;
    const SegmentReader& reader =
        *corpus.generation().segments[candidates[i].segment].reader;
    ASSIGN_OR_RETURN(const std::string text, text_of(candidates[i]));
    passages[i] =
        WordsOf(corpus, text, reader, reader.passages()[candidates[i].passage],
                &vocabulary);
  }
  WordCodes asked_codes;
  WordCodes codes;
  RETURN_IF_ERROR(words->Look(asked, &asked_codes));
  RETURN_IF_ERROR(words->Look(vocabulary.words(), &codes));

  // What each word of the vocabulary is worth to each word of the question.
  const size_t count = vocabulary.words().size();
  std::vector<float> worth(asked.size() * count, 0);
  std::vector<int32_t> sums(count);
  for (size_t q = 0; q < asked.size(); ++q) {
    ScanInt8(asked_codes.Row(q), codes.codes.data(), codes.stride, count,
             sums.data());
    float* const row = worth.data() + q * count;
    double total = 0;
    for (size_t w = 0; w < count; ++w) {
      row[w] =
          static_cast<float>(sums[w]) * asked_codes.scales[q] * codes.scales[w];
      total += row[w];
    }
    const float mean =
        std::min(0.9f, static_cast<float>(total / (count + kFewWords)));
    for (size_t w = 0; w < count; ++w) {
      float related = (row[w] - mean) / (1 - mean);
      if (SoundAlike(names[q], vocabulary.name(w))) {
        related = std::max(related, kSoundsAlike);
      }
      row[w] = related < kRelated
                   ? 0
                   : related * related * related * vocabulary.rarity(w);
    }
  }
  for (size_t i = 0; i < candidates.size(); ++i) {
    for (const std::vector<uint32_t>& sentence : passages[i]) {
      float sum = 0;
      for (size_t q = 0; q < asked.size(); ++q) {
        float best = 0;
        for (uint32_t word : sentence) {
          best = std::max(best, worth[q * count + word]);
        }
        sum += best;
      }
      candidates[i].translation = std::max(candidates[i].translation, sum);
    }
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
