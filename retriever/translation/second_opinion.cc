#include "retriever/translation/second_opinion.h"

#include <algorithm>
#include <deque>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "storage/segment_reader.h"

namespace footnote {
namespace {

constexpr size_t kSentences = 3;

float Product(absl::Span<const float> vector, const WordCodes& codes,
              size_t row) {
  const int8_t* const code = codes.Row(row);
  float product = 0;
  for (size_t d = 0; d < vector.size(); ++d) product += vector[d] * code[d];
  return product * codes.scales[row];
}

// The sentences of a passage; the whole of it where it has none.
std::vector<absl::string_view> SentencesOf(absl::string_view text,
                                           absl::Span<const SentenceRow> rows) {
  std::vector<absl::string_view> sentences;
  for (const SentenceRow& row : rows) {
    const size_t end = std::min<size_t>(row.end, text.size());
    if (row.begin >= end) continue;
    sentences.push_back(text.substr(row.begin, end - row.begin));
  }
  if (sentences.empty()) sentences.push_back(text);
  return sentences;
}

// Leaves the nearest to `vector`.
absl::Status KeepNearest(absl::Span<const float> vector, WordVectors* vectors,
                         std::vector<absl::string_view>* sentences) {
  if (sentences->size() <= kSentences) return absl::OkStatus();
  WordCodes codes;
  RETURN_IF_ERROR(vectors->Look(*sentences, &codes));
  std::vector<float> near(sentences->size());
  for (size_t s = 0; s < near.size(); ++s) near[s] = Product(vector, codes, s);
  std::vector<size_t> order(near.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return near[a] > near[b]; });
  std::vector<absl::string_view> kept;
  for (size_t i = 0; i < kSentences; ++i) {
    kept.push_back((*sentences)[order[i]]);
  }
  *sentences = std::move(kept);
  return absl::OkStatus();
}

}  // namespace

const E5Encoders* SecondOpinion::Encoders() const {
  return lazy_ == nullptr ? nullptr : lazy_->Get();
}

const Encoder* SecondOpinion::encoder() const {
  const E5Encoders* const encoders = Encoders();
  return encoders == nullptr ? nullptr : encoders->passage.get();
}

absl::Status SecondOpinion::Measure(const Corpus& corpus,
                                    absl::string_view question,
                                    absl::Span<const float> vector,
                                    const TextOf& text_of,
                                    WordVectors* sentences,
                                    absl::Span<Candidate> candidates) {
  const E5Encoders* const encoders = Encoders();
  if (encoders == nullptr || candidates.empty()) return absl::OkStatus();
  // A deque: views of its strings stay good while it grows.
  std::deque<std::string> texts;
  std::vector<absl::string_view> asked;
  std::vector<size_t> owner;
  for (size_t i = 0; i < candidates.size(); ++i) {
    const SegmentReader& reader =
        *corpus.generation().segments[candidates[i].segment].reader;
    ASSIGN_OR_RETURN(std::string text, text_of(candidates[i]));
    texts.push_back(std::move(text));
    std::vector<absl::string_view> nearest =
        SentencesOf(texts.back(),
                    reader.Sentences(reader.passages()[candidates[i].passage]));
    RETURN_IF_ERROR(KeepNearest(vector, sentences, &nearest));
    for (const absl::string_view sentence : nearest) {
      asked.push_back(sentence);
      owner.push_back(i);
    }
  }
  const size_t n = encoders->question->dimension();
  std::vector<float> row(n);
  RETURN_IF_ERROR(encoders->question->Encode({question}, row.data()));
  std::vector<float> rows(asked.size() * n);
  RETURN_IF_ERROR(encoders->passage->Encode(asked, rows.data()));
  for (size_t s = 0; s < asked.size(); ++s) {
    float& best = candidates[owner[s]].second;
    best = std::max(
        best, std::inner_product(row.begin(), row.end(), &rows[s * n], 0.0f));
  }
  return absl::OkStatus();
}

}  // namespace footnote
