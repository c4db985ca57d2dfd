// Bundles and their reports.
#ifndef FOOTNOTE_AUDIT_EXPORT_H_
#define FOOTNOTE_AUDIT_EXPORT_H_

#include <functional>

#include "absl/status/status.h"
#include "audit/ledger.h"
#include "audit/scope.h"
#include "proto/footnote/v1/audit.pb.h"
#include "storage/store.h"

namespace footnote {

// See proto/footnote/v1/audit.proto. Gives the bundle in pieces, then the
// report.
//   InvalidArgument  reason INVALID_REQUEST
//   NotFound         reason ANSWER_NOT_FOUND
//   Cancelled        `show` returned false
absl::Status ExportBundle(
    const v1::ExportBundleRequest& request, const Scope& scope,
    const Ledger& ledger, Store* store,
    const std::function<bool(const v1::ExportBundleResponse&)>& show);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_EXPORT_H_
