#ifndef FOOTNOTE_STORAGE_LOCATOR_PIECES_H_
#define FOOTNOTE_STORAGE_LOCATOR_PIECES_H_

#include <functional>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "storage/document_store.h"
#include "storage/kv.h"

namespace footnote {

// Calls `visit` with the locator of a version (DocumentStore::ReadLocator),
// piece by piece, until it returns false; with none where there is none, or
// where it was erased.
absl::Status ReadLocatorPieces(
    const Kv& kv, const VersionRef& version,
    const std::function<bool(absl::string_view)>& visit);

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_LOCATOR_PIECES_H_
