// A second generation of a collection beside the one that searches see: the
// same documents with the vectors of another encoder.
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "storage/manifest_changes.h"
#include "storage/store.h"

namespace footnote {
namespace {

constexpr char kStandbyPrefix[] = "standby/";
constexpr char kEncoderPrefix[] = "encoder/";

std::string StandbyKey(absl::string_view collection) {
  return absl::StrCat(kStandbyPrefix, collection);
}

// Calls `visit(segment, document)` for every document that is not hidden.
template <typename Visit>
void ForEachLive(const Generation& generation, Visit visit) {
  for (size_t s = 0; s < generation.segments.size(); ++s) {
    const uint32_t count = generation.segments[s].reader->document_count();
    for (uint32_t d = 0; d < count; ++d) {
      if (!IsHidden(generation.manifest.segments[s], d)) visit(s, d);
    }
  }
}

// The version of each live document. The ids live as long as the generation.
using LiveVersions = absl::flat_hash_map<absl::string_view, uint32_t>;
LiveVersions VersionsOf(const Generation& generation) {
  LiveVersions versions;
  versions.reserve(generation.manifest.documents);
  ForEachLive(generation, [&](size_t s, uint32_t d) {
    const SegmentReader& reader = *generation.segments[s].reader;
    const DocumentRow& row = reader.documents()[d];
    versions[reader.DocumentId(row)] = row.version;
  });
  return versions;
}

bool Holds(const LiveVersions& versions, const SegmentReader& reader,
           uint32_t document) {
  const DocumentRow& row = reader.documents()[document];
  const auto found = versions.find(reader.DocumentId(row));
  return found != versions.end() && found->second == row.version;
}

}  // namespace

absl::StatusOr<Manifest> Store::ReadStandby(
    absl::string_view collection) const {
  const absl::StatusOr<std::string> bytes =
      kv_->Get(kTableMeta, StandbyKey(collection));
  if (absl::IsNotFound(bytes.status())) {
    Manifest none;
    none.collection = std::string(collection);
    return none;
  }
  RETURN_IF_ERROR(bytes.status());
  return DecodeManifest(*bytes);
}

absl::StatusOr<std::shared_ptr<const Generation>> Store::Standby(
    absl::string_view collection) {
  ASSIGN_OR_RETURN(const Manifest manifest, ReadStandby(collection));
  return cache_->Open(manifest);
}

absl::StatusOr<std::vector<std::vector<uint32_t>>> Store::StandbyLacks(
    const Generation& current) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> standby,
                   Standby(current.manifest.collection));
  const LiveVersions there = VersionsOf(*standby);
  std::vector<std::vector<uint32_t>> lacks(current.segments.size());
  ForEachLive(current, [&](size_t s, uint32_t d) {
    if (!Holds(there, *current.segments[s].reader, d)) lacks[s].push_back(d);
  });
  return lacks;
}

absl::Status Store::AddStandby(absl::string_view collection,
                               const std::string& segment) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const SegmentReader> reader,
                   SegmentReader::Open(SegmentPath(segment)));
  const std::lock_guard<std::mutex> lock(commit_mutex_);
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> now,
                   Standby(collection));
  Manifest next = now->manifest;
  for (const DocumentRow& row : reader->documents()) {
    const absl::StatusOr<VersionRecord> record = documents_->GetVersion(
        {std::string(collection), std::string(reader->DocumentId(row)),
         row.version});
    if (!record.ok() && !absl::IsNotFound(record.status())) {
      return record.status();
    }
    // Its proof would not look into this segment.
    if (!record.ok() || record->state == VersionState::kErased) {
      return absl::AbortedError(
          absl::StrCat("collection \"", collection, "\": document \"",
                       reader->DocumentId(row),
                       "\" was erased while a segment with it was ", "made"));
    }
    Hide(*now, std::string(reader->DocumentId(row)), &next);
  }
  RETURN_IF_ERROR(AddSegment(*reader, &next));
  return WriteStandby(next, KvBatch());
}

absl::Status Store::WriteStandby(const Manifest& standby, KvBatch batch) {
  if (standby.segments.empty()) {
    batch.Delete(kTableMeta, StandbyKey(standby.collection));
  } else {
    batch.Put(kTableMeta, StandbyKey(standby.collection),
              EncodeManifest(standby));
  }
  return kv_->Write(std::move(batch), /*sync=*/true);
}

