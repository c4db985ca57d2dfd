#include <unistd.h>

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "storage/manifest_changes.h"
#include "storage/segment_merge.h"
#include "storage/store.h"

namespace footnote {

absl::StatusOr<int> Store::Merge(absl::string_view collection,
                                 const MergePolicy& policy,
                                 const AnnBuilder& ann_builder) {
  // What is only read does not know which names of segments are free.
  RETURN_IF_ERROR(kv_->Writable());
  std::lock_guard<std::mutex> lock(merge_mutex_);
  for (int merges = 0;; ++merges) {
    ASSIGN_OR_RETURN(const bool merged,
                     MergeOnce(collection, policy, ann_builder));
    if (!merged) return merges;
  }
}

bool Store::merging() {
  const std::unique_lock<std::mutex> free(merge_mutex_, std::try_to_lock);
  return !free.owns_lock();
}

// REQUIRES: merge_mutex_ is held
absl::StatusOr<bool> Store::MergeOnce(absl::string_view collection,
                                      const MergePolicy& policy,
                                      const AnnBuilder& ann_builder) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> before,
                   Current(collection));
  const std::vector<size_t> picked =
      PickMerge(before->manifest.segments, policy);
  if (picked.empty()) return false;
  RETURN_IF_ERROR(MergePicked(*before, picked, ann_builder));
  return true;
}

// REQUIRES: merge_mutex_ is held
absl::Status Store::MergePicked(const Generation& before,
                                const std::vector<size_t>& picked,
                                const AnnBuilder& ann_builder) {
  std::vector<MergeInput> inputs;
  bool anything_left = false;
  for (const size_t i : picked) {
    const ManifestSegment& entry = before.manifest.segments[i];
    anything_left |= entry.deleted_documents.size() < entry.documents;
    inputs.push_back({before.segments[i].reader, entry.deleted_documents});
  }
  if (!anything_left) return Replace(before, picked, "");
  const SegmentName merged = NewSegment();
  RETURN_IF_ERROR(MergeSegments(inputs, ann_builder, merged.path));
  const absl::Status status = Replace(before, picked, merged.name);
  // A disk that is full has no room for what nothing lists.
  if (!status.ok() && !MayBeWritten(status)) unlink(merged.path.c_str());
  return status;
}

// Puts `merged` ("": nothing was left) in the place of the picked segments,
// in the generation that is current by now.
absl::Status Store::Replace(const Generation& before,
                            const std::vector<size_t>& picked,
                            const std::string& merged) {
  std::vector<std::string> old_names;
  for (const size_t i : picked) {
    old_names.push_back(before.manifest.segments[i].name);
  }
  {
    std::lock_guard<std::mutex> lock(commit_mutex_);
    ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> now,
                     Current(before.manifest.collection));
    Manifest next = now->manifest;
    next.segments.clear();
    for (const ManifestSegment& entry : now->manifest.segments) {
      if (std::find(old_names.begin(), old_names.end(), entry.name) ==
          old_names.end()) {
        next.segments.push_back(entry);
      }
    }
    if (!merged.empty()) {
      ASSIGN_OR_RETURN(const std::shared_ptr<const SegmentReader> reader,
                       SegmentReader::Open(SegmentPath(merged)));
      cache_->Adopt(merged, reader);
      // The totals hold the merged documents already.
      Manifest scratch = next;
      RETURN_IF_ERROR(AddSegment(*reader, &scratch));
      ManifestSegment entry = scratch.segments.back();
      // Deletes that came while the merge ran.
      for (size_t i = 0; i < now->segments.size(); ++i) {
        const ManifestSegment& old = now->manifest.segments[i];
        if (std::find(old_names.begin(), old_names.end(), old.name) ==
            old_names.end()) {
          continue;
        }
        const SegmentReader& old_reader = *now->segments[i].reader;
        for (const uint32_t d : old.deleted_documents) {
          const DocumentRow& row = old_reader.documents()[d];
          const absl::optional<uint32_t> moved =
              reader->FindDocument(old_reader.DocumentId(row), row.version);
          if (moved.has_value()) {
            MarkDeleted(*reader, *moved, &entry, &scratch);
          }
        }
      }
      next.segments.push_back(std::move(entry));
    }
    RETURN_IF_ERROR(
        Publish(now->manifest, std::move(next), KvBatch()).status());
  }
  return absl::OkStatus();
}

}  // namespace footnote
