// What became of the files of a job, for who asks a server.
#ifndef FOOTNOTE_INDEXER_JOB_FILES_H_
#define FOOTNOTE_INDEXER_JOB_FILES_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"

namespace footnote {

// Calls `each` for every file of job `job` that is in `state`;
// STATE_UNSPECIFIED: in any. NotFound, JOB_NOT_FOUND; and the errors of the
// call.
absl::Status ForEachJobFile(
    v1::Indexer::StubInterface* indexer, const std::string& collection,
    const std::string& job, v1::FileResult::State state,
    const std::function<void(const v1::FileResult& file)>& each);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_JOB_FILES_H_
