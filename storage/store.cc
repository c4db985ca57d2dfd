#include "storage/store.h"

#include <errno.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/log.h"
#include "base/priority.h"
#include "base/status_macros.h"
#include "storage/manifest_changes.h"
#include "storage/record_codec.h"

namespace footnote {
namespace {

constexpr int kStoreFormat = 1;
constexpr char kFormatFile[] = "/FORMAT";
constexpr char kSegmentSuffix[] = ".seg";
// Keys of kTableMeta.
constexpr char kNextSegmentKey[] = "next_segment";

int64_t NowMicros() {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

std::string SegmentFileName(uint64_t number) {
  return absl::StrFormat("%012d%s", number, kSegmentSuffix);
}

// The number in a segment's file name; 0 when it has none.
uint64_t SegmentNumber(absl::string_view name) {
  uint64_t number = 0;
  if (!absl::ConsumeSuffix(&name, kSegmentSuffix) ||
      !absl::SimpleAtoi(name, &number)) {
    return 0;
  }
  return number;
}

absl::StatusOr<std::vector<std::string>> ListFolder(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator it(folder, error), end;
       !error && it != end; it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  if (error) return FileError("list", folder, error.value());
  return names;
}

absl::Status CheckFormat(const std::string& folder, KvMode mode) {
  const std::string path = folder + kFormatFile;
  const absl::StatusOr<std::string> text = ReadFile(path, 1 << 10);
  if (absl::IsNotFound(text.status())) {
    if (mode == KvMode::kSecondary) {
      return absl::NotFoundError(
          absl::StrCat("store ", folder, ": there is none"));
    }
    return WriteFileAtomically(path, absl::StrCat(kStoreFormat, "\n"));
  }
  RETURN_IF_ERROR(text.status());
  int format = 0;
  if (!absl::SimpleAtoi(*text, &format) || format < 1) {
    return absl::DataLossError(
        absl::StrCat("store ", folder, ": FORMAT holds no number"));
  }
  if (format > kStoreFormat) {
    return absl::UnimplementedError(absl::StrCat("store ", folder, ": format ",
                                                 format, ", want at most ",
                                                 kStoreFormat));
  }
  return absl::OkStatus();
}

// Beside an empty database every segment would be one that nothing lists, and
// be removed.
absl::Status CheckHasDatabase(const std::string& folder) {
  std::error_code error;
  if (std::filesystem::exists(absl::StrCat(folder, "/db/CURRENT"), error)) {
    return absl::OkStatus();
  }
  const absl::StatusOr<std::vector<std::string>> names =
      ListFolder(absl::StrCat(folder, "/segments"));
  if (!names.ok()) return absl::OkStatus();
  const auto segments = std::count_if(
      names->begin(), names->end(),
      [](const std::string& name) { return SegmentNumber(name) != 0; });
  if (segments == 0) return absl::OkStatus();
  return absl::DataLossError(absl::StrCat(
      "database ", folder, "/db: not found, want that of the ", segments,
      " files in ", folder, "/segments (or a backup's)"));
}

}  // namespace

Store::Store(std::string folder, const StoreOptions& options)
    : folder_(std::move(folder)), options_(options) {}

Store::~Store() = default;

absl::StatusOr<std::unique_ptr<Store>> Store::Open(
    absl::string_view folder, const StoreOptions& options) {
  std::unique_ptr<Store> store(new Store(std::string(folder), options));
  RETURN_IF_ERROR(store->Init());
  return store;
}

absl::Status Store::Init() {
  const bool primary = options_.mode == KvMode::kPrimary;
  if (primary) RETURN_IF_ERROR(MakeFolder(folder_));
  RETURN_IF_ERROR(CheckFormat(folder_, options_.mode));
  if (primary) RETURN_IF_ERROR(CheckHasDatabase(folder_));
  KvOptions kv_options;
  kv_options.mode = options_.mode;
  kv_options.tables = StoreTables();
  kv_options.cache_bytes = options_.cache_bytes;
  kv_options.compress = options_.compress;
  kv_options.reads_when_full = options_.reads_when_full;
  ASSIGN_OR_RETURN(kv_, Kv::Open(absl::StrCat(folder_, "/db"), kv_options));
  documents_ = std::make_unique<DocumentStore>(kv_.get());
  duplicates_ = std::make_unique<DuplicateTable>(kv_.get());
  older_ = std::make_unique<OlderGenerations>(kv_.get());
  cache_ = std::make_unique<SegmentCache>(absl::StrCat(folder_, "/segments"));
  if (!primary) return absl::OkStatus();
  if (const absl::Status writable = kv_->Writable(); !writable.ok()) {
    Log(Severity::kWarning, "the store is only read",
        {{"reason", std::string(writable.message())}});
    std::set<std::string> segments;
    return LoadOlder(&segments);
  }
  RETURN_IF_ERROR(MakeFolder(absl::StrCat(folder_, "/segments")));
  std::error_code ignored;
  std::filesystem::remove_all(CheckpointFolder(), ignored);
  RETURN_IF_ERROR(RemoveOrphans());
  return documents_->RemoveAbandoned();
}

// Removes segment files that no manifest lists, and finds the next number.
absl::Status Store::RemoveOrphans() {
  const absl::StatusOr<std::string> next =
      kv_->Get(kTableMeta, kNextSegmentKey);
  if (!next.ok() && !absl::IsNotFound(next.status())) return next.status();
  if (next.ok()) next_segment_ = RecordReader(*next).Number();
  next_segment_ = std::max<uint64_t>(next_segment_, 1);
  std::set<std::string> listed;
  ASSIGN_OR_RETURN(const std::vector<std::string> collections, Collections());
  for (const std::string& collection : collections) {
    ASSIGN_OR_RETURN(const Manifest manifest, ReadManifest(*kv_, collection));
    for (const ManifestSegment& segment : manifest.segments) {
      listed.insert(segment.name);
    }
  }
  RETURN_IF_ERROR(LoadOlder(&listed));
  RETURN_IF_ERROR(ListStandby(&listed));
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   ListFolder(absl::StrCat(folder_, "/segments")));
  for (const std::string& name : names) {
    next_segment_ = std::max(next_segment_, SegmentNumber(name) + 1);
    if (listed.count(name) != 0) continue;
    if (SegmentNumber(name) == 0 && !absl::EndsWith(name, ".tmp")) continue;
    if (unlink(SegmentPath(name).c_str()) != 0) {
      return FileError("remove segment", SegmentPath(name), errno);
    }
    Log(Severity::kInfo, "removed a segment that no generation lists",
        {{"segment", name}});
  }
  return absl::OkStatus();
}

std::string Store::SegmentPath(absl::string_view name) const {
  return absl::StrCat(folder_, "/segments/", name);
}

std::string Store::CheckpointFolder() const {
  return absl::StrCat(folder_, "/checkpoint");
}

std::string Store::audit_folder() const {
  return absl::StrCat(folder_, "/audit");
}

absl::StatusOr<std::vector<std::string>> Store::Collections() const {
  return ListCollections(*kv_);
}

Store::SegmentName Store::NewSegment() {
  std::lock_guard<std::mutex> lock(mutex_);
  const std::string name = SegmentFileName(next_segment_++);
  return {name, SegmentPath(name)};
}

// Reads the manifest and opens what it lists. The primary may drop a file in
// between; the manifest that no longer lists it is there by then.
absl::StatusOr<std::shared_ptr<const Generation>> Store::OpenCurrent(
    absl::string_view collection) {
  constexpr int kTries = 5;
  for (int attempt = 1;; ++attempt) {
    ASSIGN_OR_RETURN(const Manifest manifest, ReadManifest(*kv_, collection));
    absl::StatusOr<std::shared_ptr<const Generation>> generation =
        cache_->Open(manifest);
    if (generation.ok()) return generation;
    if (!absl::IsNotFound(generation.status())) return generation.status();
    if (attempt == kTries) {
      return absl::DataLossError(absl::StrCat(
          "collection ", collection, ": generation ", manifest.generation, ": ",
          generation.status().message()));
    }
    RETURN_IF_ERROR(kv_->CatchUp());
  }
}

absl::StatusOr<std::shared_ptr<const Generation>> Store::Current(
    absl::string_view collection) {
  const std::string key(collection);
  {
    std::lock_guard<std::mutex> lock(mutex_);
    const auto found = current_.find(key);
    if (found != current_.end()) return found->second;
  }
  ASSIGN_OR_RETURN(std::shared_ptr<const Generation> generation,
                   OpenCurrent(collection));
  std::lock_guard<std::mutex> lock(mutex_);
  // Names that were never heard of are not kept: they would only pile up.
  if (generation->number() == 0) return generation;
  std::shared_ptr<const Generation>& kept = current_[key];
  if (kept == nullptr || kept->number() < generation->number()) {
    kept = std::move(generation);
  }
  return kept;
}

absl::Status Store::Refresh() {
  if (options_.mode == KvMode::kPrimary) return absl::OkStatus();
  RETURN_IF_ERROR(kv_->CatchUp());
  std::map<std::string, std::shared_ptr<const Generation>> before;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    before = current_;
  }
  for (const auto& entry : before) {
    ASSIGN_OR_RETURN(const Manifest manifest, ReadManifest(*kv_, entry.first));
    if (manifest.generation == entry.second->number()) continue;
    ASSIGN_OR_RETURN(std::shared_ptr<const Generation> generation,
                     OpenCurrent(entry.first));
    Tell(generation);
    std::lock_guard<std::mutex> lock(mutex_);
    current_[entry.first].swap(generation);
  }
  return absl::OkStatus();
}

