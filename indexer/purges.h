#ifndef FOOTNOTE_INDEXER_PURGES_H_
#define FOOTNOTE_INDEXER_PURGES_H_

#include "absl/status/statusor.h"
#include "proto/footnote/v1/indexer.pb.h"
#include "storage/store.h"

namespace footnote {

// Indexer.ListPurges.
absl::StatusOr<v1::ListPurgesResponse> ListPurges(
    Store* store, const v1::ListPurgesRequest& request);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PURGES_H_
