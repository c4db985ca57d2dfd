#include "indexer/mirror.h"

#include <grpcpp/grpcpp.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "indexer/cli_common.h"
#include "indexer/job_files.h"
#include "indexer/source_list.h"

namespace footnote {
namespace {

// True where the file of document `id` is there, though it was not walked:
// files that folders leave out by name can be ingested by themselves.
bool FileExists(const std::string& root, const std::string& id) {
  const std::string path =
      root.empty()
          ? id
          : absl::StrCat(root, absl::EndsWith(root, "/") ? "" : "/", id);
  struct stat info;
  return lstat(path.c_str(), &info) == 0 && !S_ISDIR(info.st_mode);
}

// Whether `id` is what came of `path`: itself, below it, or a part of it.
bool IsOf(absl::string_view id, absl::string_view path) {
  return path.empty() || id == path ||
         (absl::StartsWith(id, path) &&
          (id[path.size()] == '/' || id[path.size()] == '#'));
}

void SortOnce(std::vector<std::string>* ids) {
  std::sort(ids->begin(), ids->end());
  ids->erase(std::unique(ids->begin(), ids->end()), ids->end());
}

absl::Status Delete(v1::Indexer::StubInterface* indexer,
                    const std::string& collection, const std::string& id) {
  v1::DeleteDocumentRequest request;
  request.set_collection(collection);
  request.set_document(id);
  grpc::ClientContext call;
  SetDeadline(&call);
  v1::DeleteDocumentResponse response;
  return FromGrpcStatus(indexer->DeleteDocument(&call, request, &response));
}

}  // namespace

absl::StatusOr<KnownEtags> ListEtags(v1::Indexer::StubInterface* indexer,
                                     const std::string& collection,
                                     const std::string& prefix) {
  v1::ListDocumentsRequest request;
  request.set_collection(collection);
  request.set_document_prefix(prefix);
  request.set_page_size(1000);
  KnownEtags ids;
  while (true) {
    grpc::ClientContext call;
    SetDeadline(&call);
    v1::ListDocumentsResponse page;
    const absl::Status status =
        FromGrpcStatus(indexer->ListDocuments(&call, request, &page));
    // A collection that holds nothing yet.
    if (absl::IsNotFound(status)) return ids;
    RETURN_IF_ERROR(status);
    for (const v1::Document& document : page.documents()) {
      std::string* const etag = &ids[document.version().document()];
      for (const v1::Metadata& metadata : document.metadata()) {
        if (metadata.key() == kEtagKey) *etag = metadata.value();
      }
    }
    if (page.next_page_token().empty()) return ids;
    request.set_page_token(page.next_page_token());
  }
}

absl::StatusOr<std::vector<std::string>> ReportedIds(
    v1::Indexer::StubInterface* indexer, const std::string& collection,
    IngestView* view) {
  std::vector<std::string> ids = view->TakeIds();
  if (view->resumed_job().empty()) return ids;
  RETURN_IF_ERROR(ForEachJobFile(
      indexer, collection, view->resumed_job(),
      v1::FileResult::STATE_UNSPECIFIED,
      [&ids](const v1::FileResult& file) { ids.push_back(file.document()); }));
  SortOnce(&ids);
  return ids;
}

absl::Status Mirror(
    v1::Indexer::StubInterface* indexer, const IngestClientOptions& options,
    MirrorScope scope,
    const std::function<void(const std::string& document)>& on_deleted) {
  const std::string& collection = options.start.collection();
  std::vector<std::string> documents;
  for (const std::string& folder : scope.folders) {
    ASSIGN_OR_RETURN(const KnownEtags ids,
                     ListEtags(indexer, collection, folder));
    for (const auto& id : ids) documents.push_back(id.first);
  }
  for (const std::string& path : scope.paths) {
    ASSIGN_OR_RETURN(const KnownEtags ids,
                     ListEtags(indexer, collection, path));
    for (const auto& id : ids) {
      if (IsOf(id.first, path)) documents.push_back(id.first);
    }
  }
  SortOnce(&documents);
  SortOnce(&scope.found);
  SortOnce(&scope.reported);
  // What was looked at by itself was chosen above.
  if (!scope.paths.empty()) scope.folders = {""};
  for (const std::string& id : Vanished(documents, scope.folders, scope.found,
                                        scope.reported, scope.unread)) {
    if (FileExists(options.root, id)) continue;
    if (!options.start.dry_run()) {
      const absl::Status status = Delete(indexer, collection, id);
      // Somebody else did it.
      if (absl::IsNotFound(status)) continue;
      RETURN_IF_ERROR(status);
    }
    on_deleted(id);
  }
  return absl::OkStatus();
}

}  // namespace footnote
