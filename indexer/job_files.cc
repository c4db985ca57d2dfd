#include "indexer/job_files.h"

#include <grpcpp/grpcpp.h>

#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "indexer/cli_common.h"

namespace footnote {

absl::Status ForEachJobFile(
    v1::Indexer::StubInterface* indexer, const std::string& collection,
    const std::string& job, v1::FileResult::State state,
    const std::function<void(const v1::FileResult& file)>& each) {
  v1::ListIngestFilesRequest request;
  request.set_collection(collection);
  request.set_job(job);
  request.set_state(state);
  request.set_page_size(1000);
  while (true) {
    grpc::ClientContext call;
    SetDeadline(&call);
    v1::ListIngestFilesResponse page;
    RETURN_IF_ERROR(
        FromGrpcStatus(indexer->ListIngestFiles(&call, request, &page)));
    for (const v1::FileResult& file : page.files()) each(file);
    if (page.next_page_token().empty()) return absl::OkStatus();
    request.set_page_token(page.next_page_token());
  }
}

}  // namespace footnote
