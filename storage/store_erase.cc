#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "storage/record_codec.h"
#include "storage/segment_merge.h"
#include "storage/store.h"
#include "storage/unproved_purges.h"

namespace footnote {
namespace {

// What a purge waits for: readers that hold a file, and the database's own
// removal of files.
constexpr absl::Duration kPatience = absl::Seconds(30);
constexpr absl::Duration kLookAgain = absl::Milliseconds(5);

// Marks of releases that kept no record of a purge.
constexpr char kErasingPrefix[] = "erasing/";

bool Exists(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0;
}

// Waits until `gone` says so; false when it never did.
template <typename Gone>
bool WaitUntil(const Gone& gone) {
  const absl::Time deadline = absl::Now() + kPatience;
  while (!gone()) {
    if (absl::Now() >= deadline) return false;
    absl::SleepFor(kLookAgain);
  }
  return true;
}

absl::Status StillThere(const Purge& purge, absl::string_view file) {
  return absl::UnavailableError(absl::StrCat(
      "purge ", purge.number, " of collection ", purge.collection, ": file ",
      file, " is still read, want it gone; it goes on at the next start"));
}

}  // namespace

absl::Status Store::Erase(absl::string_view collection,
                          absl::string_view document,
                          const AnnBuilder& ann_builder) {
  std::vector<std::string> documents;
  if (!document.empty()) documents.emplace_back(document);
  return EraseDocuments(collection, documents, ann_builder);
}

absl::Status Store::EraseAll(absl::string_view collection,
                             const std::vector<std::string>& documents,
                             const AnnBuilder& ann_builder) {
  return EraseDocuments(collection, documents, ann_builder);
}

// All that are deleted, when `documents` is empty.
absl::Status Store::EraseDocuments(absl::string_view collection,
                                   const std::vector<std::string>& documents,
                                   const AnnBuilder& ann_builder) {
  // A checkpoint that is being copied holds the bytes by another name.
  std::lock_guard<std::mutex> backup_lock(checkpoint_mutex_);
  std::lock_guard<std::mutex> merge_lock(merge_mutex_);
  Purge purge;
  {
    std::lock_guard<std::mutex> lock(commit_mutex_);
    std::vector<DocumentRef> refs;
    for (const std::string& document : documents) {
      refs.push_back({std::string(collection), document});
    }
    if (refs.empty()) {
      ASSIGN_OR_RETURN(refs, documents_->ListDeleted(collection));
      if (refs.empty()) return absl::OkStatus();
    }
    ASSIGN_OR_RETURN(purge, BeginPurge(refs));
  }
  return FinishPurge(std::move(purge), ann_builder);
}

// REQUIRES: commit_mutex_ is held
absl::StatusOr<Purge> Store::BeginPurge(
    const std::vector<DocumentRef>& documents) {
  Purge purge;
  purge.collection = documents[0].collection;
  purge.begun_us = absl::GetCurrentTimeNanos() / 1000;
  ASSIGN_OR_RETURN(purge.number, NextPurge(*kv_, purge.collection));
  KvBatch batch;
  for (const DocumentRef& ref : documents) {
    RETURN_IF_ERROR(documents_->AppendErase(ref, &batch));
    purge.documents.push_back(ref.document);
  }
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> now,
                   Current(purge.collection));
  std::set<std::string> names = older_->Segments(purge.collection);
  for (const ManifestSegment& segment : now->manifest.segments) {
    names.insert(segment.name);
  }
  for (const std::string& name : names) {
    const auto reader = cache_->OpenSegment(name);
    // One that does not open goes with the generations that list it.
    const bool holds =
        !reader.ok() ||
        std::any_of(purge.documents.begin(), purge.documents.end(),
                    [&](const std::string& document) {
                      return !(*reader)->FindDocument(document).empty();
                    });
    if (holds) purge.segments.push_back(name);
  }
  // A generation on standby may hold them too: it can be made again.
  ASSIGN_OR_RETURN(const Manifest standby, ReadStandby(purge.collection));
  for (const ManifestSegment& segment : standby.segments) {
    if (names.count(segment.name) == 0) purge.segments.push_back(segment.name);
  }
  AppendPurge(purge, &batch);
  RETURN_IF_ERROR(ForgetStandby(standby, std::move(batch)));
  return purge;
}

