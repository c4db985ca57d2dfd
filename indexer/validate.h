// Pure checks of the Indexer's requests. Each returns OK, or InvalidArgument
// with reason INVALID_REQUEST and a message: field, value, what is wanted.
#ifndef FOOTNOTE_INDEXER_VALIDATE_H_
#define FOOTNOTE_INDEXER_VALIDATE_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "proto/footnote/v1/indexer.pb.h"

namespace footnote {

// [a-z0-9][a-z0-9_-]{0,62}
absl::Status ValidateCollection(absl::string_view collection);

// 1 to 1,024 bytes of UTF-8 without control characters.
absl::Status ValidateDocument(absl::string_view document);

absl::Status ValidateStart(const v1::IngestStart& start);
absl::Status ValidateFile(const v1::IngestFile& file);
absl::Status ValidateChunk(const v1::IngestChunk& chunk);
absl::Status Validate(const v1::DeleteDocumentRequest& request);
absl::Status Validate(const v1::DeleteDocumentsRequest& request);
absl::Status Validate(const v1::GetDocumentRequest& request);
absl::Status Validate(const v1::ListDocumentsRequest& request);
absl::Status Validate(const v1::ReadTextRequest& request);
absl::Status Validate(const v1::LocateSpansRequest& request);
absl::Status Validate(const v1::GetStatsRequest& request);
absl::Status Validate(const v1::GetIngestJobRequest& request);
absl::Status Validate(const v1::ListIngestJobsRequest& request);
absl::Status Validate(const v1::ListIngestFilesRequest& request);
absl::Status Validate(const v1::CancelIngestJobRequest& request);
absl::Status Validate(const v1::ListPurgesRequest& request);
absl::Status Validate(const v1::ListDuplicatesRequest& request);
absl::Status Validate(const v1::GetCollectionRequest& request);
absl::Status Validate(const v1::CollectionSettings& settings);
absl::Status Validate(const v1::ExpireDocumentsRequest& request);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_VALIDATE_H_
