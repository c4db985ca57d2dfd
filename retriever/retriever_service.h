// The Retriever as a gRPC service: RPC in, Status out.
#ifndef FOOTNOTE_RETRIEVER_RETRIEVER_SERVICE_H_
#define FOOTNOTE_RETRIEVER_RETRIEVER_SERVICE_H_

#include <memory>

#include "grpcpp/impl/codegen/service_type.h"
#include "model/encoder/e5_encoder.h"
#include "model/encoder/encoder.h"
#include "retriever/read_ahead.h"
#include "storage/store.h"

namespace footnote {

struct RetrieverOptions {
  // A second encoder, which is asked about the best passages in other languages
  // than the question's (translation/second_opinion.h). Null: none. It must
  // outlive the service.
  LazyE5* second = nullptr;
};

// Serves v1.Retriever over `store`. `encoder` may be null. Both must outlive
// the service, which may be called from many threads and starts none.
std::unique_ptr<grpc::Service> NewRetrieverService(
    Store* store, const Encoder* encoder, const RetrieverOptions& options);

// Beside the service: ReadAhead, for who answers from what it finds.

// Makes the vector index that this room searches, for whoever writes segments.
// Safe from many threads.
AnnBuilder RetrieverAnnBuilder();

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_RETRIEVER_SERVICE_H_
