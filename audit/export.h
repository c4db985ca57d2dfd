// Bundles and their reports.
#ifndef FOOTNOTE_AUDIT_EXPORT_H_
#define FOOTNOTE_AUDIT_EXPORT_H_

#include <cstdint>
#include <functional>

#include "absl/status/status.h"
#include "audit/ledger.h"
#include "audit/scope.h"
#include "proto/footnote/v1/audit.pb.h"
#include "storage/store.h"

namespace footnote {

// A bundle is in memory several times over while it is made.
constexpr uint64_t kMostSourceBytes = uint64_t{256} << 20;

// See proto/footnote/v1/audit.proto. Gives the bundle in pieces, then the
// report.
//   InvalidArgument  reason INVALID_REQUEST; also where the texts of all that
//                    is cited are more than `most_source_bytes`
//   NotFound         reason ANSWER_NOT_FOUND
//   Cancelled        `show` returned false
absl::Status ExportBundle(
    const v1::ExportBundleRequest& request, const Scope& scope,
    const Ledger& ledger, Store* store,
    const std::function<bool(const v1::ExportBundleResponse&)>& show,
    uint64_t most_source_bytes = kMostSourceBytes);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_EXPORT_H_