absl::Status Store::WritePurge(const Purge& purge) {
  KvBatch batch;
  AppendPurge(purge, &batch);
  return kv_->Write(std::move(batch), /*sync=*/true);
}

// Each step may be done again after a kill.
// REQUIRES: merge_mutex_ is held
absl::Status Store::FinishPurge(Purge purge, const AnnBuilder& ann_builder) {
  if (purge.state == PurgeState::kHidden) {
    for (const std::string& name : purge.segments) {
      RETURN_IF_ERROR(RewriteSegment(purge, name, ann_builder));
    }
    ASSIGN_OR_RETURN(purge.files, documents_->FilesOf(purge.collection));
    purge.state = PurgeState::kRewritten;
    RETURN_IF_ERROR(WritePurge(purge));
  }
  if (purge.state == PurgeState::kRewritten) {
    RETURN_IF_ERROR(documents_->CompactErased(purge.collection));
    purge.state = PurgeState::kCompacted;
    RETURN_IF_ERROR(WritePurge(purge));
  }
  if (purge.state == PurgeState::kCompacted) {
    RETURN_IF_ERROR(ProvePurge(purge));
    purge.state = PurgeState::kProved;
    purge.proved_us = absl::GetCurrentTimeNanos() / 1000;
    RETURN_IF_ERROR(WritePurge(purge));
  }
  return absl::OkStatus();
}

// Indexes of the documents of a segment that the purge erases, sorted.
absl::StatusOr<std::vector<uint32_t>> Store::ErasedIn(
    const Purge& purge, const SegmentReader& reader) const {
  std::vector<uint32_t> candidates;
  for (const std::string& document : purge.documents) {
    for (const uint32_t d : reader.FindDocument(document)) {
      candidates.push_back(d);
    }
  }
  if (purge.documents.empty()) {
    candidates.resize(reader.document_count());
    std::iota(candidates.begin(), candidates.end(), 0);
  }
  std::vector<uint32_t> erased;
  for (const uint32_t d : candidates) {
    const DocumentRow& row = reader.documents()[d];
    const absl::StatusOr<VersionRecord> record = documents_->GetVersion(
        {purge.collection, std::string(reader.DocumentId(row)), row.version});
    if (!record.ok() && !absl::IsNotFound(record.status())) {
      return record.status();
    }
    // A document may have come back under the same id; then it's live.
    if (record.ok() && record->state != VersionState::kErased) continue;
    erased.push_back(d);
  }
  std::sort(erased.begin(), erased.end());
  return erased;
}

// Writes the segment anew without what is erased, for every generation that
// lists it.
// REQUIRES: merge_mutex_ is held
absl::Status Store::RewriteSegment(const Purge& purge, const std::string& name,
                                   const AnnBuilder& ann_builder) {
  bool current = false;
  {
    const std::lock_guard<std::mutex> lock(commit_mutex_);
    ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> now,
                     Current(purge.collection));
    for (const ManifestSegment& segment : now->manifest.segments) {
      current |= segment.name == name;
    }
    // A merge took it before.
    if (!current && !older_->Lists(purge.collection, name)) {
      return absl::OkStatus();
    }
  }
  const absl::Status rewritten = [&]() -> absl::Status {
    ASSIGN_OR_RETURN(const std::shared_ptr<const SegmentReader> reader,
                     cache_->OpenSegment(name));
    ASSIGN_OR_RETURN(const std::vector<uint32_t> erased,
                     ErasedIn(purge, *reader));
    SegmentName next;
    if (erased.size() < reader->document_count()) {
      next = NewSegment();
      RETURN_IF_ERROR(
          MergeSegments({{reader, erased}}, ann_builder, next.path));
    }
    absl::Status replaced =
        ReplaceEverywhere(purge.collection, *reader, erased, next.name);
    if (!replaced.ok() && !next.path.empty() && !MayBeWritten(replaced)) {
      unlink(next.path.c_str());
    }
    return replaced;
  }();
  if (rewritten.ok() || current) return rewritten;
  // For the sake of an older generation nothing stays that has to go.
  return ForgetOlder(purge.collection, name);
}

