// What the Indexer tells about documents that are stored, and how one goes.
// The proto's comments say what each call promises.
#ifndef FOOTNOTE_INDEXER_DOCUMENTS_H_
#define FOOTNOTE_INDEXER_DOCUMENTS_H_

#include "absl/status/statusor.h"
#include "indexer/claims.h"
#include "proto/footnote/v1/indexer.pb.h"
#include "storage/store.h"

namespace footnote {

// Requests are valid (validate.h). Errors carry the proto's reasons.

absl::StatusOr<v1::Document> GetDocument(Store* store,
                                         const v1::GetDocumentRequest& request);

absl::StatusOr<v1::ListDocumentsResponse> ListDocuments(
    Store* store, const v1::ListDocumentsRequest& request);

absl::StatusOr<v1::ReadTextResponse> ReadText(
    Store* store, const v1::ReadTextRequest& request);

// See LocationIn. A version's locator is read and decoded once for all its
// spans.
absl::StatusOr<v1::LocateSpansResponse> LocateSpans(
    Store* store, const v1::LocateSpansRequest& request);

// Waits for an ingestion of the same document that is under way. Nothing is
// deleted in a collection under legal hold.
absl::StatusOr<v1::DeleteDocumentResponse> DeleteDocument(
    Store* store, DocumentClaims* claims, const AnnBuilder& ann_builder,
    const v1::DeleteDocumentRequest& request);

absl::StatusOr<v1::DeleteDocumentsResponse> DeleteDocuments(
    Store* store, DocumentClaims* claims,
    const v1::DeleteDocumentsRequest& request);

absl::StatusOr<v1::ListDuplicatesResponse> ListDuplicates(
    Store* store, const v1::ListDuplicatesRequest& request);

absl::StatusOr<v1::Stats> GetStats(Store* store,
                                   const v1::GetStatsRequest& request);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_DOCUMENTS_H_
