// `footnote ingest --watch`: a collection that follows its folders.
#ifndef FOOTNOTE_INDEXER_INGEST_FOLLOW_H_
#define FOOTNOTE_INDEXER_INGEST_FOLLOW_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "base/cli.h"
#include "indexer/ingest_client.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"

namespace footnote {

struct FollowOptions {
  std::vector<std::string> folders;
  IngestClientOptions client;
  // Files that go, go from the collection too.
  bool mirror = false;
  // As of WalkFiles.
  bool scans = false;
  // Results are added to this file; "": to none.
  std::string report;
};

// Calls `once`, which takes in all that the folders hold, then takes in what
// changes until SIGINT or SIGTERM comes; that is OK. Files under way come in
// first; a second signal ends the process. What changed before `once` was done
// is not missed. Calls `once` again when the kernel dropped events, and after
// the server was away, which is waited for. Errors: those of FolderWatch, of
// the first `once`, and of every call but Unavailable.
absl::Status FollowFolders(
    const FollowOptions& options,
    const std::function<absl::Status(v1::Indexer::StubInterface*)>& once,
    CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_INGEST_FOLLOW_H_
