// The story of one IngestDocuments call.
#ifndef FOOTNOTE_INDEXER_INGEST_H_
#define FOOTNOTE_INDEXER_INGEST_H_

#include <functional>

#include "absl/status/status.h"
#include "indexer/claims.h"
#include "indexer/collections.h"
#include "indexer/jobs.h"
#include "indexer/pipeline.h"
#include "model/encoder/shelf.h"
#include "proto/footnote/v1/indexer.pb.h"
#include "storage/store.h"

namespace footnote {

// The two ends of the stream and whether the client is still there.
struct IngestStream {
  // The next message; false at the end, where it leaves what it is given as it
  // is, and for what is no such message, of which it may read some.
  std::function<bool(v1::IngestRequest*)> read;
  // Called from several threads, one at a time; false when nobody listens.
  std::function<bool(const v1::IngestResponse&)> write;
  std::function<bool()> cancelled;
  // Makes `read` return false soon; from another thread. May be empty.
  std::function<void()> stop;
};

struct IngestRooms {
  Store* store;
  EncoderShelf* encoders;  // may be null
  DocumentClaims* claims;
  Jobs* jobs;
  Collections* collections;
  PipelineOptions options;
};

// Begins a job and tells it, reads files until the client closes its side,
// answers for each document, and sends the summary. `collection` is set as soon
// as it is known.
//   InvalidArgument  messages out of order, or a bad start or chunk; files
//                    that came before still get their results
//   AlreadyExists    a job of that id runs
//   Cancelled        the client went away, or the job was cancelled
absl::Status Ingest(const IngestRooms& rooms, const IngestStream& stream,
                    std::string* collection);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_INGEST_H_
