#include "gateway/search.h"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/grpc_status.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

// Passages whose sentences are read. Without a second opinion, half as many do
// nearly as well.
constexpr int kReranked = 16;
// A generator that takes longer is not waited for.
constexpr absl::Duration kLongestRerank = absl::Seconds(3);

bool WantsRerank(const v1::SearchRequest& request) {
  return request.order() != v1::FUSED && !request.question().empty() &&
         (request.mode() == v1::HYBRID ||
          request.mode() == v1::SEARCH_MODE_UNSPECIFIED);
}

// Puts the first passages of `found` into the order that the generator gives
// them.
absl::Status Rerank(const std::string& question, const Caller& caller,
                    const RoomStubs& rooms, v1::SearchResponse* found) {
  const StageTimer timer("search_rerank");
  const int count = std::min(kReranked, found->passages_size());
  v1::RerankRequest request;
  request.set_question(question);
  request.set_language(found->language() == "und" ? "" : found->language());
  for (int i = 0; i < count; ++i) *request.add_passages() = found->passages(i);
  *request.mutable_vector() = found->vector();
  *request.mutable_term_keys() = found->term_keys();
  *request.mutable_term_rarities() = found->term_rarities();
  v1::RerankResponse reranked;
  const std::unique_ptr<grpc::ClientContext> context = caller.Pass();
  context->set_deadline(absl::ToChronoTime(
      absl::Now() + std::min(kLongestRerank, caller.TimeLeft() / 2)));
  RETURN_IF_ERROR(FromGrpcStatus(
      rooms.generator->Rerank(context.get(), request, &reranked)));
  std::vector<bool> is_there(count);
  for (const auto& result : reranked.results()) {
    if (result.index() < 0 || result.index() >= count ||
        is_there[result.index()]) {
      return absl::InternalError("generator: a passage that was not given");
    }
    is_there[result.index()] = true;
  }
  if (reranked.results_size() != count) {
    return absl::InternalError("generator: fewer passages than were given");
  }
  for (int i = 0; i < count; ++i) {
    const auto& result = reranked.results(i);
    v1::Passage* const passage = found->mutable_passages(i);
    passage->Swap(request.mutable_passages(result.index()));
    passage->mutable_score()->set_relevance(result.relevance());
  }
  found->set_order(v1::RERANKED);
  if (!reranked.second_encoder().empty()) {
    found->set_second_encoder(reranked.second_encoder());
    found->set_second_encoder_sha256(reranked.second_encoder_sha256());
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status SearchAndRerank(const v1::SearchRequest& request,
                             const Caller& caller, const RoomStubs& rooms,
                             v1::SearchResponse* response) {
  v1::SearchRequest search = request;
  search.set_min_generation(
      std::max(request.min_generation(),
               rooms.generations.Newest(request.collection())));
  const bool rerank = WantsRerank(request);
  // A question that wants the best one gets the best of these; but what is
  // hidden as a repeat of one that is cut off would be named nowhere.
  const int wanted = request.top_k();
  const bool is_widened =
      rerank && wanted > 0 && wanted < kReranked && !request.hide_duplicates();
  if (is_widened) search.set_top_k(kReranked);
  if (rerank) search.set_omit_text(false);
  RETURN_IF_ERROR(FromGrpcStatus(
      rooms.retriever->Search(caller.Pass().get(), search, response)));
  if (!rerank) return absl::OkStatus();
  if (response->passages_size() > 0 && !response->empty_question()) {
    const absl::Status reranked =
        Rerank(request.question(), caller, rooms, response);
    if (!reranked.ok()) {
      RETURN_IF_ERROR(caller.StillWaits("reranking"));
      Count("searches_not_reranked", "generator");
      Log(Severity::kWarning, "search not reranked",
          {{"why", std::string(reranked.ToString())}});
    }
  }
  if (is_widened && response->passages_size() > wanted) {
    response->mutable_passages()->DeleteSubrange(
        wanted, response->passages_size() - wanted);
  }
  if (request.omit_text()) {
    for (v1::Passage& passage : *response->mutable_passages()) {
      passage.clear_text();
    }
  }
  return absl::OkStatus();
}

}  // namespace footnote