// Marks the document, in whatever segments it is, as deleted in `next`, whose
// first segments are those of `now`.
void Store::Hide(const Generation& now, const std::string& document,
                 Manifest* next) const {
  for (size_t i = 0; i < now.segments.size(); ++i) {
    const SegmentReader& reader = *now.segments[i].reader;
    for (const uint32_t d : reader.FindDocument(document)) {
      MarkDeleted(reader, d, &next->segments[i], next);
    }
  }
}

// Makes `next` the current generation together with `batch`; the one that was
// is kept as `before` says it. `standby`: what is on standby then, where that
// changes.
// REQUIRES: commit_mutex_ is held
absl::StatusOr<std::shared_ptr<const Generation>> Store::Publish(
    const Manifest& before, Manifest next, KvBatch batch,
    const Manifest* standby) {
  Manifest same_standby;
  if (standby == nullptr) {
    ASSIGN_OR_RETURN(same_standby, ReadStandby(next.collection));
    standby = &same_standby;
  }
  ++next.generation;
  next.created_us = NowMicros();
  ASSIGN_OR_RETURN(std::shared_ptr<const Generation> generation,
                   cache_->Open(next));
  AppendManifest(next, &batch);
  std::string number;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    RecordWriter(&number).Number(next_segment_);
  }
  batch.Put(kTableMeta, kNextSegmentKey, number);
  absl::Status written = KeepOlder(before, next, *standby, &batch);
  if (written.ok()) written = kv_->Write(std::move(batch), /*sync=*/true);
  if (!written.ok()) {
    older_->Undo();
    return written;
  }
  Tell(generation);
  // The one that goes may unmap large files: not under the lock, for which
  // searches wait.
  std::shared_ptr<const Generation> gone = generation;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    current_[next.collection].swap(gone);
  }
  std::vector<std::string> dropped = older_->TakeFreed();
  if (gone != nullptr) {
    for (const ManifestSegment& segment : gone->manifest.segments) {
      dropped.push_back(segment.name);
    }
  }
  RemoveUnlisted(next.collection, dropped);
  return generation;
}

