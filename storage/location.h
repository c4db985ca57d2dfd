// Where a stretch of a version's text lay in the original, as people are told.
#ifndef FOOTNOTE_STORAGE_LOCATION_H_
#define FOOTNOTE_STORAGE_LOCATION_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "proto/footnote/v1/types.pb.h"
#include "storage/document_store.h"
#include "storage/kv.h"
#include "storage/locator.h"

namespace footnote {

// Where bytes [begin, end) of a text begin in the original, by its `locator`,
// or what is kept of it for all these bytes, and its media type; unset fields
// where those don't tell. Of pages the element tells where they end too: it has
// a box for each line of print, and over pages "page=2&box=…&page=3&box=…"; of
// a very long stretch those that it begins with, 16 KiB of them.
v1::Location LocationIn(const Locator& locator, absl::string_view media_type,
                        uint64_t begin, uint64_t end);

// The same of a version that is stored; no more of its locator is read than up
// to there. Unset where it has none, or one that can't be read.
v1::Location ReadLocation(const Kv& kv, const VersionRef& version,
                          absl::string_view media_type, uint64_t begin,
                          uint64_t end);

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_LOCATION_H_
