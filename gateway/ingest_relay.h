// Passes one IngestDocuments stream on to another process, message by message
// and both ways at once.
#ifndef FOOTNOTE_GATEWAY_INGEST_RELAY_H_
#define FOOTNOTE_GATEWAY_INGEST_RELAY_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <string>

#include "gateway/generations.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"

namespace footnote {

// A reactor that deletes itself when the stream has ended on both sides. One
// message at a time is held in each direction, so a slow room slows the
// client down. The room's status is the caller's, also when the room ends
// while the client is still sending. The summary's generation goes to
// `generations`. Both `room` and `generations` must outlive the stream. `may`
// is asked, with the collection, before a start is passed on; a refusal ends
// the stream.
grpc::ServerBidiReactor<v1::IngestRequest, v1::IngestResponse>* NewIngestRelay(
    grpc::CallbackServerContext* caller, v1::Indexer::StubInterface* room,
    Generations* generations,
    std::function<grpc::Status(const std::string&)> may);

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_INGEST_RELAY_H_