void Store::Tell(const std::shared_ptr<const Generation>& generation) {
  std::lock_guard<std::mutex> lock(watchers_mutex_);
  for (const auto& watcher : watchers_) watcher.second(generation);
}

int Store::AddWatcher(GenerationWatcher watcher) {
  std::lock_guard<std::mutex> lock(watchers_mutex_);
  watchers_[++last_watcher_] = std::move(watcher);
  return last_watcher_;
}

void Store::RemoveWatcher(int watcher) {
  std::lock_guard<std::mutex> lock(watchers_mutex_);
  watchers_.erase(watcher);
}

absl::StatusOr<std::shared_ptr<const Generation>> Store::Apply(
    const Commit& commit) {
  std::set<absl::string_view> changed;
  for (const VersionRecord& record : commit.versions) {
    if (record.collection != commit.collection) {
      return absl::InvalidArgumentError(absl::StrCat(
          "document ", record.document, ": collection ", record.collection,
          " in a commit of ", commit.collection));
    }
    if (!changed.insert(record.document).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("document ", record.document, ": twice in one commit"));
    }
  }
  for (const std::string& document : commit.deleted_documents) {
    if (!changed.insert(document).second) {
      return absl::InvalidArgumentError(
          absl::StrCat("document ", document, ": twice in one commit"));
    }
  }
  if (!commit.signatures.empty() &&
      commit.signatures.size() != commit.versions.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "commit of ", commit.collection, ": ", commit.signatures.size(),
        " signatures, want none or ", commit.versions.size()));
  }
  std::vector<std::shared_ptr<const SegmentReader>> readers;
  for (const std::string& name : commit.new_segments) {
    absl::StatusOr<std::shared_ptr<const SegmentReader>> reader =
        SegmentReader::Open(SegmentPath(name));
    if (!reader.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("segment ", name, ": ", reader.status().message()));
    }
    cache_->Adopt(name, *reader);
    readers.push_back(*std::move(reader));
  }
  RETURN_IF_ERROR(CheckSegments(readers, commit.versions));

  std::lock_guard<std::mutex> lock(commit_mutex_);
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> now,
                   Current(commit.collection));
  Manifest next = now->manifest;
  KvBatch batch;
  const int64_t now_us = NowMicros();
  for (const VersionRecord& record : commit.versions) {
    YieldToSearches();
    ASSIGN_OR_RETURN(
        const uint32_t wanted,
        documents_->NextVersion({record.collection, record.document}));
    if (record.version != wanted) {
      return absl::InvalidArgumentError(
          absl::StrCat("document ", record.document, ": version ",
                       record.version, ", want ", wanted));
    }
    RETURN_IF_ERROR(documents_->AppendVersion(record, &batch));
    Hide(*now, record.document, &next);
  }
  for (const std::string& document : commit.deleted_documents) {
    YieldToSearches();
    RETURN_IF_ERROR(documents_->AppendDelete({commit.collection, document},
                                             now_us, &batch));
    Hide(*now, document, &next);
  }
  for (const auto& reader : readers) {
    RETURN_IF_ERROR(AddSegment(*reader, &next));
  }
  RETURN_IF_ERROR(ApplyDuplicates(commit, &batch));
  if (commit.also != nullptr) batch.Append(std::move(*commit.also));
  return Publish(now->manifest, std::move(next), std::move(batch));
}

