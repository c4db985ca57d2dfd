// What a commit does to a manifest, and whether its segments fit.
#ifndef FOOTNOTE_STORAGE_MANIFEST_CHANGES_H_
#define FOOTNOTE_STORAGE_MANIFEST_CHANGES_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"
#include "storage/document_store.h"
#include "storage/manifest.h"
#include "storage/segment_reader.h"

namespace footnote {

// Puts document `d` of a segment among those that search must not see, and
// takes it out of the manifest's totals. Twice is once.
void MarkDeleted(const SegmentReader& reader, uint32_t d,
                 ManifestSegment* entry, Manifest* manifest);

// Whether document `d` of the segment is among those.
bool IsHidden(const ManifestSegment& entry, uint32_t d);

// A segment joins the manifest; all its documents are live.
//   InvalidArgument  it was made with another analyser or encoder, or another
//                    dimension, where neither is 0
absl::Status AddSegment(const SegmentReader& reader, Manifest* manifest);

// Puts `rewritten` in the place of segment `before`, of which it holds all
// documents but `dropped` (sorted indexes); null: none is left. What was hidden
// stays so. Returns how many of `dropped` were not. A manifest that does not
// list `before` is left as it is.
uint64_t ReplaceSegment(const SegmentReader& before,
                        absl::Span<const uint32_t> dropped,
                        const SegmentReader* rewritten, Manifest* manifest);

// Every document of a new segment must be one of the versions that the commit
// makes visible, byte for byte; and every version that has passages must be
// there once.
absl::Status CheckSegments(
    const std::vector<std::shared_ptr<const SegmentReader>>& readers,
    absl::Span<const VersionRecord> versions);

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_MANIFEST_CHANGES_H_
