#include "storage/ann_section.h"

#include "base/status_macros.h"

namespace footnote {

absl::Status WriteAnnSection(SectionFile* file, const SegmentInfo& info,
                             const AnnBuilder& builder) {
  if (!builder || info.vector_count == 0) return absl::OkStatus();
  VectorsView view;
  view.count = info.vector_count;
  view.dimension = info.dimension;
  view.code_stride = static_cast<uint32_t>(CodeStride(info.dimension));
  view.exact_stride =
      static_cast<uint32_t>(ExactStride(info.dimension, info.exact));
  view.exact_form = info.exact;
  ASSIGN_OR_RETURN(const uint8_t* rows, file->Map(SectionId::kVectorRows));
  ASSIGN_OR_RETURN(const uint8_t* codes, file->Map(SectionId::kVectorCodes));
  view.rows = reinterpret_cast<const VectorRow*>(rows);
  view.codes = reinterpret_cast<const int8_t*>(codes);
  if (info.exact != ExactVectors::kNone) {
    ASSIGN_OR_RETURN(view.exact, file->Map(SectionId::kVectorExact));
  }
  ASSIGN_OR_RETURN(const std::string blob, builder(view));
  if (blob.empty()) return absl::OkStatus();
  file->AppendSection(SectionId::kAnn, blob.data(), blob.size());
  return absl::OkStatus();
}

}  // namespace footnote