// REQUIRES: commit_mutex_ is held
absl::Status Store::ApplyDuplicates(const Commit& commit, KvBatch* batch) {
  DuplicateChanges changes(kv_.get(), commit.collection);
  for (const std::string& document : commit.deleted_documents) {
    RETURN_IF_ERROR(changes.Remove(document));
  }
  std::vector<std::string> like(commit.versions.size());
  for (size_t i = 0; i < commit.versions.size(); ++i) {
    YieldToSearches();
    ASSIGN_OR_RETURN(
        like[i], changes.Put(commit.versions[i].document,
                             commit.signatures.empty() ? absl::nullopt
                                                       : commit.signatures[i]));
  }
  changes.AppendTo(batch);
  if (commit.with_like != nullptr) commit.with_like(like, batch);
  return absl::OkStatus();
}

absl::Status Store::Verify() {
  ASSIGN_OR_RETURN(const std::vector<std::string> collections, Collections());
  for (const std::string& collection : collections) {
    ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> generation,
                     Current(collection));
    for (const LiveSegment& segment : generation->segments) {
      RETURN_IF_ERROR(segment.reader->VerifyAll());
    }
    std::set<std::string> older;
    {
      const std::lock_guard<std::mutex> lock(commit_mutex_);
      older = older_->Segments(collection);
    }
    for (const std::string& name : older) {
      const auto reader = cache_->OpenSegment(name);
      // It may have been dropped meanwhile.
      if (absl::IsNotFound(reader.status())) continue;
      RETURN_IF_ERROR(reader.status());
      RETURN_IF_ERROR((*reader)->VerifyAll());
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Store::Usage> Store::DiskUsage() const {
  Usage usage;
  ASSIGN_OR_RETURN(usage.db_bytes, kv_->FileBytes());
  ASSIGN_OR_RETURN(const std::vector<std::string> names,
                   ListFolder(absl::StrCat(folder_, "/segments")));
  for (const std::string& name : names) {
    std::error_code error;
    const uintmax_t bytes =
        std::filesystem::file_size(SegmentPath(name), error);
    if (!error) usage.segment_bytes += bytes;
  }
  return usage;
}

}  // namespace footnote
