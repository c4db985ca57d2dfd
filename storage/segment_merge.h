#ifndef FOOTNOTE_STORAGE_SEGMENT_MERGE_H_
#define FOOTNOTE_STORAGE_SEGMENT_MERGE_H_

#include <cstdint>
#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "storage/ann_section.h"
#include "storage/segment_reader.h"

namespace footnote {

// What MergeSegments takes from one segment.
struct MergeInput {
  std::shared_ptr<const SegmentReader> segment;
  // Indexes of documents to leave out, sorted.
  std::vector<uint32_t> deleted_documents;
  // Where the vectors come from, with their encoder, dimension and form: a
  // segment with the same passages. Null: `segment` itself.
  std::shared_ptr<const SegmentReader> vectors = nullptr;
};

// Writes the documents of `inputs`, in order, less the deleted ones, into one
// new segment at `path` (as Finish does). Terms that no passage holds any more
// go, and so do strings. Memory: about 100 bytes per passage and 24 per term of
// the result, not its size. The ann sections are not merged: `ann_builder`
// makes a new one, or none is written.
//   InvalidArgument     inputs disagree on analyser, encoder, dimension (one
//                       that is 0 agrees with any), exact form, positions or
//                       channel groups; or hold too many passages together; or
//                       `vectors` has others
//   FailedPrecondition  no document would be left
//   DataLoss            an input is damaged
//   ResourceExhausted   the disk is full
absl::Status MergeSegments(absl::Span<const MergeInput> inputs,
                           const AnnBuilder& ann_builder,
                           absl::string_view path);

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_SEGMENT_MERGE_H_
