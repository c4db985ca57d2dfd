#ifndef FOOTNOTE_STORAGE_ANN_SECTION_H_
#define FOOTNOTE_STORAGE_ANN_SECTION_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/section_file.h"
#include "storage/segment_format.h"
#include "storage/segment_reader.h"

namespace footnote {

// Makes the blob of section "ann" from the finished vectors, or "" for none.
// Called once per file, while it is written, from the writing thread.
using AnnBuilder =
    std::function<absl::StatusOr<std::string>(const VectorsView& vectors)>;

// Calls `builder`, if there is one, with the vectors that `file` holds already,
// and adds its blob as section kAnn. `info` says how many there are.
absl::Status WriteAnnSection(SectionFile* file, const SegmentInfo& info,
                             const AnnBuilder& builder);

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_ANN_SECTION_H_
