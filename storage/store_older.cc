// Generations that were current once: kept, opened, rewritten, let go.
#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "storage/manifest_changes.h"
#include "storage/store.h"

namespace footnote {
namespace {

int64_t NowMicros() { return absl::GetCurrentTimeNanos() / 1000; }

// Entry of the segment in `manifest`; null where it does not list it.
const ManifestSegment* FindEntry(const Manifest& manifest,
                                 const std::string& name) {
  for (const ManifestSegment& segment : manifest.segments) {
    if (segment.name == name) return &segment;
  }
  return nullptr;
}

void AddNames(const Manifest& manifest, std::set<std::string>* names) {
  for (const ManifestSegment& segment : manifest.segments) {
    names->insert(segment.name);
  }
}

}  // namespace

// The row of an older generation.
//   NotFound  it is not kept; says which is current
absl::StatusOr<OlderGeneration> Store::ReadKept(absl::string_view collection,
                                                uint64_t number,
                                                const Generation& now) const {
  absl::StatusOr<OlderGeneration> older = ReadOlder(*kv_, collection, number);
  if (!absl::IsNotFound(older.status())) return older;
  return absl::NotFoundError(
      absl::StrCat(older.status().message(), ", now there is ", now.number()));
}

absl::StatusOr<Manifest> Store::OlderManifest(absl::string_view collection,
                                              uint64_t number) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> now,
                   Current(collection));
  if (now->number() == number) return now->manifest;
  ASSIGN_OR_RETURN(OlderGeneration older, ReadKept(collection, number, *now));
  return std::move(older.manifest);
}

absl::StatusOr<Store::OlderView> Store::Older(absl::string_view collection,
                                              uint64_t number) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> now,
                   Current(collection));
  if (now->number() == number) return OlderView{now, 0};
  ASSIGN_OR_RETURN(OlderGeneration older, ReadKept(collection, number, *now));
  absl::StatusOr<std::shared_ptr<const Generation>> opened =
      cache_->Open(older.manifest);
  if (absl::IsNotFound(opened.status())) {
    // It was let go, or written anew, after its row was read.
    RETURN_IF_ERROR(kv_->CatchUp());
    ASSIGN_OR_RETURN(older, ReadKept(collection, number, *now));
    opened = cache_->Open(older.manifest);
  }
  if (absl::IsNotFound(opened.status())) {
    return absl::DataLossError(absl::StrCat("collection ", collection,
                                            ": generation ", number, ": ",
                                            opened.status().message()));
  }
  RETURN_IF_ERROR(opened.status());
  const std::shared_ptr<const Generation> then = *std::move(opened);
  OlderView view;
  view.left_out = older.erased;
  for (size_t s = 0; s < then->segments.size(); ++s) {
    const SegmentReader& reader = *then->segments[s].reader;
    ManifestSegment& entry = older.manifest.segments[s];
    const ManifestSegment* const today = FindEntry(now->manifest, entry.name);
    for (uint32_t d = 0; d < reader.document_count(); ++d) {
      if (IsHidden(then->manifest.segments[s], d)) continue;
      // What searches see today was not deleted.
      if (today != nullptr && !IsHidden(*today, d)) continue;
      const DocumentRow& row = reader.documents()[d];
      const absl::StatusOr<VersionRecord> record = documents_->GetVersion(
          {std::string(collection), std::string(reader.DocumentId(row)),
           row.version});
      if (!record.ok() && !absl::IsNotFound(record.status())) {
        return record.status();
      }
      if (record.ok() && (record->state == VersionState::kLive ||
                          record->state == VersionState::kSuperseded)) {
        continue;
      }
      MarkDeleted(reader, d, &entry, &older.manifest);
      ++view.left_out;
    }
  }
  ASSIGN_OR_RETURN(view.generation, cache_->Open(older.manifest));
  return view;
}

absl::StatusOr<KeepPolicy> Store::PolicyOf(
    const std::string& collection) const {
  if (options_.keep == nullptr) return KeepPolicy();
  return options_.keep(*kv_, collection);
}

// Segments of the current generation and of the one on standby.
absl::StatusOr<std::set<std::string>> Store::ListedSegments(
    const std::string& collection) {
  ASSIGN_OR_RETURN(const Manifest standby, ReadStandby(collection));
  std::set<std::string> names;
  AddNames(standby, &names);
  std::shared_ptr<const Generation> now;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = current_.find(collection);
    if (found != current_.end()) now = found->second;
  }
  if (now != nullptr) {
    AddNames(now->manifest, &names);
  } else {
    ASSIGN_OR_RETURN(const Manifest manifest, ReadManifest(*kv_, collection));
    AddNames(manifest, &names);
  }
  return names;
}

// Adds to `batch` what keeps `before` when `next` takes its place, and what
// lets older ones go.
// REQUIRES: commit_mutex_ is held
absl::Status Store::KeepOlder(const Manifest& before, const Manifest& next,
                              const Manifest& standby, KvBatch* batch) {
  ASSIGN_OR_RETURN(const KeepPolicy policy, PolicyOf(next.collection));
  const int64_t now_us = NowMicros();
  // Nothing can be found in the empty one.
  if (before.generation != 0 && policy.seconds > 0) {
    OlderGeneration older;
    older.manifest = before;
    older.replaced_us = now_us;
    older_->Put(older, batch);
  }
  std::set<std::string> shared;
  AddNames(next, &shared);
  AddNames(standby, &shared);
  older_->Trim(next.collection, policy, shared, now_us, batch);
  return absl::OkStatus();
}

