#include "retriever/retriever_service.h"

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "model/encoder/shelf.h"
#include "proto/footnote/v1/retriever.grpc.pb.h"
#include "retriever/ann/ivf_builder.h"
#include "retriever/search.h"
#include "retriever/translation/second_opinion.h"
#include "retriever/validate.h"

namespace footnote {
namespace {

// For callers that set none.
constexpr absl::Duration kLongestWait = absl::Seconds(30);

class RetrieverService final : public v1::Retriever::Service {
 public:
  RetrieverService(Store* store, const Encoder* encoder,
                   const RetrieverOptions& options)
      : store_(store),
        encoder_(encoder),
        shelf_(encoder,
               [store](const std::string& hash) {
                 return store->EncoderPath(hash);
               }),
        second_(options.second),
        searcher_(store, encoder, &second_) {}

  grpc::Status Search(grpc::ServerContext* context,
                      const v1::SearchRequest* request,
                      v1::SearchResponse* response) override {
    return ToGrpcStatus([&]() -> absl::Status {
      RETURN_IF_ERROR(ValidateSearch(*request));
      ASSIGN_OR_RETURN(Searcher* const searcher, SearcherFor(*request));
      return searcher->Search(
          *request, [context] { return context->IsCancelled(); },
          std::min(absl::FromChrono(context->deadline()),
                   absl::Now() + kLongestWait),
          response);
    }());
  }

  grpc::Status Encode(grpc::ServerContext* /*context*/,
                      const v1::EncodeRequest* request,
                      v1::EncodeResponse* response) override {
    return ToGrpcStatus(EncodeTexts(*request, response));
  }

 private:
  // The searcher with the encoder that the generation was made with, where that
  // can be had.
  absl::StatusOr<Searcher*> SearcherFor(const v1::SearchRequest& request) {
    RETURN_IF_ERROR(searcher_.Refresh());
    ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> generation,
                     request.standby() ? store_->Standby(request.collection())
                                       : store_->Current(request.collection()));
    std::string raw = generation->manifest.encoder_hash;
    if (request.generation() != 0 && !request.standby()) {
      const absl::StatusOr<Manifest> older =
          store_->OlderManifest(request.collection(), request.generation());
      // Whether it is there at all, the search says.
      if (older.ok()) raw = older->encoder_hash;
    }
    const std::string hash = absl::BytesToHexString(raw);
    if (raw.empty() || (encoder_ != nullptr && encoder_->hash() == hash)) {
      return &searcher_;
    }
    const Encoder* const encoder = shelf_.Find(hash);
    if (encoder == nullptr) return &searcher_;
    const std::lock_guard<std::mutex> lock(mutex_);
    std::unique_ptr<Searcher>& kept = searchers_[hash];
    if (kept == nullptr) {
      kept = std::make_unique<Searcher>(store_, encoder, &second_);
    }
    return kept.get();
  }

  absl::Status EncodeTexts(const v1::EncodeRequest& request,
                           v1::EncodeResponse* response) const {
    RETURN_IF_ERROR(ValidateEncode(request));
    if (encoder_ == nullptr) {
      return absl::FailedPreconditionError("no encoder is loaded");
    }
    const size_t dimension = encoder_->dimension();
    const std::vector<absl::string_view> texts(request.texts().begin(),
                                               request.texts().end());
    std::vector<float> rows(texts.size() * dimension);
    RETURN_IF_ERROR(encoder_->Encode(texts, rows.data()));
    for (size_t i = 0; i < texts.size(); ++i) {
      const float* row = rows.data() + i * dimension;
      response->add_vectors()->mutable_values()->Add(row, row + dimension);
    }
    response->set_encoder(std::string(encoder_->name()));
    response->set_dimension(static_cast<int>(dimension));
    return absl::OkStatus();
  }

  Store* const store_;
  const Encoder* const encoder_;
  EncoderShelf shelf_;
  SecondOpinion second_;
  Searcher searcher_;
  std::mutex mutex_;
  // Of other encoders, by their hash; guarded by mutex_.
  std::map<std::string, std::unique_ptr<Searcher>> searchers_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewRetrieverService(
    Store* store, const Encoder* encoder, const RetrieverOptions& options) {
  return std::make_unique<RetrieverService>(store, encoder, options);
}

AnnBuilder RetrieverAnnBuilder() {
  return [](const VectorsView& vectors) {
    return BuildIvf(vectors, IvfBuildOptions());
  };
}

}  // namespace footnote