absl::StatusOr<std::shared_ptr<const Generation>> Store::SwitchStandby(
    absl::string_view collection) {
  // A merge would put the old generation's segments back.
  const std::lock_guard<std::mutex> merge_lock(merge_mutex_);
  const std::lock_guard<std::mutex> lock(commit_mutex_);
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> now,
                   Current(collection));
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> standby,
                   Standby(collection));
  if (standby->segments.empty()) {
    return absl::FailedPreconditionError(
        absl::StrCat("collection ", collection,
                     ": has no generation on standby, want one to switch to"));
  }
  ASSIGN_OR_RETURN(const auto lacks, StandbyLacks(*now));
  size_t missing = 0;
  for (const auto& documents : lacks) missing += documents.size();
  if (missing > 0) {
    return absl::AbortedError(absl::StrCat("collection ", collection,
                                           ": the generation on standby "
                                           "lacks ",
                                           missing, " documents, want all"));
  }
  Manifest next = standby->manifest;
  const LiveVersions live = VersionsOf(*now);
  ForEachLive(*standby, [&](size_t s, uint32_t d) {
    const SegmentReader& reader = *standby->segments[s].reader;
    if (!Holds(live, reader, d)) {
      MarkDeleted(reader, d, &next.segments[s], &next);
    }
  });
  next.generation = now->manifest.generation;
  KvBatch batch;
  batch.Put(kTableMeta, StandbyKey(collection), EncodeManifest(now->manifest));
  return Publish(now->manifest, std::move(next), std::move(batch),
                 &now->manifest);
}

absl::Status Store::DropStandby(absl::string_view collection) {
  {
    const std::lock_guard<std::mutex> lock(commit_mutex_);
    ASSIGN_OR_RETURN(const Manifest manifest, ReadStandby(collection));
    RETURN_IF_ERROR(ForgetStandby(manifest, KvBatch()));
  }
  // What older generations shared with it, they pay for now.
  return TrimOlder();
}

// REQUIRES: commit_mutex_ is held
absl::Status Store::ForgetStandby(const Manifest& standby, KvBatch batch) {
  Manifest none;
  none.collection = standby.collection;
  RETURN_IF_ERROR(WriteStandby(none, std::move(batch)));
  if (standby.segments.empty()) return absl::OkStatus();
  const absl::StatusOr<std::shared_ptr<const Generation>> now =
      Current(standby.collection);
  if (now.ok()) Tell(*now);
  std::vector<std::string> names;
  for (const ManifestSegment& segment : standby.segments) {
    names.push_back(segment.name);
  }
  RemoveUnlisted(standby.collection, names);
  return absl::OkStatus();
}

absl::Status Store::KeepEncoderPath(const std::string& hash,
                                    const std::string& path) {
  KvBatch batch;
  batch.Put(kTableMeta, absl::StrCat(kEncoderPrefix, hash), path);
  return kv_->Write(std::move(batch), /*sync=*/true);
}

absl::StatusOr<std::string> Store::EncoderPath(const std::string& hash) const {
  return kv_->Get(kTableMeta, absl::StrCat(kEncoderPrefix, hash));
}

// The segments of generations on standby. One whose files are not all there (in
// a restored backup) is forgotten.
absl::Status Store::ListStandby(std::set<std::string>* segments) {
  std::vector<Manifest> manifests;
  {
    const auto it = kv_->Iterate(kTableMeta, kStandbyPrefix);
    for (; it->Valid(); it->Next()) {
      ASSIGN_OR_RETURN(Manifest manifest, DecodeManifest(it->value()));
      manifests.push_back(std::move(manifest));
    }
    RETURN_IF_ERROR(it->status());
  }
  for (const Manifest& manifest : manifests) {
    const bool whole = std::all_of(
        manifest.segments.begin(), manifest.segments.end(),
        [this](const ManifestSegment& segment) {
          return access(SegmentPath(segment.name).c_str(), F_OK) == 0;
        });
    if (!whole) {
      RETURN_IF_ERROR(ForgetStandby(manifest, KvBatch()));
      continue;
    }
    for (const ManifestSegment& segment : manifest.segments) {
      segments->insert(segment.name);
    }
  }
  return absl::OkStatus();
}

}  // namespace footnote
