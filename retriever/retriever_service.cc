#include "retriever/retriever_service.h"

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/grpc_status.h"
#include "base/priority.h"
#include "base/status_macros.h"
#include "proto/footnote/v1/retriever.grpc.pb.h"
#include "retriever/ann/ivf_builder.h"
#include "retriever/search.h"
#include "retriever/validate.h"

namespace footnote {
namespace {

// For callers that set none.
constexpr absl::Duration kLongestWait = absl::Seconds(30);

class RetrieverService final : public v1::Retriever::Service {
 public:
  RetrieverService(Store* store, const Encoder* encoder)
      : encoder_(encoder), searcher_(store, encoder) {}

  grpc::Status Search(grpc::ServerContext* context,
                      const v1::SearchRequest* request,
                      v1::SearchResponse* response) override {
    const SearchUnderWay others_wait;
    return ToGrpcStatus([&]() -> absl::Status {
      RETURN_IF_ERROR(ValidateSearch(*request));
      return searcher_.Search(
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

  const Encoder* const encoder_;
  Searcher searcher_;
};

}  // namespace

std::unique_ptr<grpc::Service> NewRetrieverService(
    Store* store, const Encoder* encoder, const RetrieverOptions& /*options*/) {
  return std::make_unique<RetrieverService>(store, encoder);
}

AnnBuilder RetrieverAnnBuilder() {
  return [](const VectorsView& vectors) {
    return BuildIvf(vectors, IvfBuildOptions());
  };
}

}  // namespace footnote
