// `--mirror`: documents whose files are gone go too.
#ifndef FOOTNOTE_INDEXER_MIRROR_H_
#define FOOTNOTE_INDEXER_MIRROR_H_

#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "indexer/ingest_client.h"
#include "indexer/ingest_view.h"
#include "indexer/sources/source.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"

namespace footnote {

// The documents whose ids begin with `prefix`, with their ETags ("" where they
// have none); nothing where the collection does not exist yet.
absl::StatusOr<KnownEtags> ListEtags(v1::Indexer::StubInterface* indexer,
                                     const std::string& collection,
                                     const std::string& prefix);

// The documents that came of the files of the job that `view` has seen to its
// end, sorted. What came of them before the job was gone on with, the server
// is asked.
absl::StatusOr<std::vector<std::string>> ReportedIds(
    v1::Indexer::StubInterface* indexer, const std::string& collection,
    IngestView* view);

// What was looked at, and what was found there. Ids as of DocumentIdOf.
struct MirrorScope {
  // Folders, "" for everything, all of whose files were looked at.
  std::vector<std::string> folders;
  // Files and folders that were looked at by themselves; such a file, what is
  // below such a folder, and parts ("file#part").
  std::vector<std::string> paths;
  // Files that are there, documents that came of them, and what could not be
  // looked at, in any order.
  std::vector<std::string> found;
  std::vector<std::string> reported;
  std::vector<std::string> unread;
};

// Deletes the documents of `scope` whose files are gone, unless a file of that
// name is there that walks leave out. Calls `on_deleted` for each. With
// `options.start.dry_run` set, deletes nothing.
absl::Status Mirror(
    v1::Indexer::StubInterface* indexer, const IngestClientOptions& options,
    MirrorScope scope,
    const std::function<void(const std::string& document)>& on_deleted);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_MIRROR_H_
