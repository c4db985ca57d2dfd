#include "generator/rerank.h"

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "base/status_macros.h"
#include "generator/extractive/relevance.h"
#include "generator/validate.h"

namespace footnote {
namespace {

// Passages that are read.
constexpr size_t kRead = 100;
// Of so many, the best sentence is compared by its vector, whatever the others
// have; the eight best of all sentences are anyway.
constexpr size_t kCompared = 16;

}  // namespace

absl::StatusOr<v1::RerankResponse> Rerank(
    const v1::RerankRequest& request, const ExtractiveWriter& writer,
    const std::function<bool()>& is_cancelled) {
  RETURN_IF_ERROR(ValidateRerank(request));
  v1::GenerateRequest weigh;
  weigh.set_question(request.question());
  weigh.set_language(request.language());
  *weigh.mutable_passages() = request.passages();
  *weigh.mutable_vector() = request.vector();
  *weigh.mutable_term_keys() = request.term_keys();
  *weigh.mutable_term_rarities() = request.term_rarities();
  ExtractiveWriter::Effort effort;
  effort.passages = kRead;
  effort.in_context = false;
  // Where a search has not sorted them, none is likelier than another.
  const bool sorted = std::any_of(
      request.passages().begin(), request.passages().end(),
      [](const v1::Passage& passage) { return passage.score().total() != 0; });
  effort.compared_passages = sorted ? kCompared : kRead;
  ExtractiveWriter::Explanation found = writer.Read(weigh, effort);
  if (extractive::IsJudgedBySentences(request.question(), found)) {
    RETURN_IF_ERROR(writer.Weigh(weigh, effort, is_cancelled, &found));
  }
  std::vector<double> relevance = extractive::Relevance(found);
  relevance.resize(request.passages_size());

  std::vector<int> order(relevance.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](int a, int b) { return relevance[a] > relevance[b]; });
  if (request.top_n() > 0 && request.top_n() < request.passages_size()) {
    order.resize(request.top_n());
  }
  v1::RerankResponse response;
  ExtractiveWriter::TellSecond(found.second_encoder, &response);
  for (const int index : order) {
    v1::RerankResponse::Result* const result = response.add_results();
    result->set_index(index);
    result->set_relevance(relevance[index]);
  }
  return response;
}

}  // namespace footnote