// Removes the files of those of `names` that no generation lists. What can't be
// removed goes at the next start.
// REQUIRES: commit_mutex_ is held
void Store::RemoveUnlisted(const std::string& collection,
                           const std::vector<std::string>& names) {
  if (names.empty()) return;
  const absl::StatusOr<std::set<std::string>> listed =
      ListedSegments(collection);
  absl::Status status = listed.status();
  bool removed = false;
  for (const std::string& name : names) {
    if (!listed.ok() || listed->count(name) != 0 ||
        older_->Lists(collection, name)) {
      continue;
    }
    if (unlink(SegmentPath(name).c_str()) == 0) {
      removed = true;
    } else if (errno != ENOENT) {
      status = FileError("remove segment", SegmentPath(name), errno);
    }
  }
  if (removed) status.Update(SyncFolder(absl::StrCat(folder_, "/segments")));
  if (status.ok()) return;
  Log(Severity::kWarning, "segments that no generation lists stay for now",
      {{"collection", collection}, {"reason", std::string(status.message())}});
}

// Writes a change of older generations alone.
// REQUIRES: commit_mutex_ is held
absl::Status Store::WriteOlder(const std::string& collection, KvBatch batch) {
  const absl::Status written = kv_->Write(std::move(batch), /*sync=*/true);
  if (!written.ok()) {
    older_->Undo();
    return written;
  }
  RemoveUnlisted(collection, older_->TakeFreed());
  return absl::OkStatus();
}

absl::Status Store::TrimOlder() {
  const std::lock_guard<std::mutex> lock(commit_mutex_);
  for (const std::string& collection : older_->Collections()) {
    ASSIGN_OR_RETURN(const KeepPolicy policy, PolicyOf(collection));
    ASSIGN_OR_RETURN(const std::set<std::string> shared,
                     ListedSegments(collection));
    KvBatch batch;
    older_->Trim(collection, policy, shared, NowMicros(), &batch);
    if (batch.size() == 0) continue;
    RETURN_IF_ERROR(WriteOlder(collection, std::move(batch)));
  }
  return absl::OkStatus();
}

absl::StatusOr<OlderGenerations::Summary> Store::SummarizeOlder(
    const std::string& collection) {
  const std::lock_guard<std::mutex> lock(commit_mutex_);
  ASSIGN_OR_RETURN(const std::set<std::string> shared,
                   ListedSegments(collection));
  return older_->Summarize(collection, shared);
}

// At start: what is kept, less what lacks a file. Adds its segments to
// `segments`.
absl::Status Store::LoadOlder(std::set<std::string>* segments) {
  // Of a history that is bounded anyway, a row that can't be read is no reason
  // to stay closed.
  std::vector<std::string> unreadable;
  RETURN_IF_ERROR(older_->Load(&unreadable));
  KvBatch batch;
  for (const std::string& key : unreadable) batch.Delete(kTableMeta, key);
  if (!unreadable.empty()) {
    Log(Severity::kWarning,
        "older generations forgotten: rows that can't be read",
        {{"rows", absl::StrCat(unreadable.size())}});
  }
  older_->DropIncomplete(
      [this](const std::string& name) {
        return access(SegmentPath(name).c_str(), F_OK) == 0;
      },
      &batch);
  if (batch.size() > 0 && kv_->Writable().ok()) {
    RETURN_IF_ERROR(kv_->Write(std::move(batch), /*sync=*/true));
  }
  // RemoveOrphans removes the files.
  older_->TakeFreed();
  for (const std::string& collection : older_->Collections()) {
    segments->merge(older_->Segments(collection));
  }
  return absl::OkStatus();
}

// Puts `rewritten` ("": nothing was left) in the place of segment `before` in
// every generation, current and older.
absl::Status Store::ReplaceEverywhere(const std::string& collection,
                                      const SegmentReader& before,
                                      const std::vector<uint32_t>& dropped,
                                      const std::string& rewritten) {
  std::shared_ptr<const SegmentReader> reader;
  if (!rewritten.empty()) {
    ASSIGN_OR_RETURN(reader, cache_->OpenSegment(rewritten));
  }
  const std::string name(before.name());
  const std::lock_guard<std::mutex> lock(commit_mutex_);
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> now,
                   Current(collection));
  const absl::Status written = [&]() -> absl::Status {
    KvBatch batch;
    for (const uint64_t number : older_->Listing(collection, name)) {
      ASSIGN_OR_RETURN(OlderGeneration older,
                       ReadOlder(*kv_, collection, number));
      older.erased +=
          ReplaceSegment(before, dropped, reader.get(), &older.manifest);
      older_->Put(older, &batch);
    }
    if (FindEntry(now->manifest, name) == nullptr) {
      return WriteOlder(collection, std::move(batch));
    }
    Manifest next = now->manifest;
    ReplaceSegment(before, dropped, reader.get(), &next);
    return Publish(next, next, std::move(batch)).status();
  }();
  if (!written.ok()) older_->Undo();
  return written;
}

// Lets go of every older generation that lists the segment.
absl::Status Store::ForgetOlder(const std::string& collection,
                                const std::string& segment) {
  const std::lock_guard<std::mutex> lock(commit_mutex_);
  KvBatch batch;
  for (const uint64_t number : older_->Listing(collection, segment)) {
    older_->Drop(collection, number, &batch);
    Log(Severity::kWarning,
        "an older generation is not kept: a document of it is erased, and its "
        "segment can't be written anew",
        {{"collection", collection},
         {"generation", absl::StrCat(number)},
         {"segment", segment}});
  }
  return WriteOlder(collection, std::move(batch));
}

}  // namespace footnote