absl::Status Store::ProvePurge(const Purge& purge) {
  for (const std::string& name : purge.segments) {
    const std::string path = SegmentPath(name);
    if (!WaitUntil([&] { return !Exists(path) && !cache_->IsOpen(name); })) {
      return StillThere(purge, name);
    }
  }
  for (const std::string& name : purge.files) {
    const std::string path = absl::StrCat(kv_->folder(), "/", name);
    if (!WaitUntil([&] { return !Exists(path); })) {
      return StillThere(purge, name);
    }
  }
  for (const std::string& document : purge.documents) {
    RETURN_IF_ERROR(documents_->CheckErased({purge.collection, document}));
  }
  std::set<std::string> names;
  {
    const std::lock_guard<std::mutex> lock(commit_mutex_);
    ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> now,
                     Current(purge.collection));
    names = older_->Segments(purge.collection);
    for (const ManifestSegment& segment : now->manifest.segments) {
      names.insert(segment.name);
    }
  }
  for (const std::string& name : names) {
    const auto reader = cache_->OpenSegment(name);
    // No generation lists it any more.
    if (absl::IsNotFound(reader.status())) continue;
    RETURN_IF_ERROR(reader.status());
    ASSIGN_OR_RETURN(const std::vector<uint32_t> erased,
                     ErasedIn(purge, **reader));
    if (!erased.empty()) return StillThere(purge, name);
  }
  return absl::OkStatus();
}

absl::StatusOr<std::vector<Purge>> Store::Purges(
    absl::string_view collection) const {
  return ListPurges(*kv_, collection);
}

// What a release that kept no records left half done, as a purge of all that
// is erased.
absl::Status Store::AdoptOldErasures() {
  std::vector<std::string> collections;
  {
    const absl::string_view prefix = kErasingPrefix;
    auto it = kv_->Iterate(kTableMeta, prefix);
    for (; it->Valid(); it->Next()) {
      collections.emplace_back(it->key().substr(prefix.size()));
    }
    RETURN_IF_ERROR(it->status());
  }
  for (const std::string& collection : collections) {
    Purge purge;
    purge.collection = collection;
    purge.begun_us = absl::GetCurrentTimeNanos() / 1000;
    ASSIGN_OR_RETURN(purge.number, NextPurge(*kv_, collection));
    ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> now,
                     Current(collection));
    for (const ManifestSegment& segment : now->manifest.segments) {
      if (segment.deleted_documents.empty()) continue;
      purge.segments.push_back(segment.name);
    }
    KvBatch batch;
    AppendPurge(purge, &batch);
    batch.Delete(kTableMeta, absl::StrCat(kErasingPrefix, collection));
    RETURN_IF_ERROR(kv_->Write(std::move(batch), /*sync=*/true));
  }
  return absl::OkStatus();
}

absl::Status Store::FinishErasures(const AnnBuilder& ann_builder) {
  {
    // Usually there is nothing to do, and no lock to wait for.
    KvBatch proved;
    ASSIGN_OR_RETURN(const std::vector<Purge> purges,
                     ListUnproved(*kv_, &proved));
    // Where it can't be written, the next start reads them again.
    if (proved.size() > 0) {
      kv_->Write(std::move(proved), /*sync=*/false).IgnoreError();
    }
    if (purges.empty() && !kv_->Iterate(kTableMeta, kErasingPrefix)->Valid()) {
      return absl::OkStatus();
    }
  }
  RETURN_IF_ERROR(kv_->Writable());
  std::lock_guard<std::mutex> backup_lock(checkpoint_mutex_);
  std::lock_guard<std::mutex> lock(merge_mutex_);
  RETURN_IF_ERROR(AdoptOldErasures());
  KvBatch not_again;
  ASSIGN_OR_RETURN(const std::vector<Purge> purges,
                   ListUnproved(*kv_, &not_again));
  for (const Purge& purge : purges) {
    RETURN_IF_ERROR(FinishPurge(purge, ann_builder));
  }
  return absl::OkStatus();
}

}  // namespace footnote
