// The client's side of IngestDocuments: files on this machine to a service.
#ifndef FOOTNOTE_INDEXER_INGEST_CLIENT_H_
#define FOOTNOTE_INDEXER_INGEST_CLIENT_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "indexer/file_walk.h"
#include "indexer/sources/source.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"

namespace footnote {

// The metadata that holds the ETag of a document from a site or bucket.
constexpr char kEtagKey[] = "etag";

struct IngestClientOptions {
  v1::IngestStart start;
  // Copied to each file: language, title, metadata, access labels, media type.
  v1::IngestFile file;
  // A file's id is its path without this at the front.
  std::string root;
  // The id of the document that path "-", standard input, holds.
  std::string stdin_id;
  // How often a call whose connection broke is gone on with, where it did not
  // get further in between. Then the call is resumable, unless it reads
  // standard input or `sources`.
  int reconnects = 0;
  // Its first pause; each further one is twice as long, up to 30 s.
  absl::Duration pause = absl::Seconds(1);
  // Told before each pause why there is one; may be empty. Never while
  // on_response is called.
  std::function<void(const absl::Status& broken, absl::Duration pause)>
      on_broken;
  // Goes on with the job start.request_id, over the same files.
  bool resume = false;
};

// Web sites and buckets to be read beside the files, and what became of that.
struct SourcesToRead {
  std::vector<std::unique_ptr<FileSource>> sources;
  // In: of the documents that are stored.
  KnownEtags known;
  // Out, as ids: all that is still there; what of it was not sent because it is
  // the same; what could not be had.
  std::vector<std::string> found;
  std::vector<std::string> unchanged;
  std::vector<std::string> unread;
};

// The id under which the file at `path` is sent.
std::string DocumentIdOf(const IngestClientOptions& options,
                         const std::string& path);

// Streams what `walked` found to `indexer`. `on_response` gets every message of
// the service, one at a time, from another thread. A file that cannot be read
// here is told to the service too, which answers FAILED. So is what `sources`,
// which may be null, hold. Errors are those of the call, and of a source that
// cannot be read: what was sent before stays.
//   FailedPrecondition  `resume`, and the files are not those of the job
absl::Status IngestFiles(
    v1::Indexer::StubInterface* indexer, const IngestClientOptions& options,
    const WalkedFiles& walked,
    const std::function<void(const v1::IngestResponse&)>& on_response,
    SourcesToRead* sources = nullptr);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_INGEST_CLIENT_H_
