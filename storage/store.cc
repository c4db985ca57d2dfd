#include "storage/store.h"

#include <errno.h>
#include <string.h>
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
#include "base/status_macros.h"
#include "storage/record_codec.h"
#include "storage/segment_merge.h"

namespace footnote {
namespace {

constexpr int kStoreFormat = 1;
constexpr char kFormatFile[] = "/FORMAT";
constexpr char kSegmentSuffix[] = ".seg";
// Keys of kTableMeta.
constexpr char kNextSegmentKey[] = "next_segment";
constexpr char kErasingPrefix[] = "erasing/";

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

void AddLengths(absl::Span<const PassageRow> passages, int64_t sign,
                Manifest* manifest) {
  for (const PassageRow& passage : passages) {
    for (int g = 0; g < kLengthGroups; ++g) {
      manifest->total_length[g] += sign * passage.length[g];
    }
  }
}

// Puts document `d` of a segment among those that search must not see.
void MarkDeleted(const SegmentReader& reader, uint32_t d,
                 ManifestSegment* entry, Manifest* manifest) {
  std::vector<uint32_t>& deleted = entry->deleted_documents;
  const auto at = std::lower_bound(deleted.begin(), deleted.end(), d);
  if (at != deleted.end() && *at == d) return;
  deleted.insert(at, d);
  const DocumentRow& row = reader.documents()[d];
  entry->deleted_passages += row.passage_count;
  --manifest->documents;
  manifest->passages -= row.passage_count;
  AddLengths(reader.Passages(row), -1, manifest);
}

std::string EncoderHash(const SegmentInfo& info) {
  const char* bytes = reinterpret_cast<const char*>(info.encoder_hash);
  const std::string hash(bytes, sizeof(info.encoder_hash));
  const bool none = hash.find_first_not_of('\0') == std::string::npos;
  return none ? std::string() : hash;
}

// A segment joins the manifest; all its documents are live.
absl::Status AddSegment(const SegmentReader& reader, Manifest* manifest) {
  const SegmentInfo& info = reader.info();
  const std::string hash = EncoderHash(info);
  if (manifest->segments.empty()) {
    manifest->analyzer_version = info.analyzer_version;
    manifest->encoder_hash = hash;
    manifest->dimension = info.dimension;
  }
  const char* differs = nullptr;
  if (manifest->analyzer_version != info.analyzer_version) {
    differs = "analyser version";
  }
  if (manifest->encoder_hash != hash) differs = "encoder";
  if (manifest->dimension != info.dimension) differs = "dimension";
  if (differs != nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat("segment ", reader.name(), ": its ", differs,
                     " is not that of collection ", manifest->collection));
  }
  ManifestSegment entry;
  entry.name = reader.name();
  entry.file_bytes = reader.file_bytes();
  entry.documents = reader.document_count();
  entry.passages = reader.passage_count();
  manifest->documents += entry.documents;
  manifest->passages += entry.passages;
  for (int g = 0; g < kLengthGroups; ++g) {
    manifest->total_length[g] += info.total_length[g];
  }
  manifest->segments.push_back(std::move(entry));
  return absl::OkStatus();
}

// Every document of a new segment must be one of the versions that the commit
// makes visible, byte for byte; and every version that has passages must be
// there once.
absl::Status CheckSegments(
    const std::vector<std::shared_ptr<const SegmentReader>>& readers,
    const Commit& commit) {
  std::map<absl::string_view, const VersionRecord*> expected;
  for (const VersionRecord& record : commit.versions) {
    expected[record.document] = &record;
  }
  for (const auto& reader : readers) {
    for (const DocumentRow& row : reader->documents()) {
      const absl::string_view id = reader->DocumentId(row);
      const auto found = expected.find(id);
      if (found == expected.end() || found->second == nullptr ||
          found->second->version != row.version ||
          memcmp(found->second->sha256.data(), row.sha256,
                 sizeof(row.sha256)) != 0) {
        return absl::InvalidArgumentError(absl::StrCat(
            "segment ", reader->name(), ": document ", id, "@", row.version,
            " is not a version of this commit, or there twice"));
      }
      found->second = nullptr;
    }
  }
  for (const auto& entry : expected) {
    if (entry.second != nullptr && entry.second->passages != 0) {
      return absl::InvalidArgumentError(absl::StrCat(
          "document ", entry.first, ": it has ", entry.second->passages,
          " passages and is in no segment of the commit"));
    }
  }
  return absl::OkStatus();
}

// The segments that the next merge takes; empty when there is nothing to do.
std::vector<size_t> Pick(const Generation& generation,
                         const MergePolicy& policy) {
  const std::vector<ManifestSegment>& entries = generation.manifest.segments;
  for (size_t i = 0; i < entries.size(); ++i) {
    const ManifestSegment& entry = entries[i];
    if (entry.deleted_documents.empty()) continue;
    if (policy.drop_all_deleted ||
        entry.deleted_documents.size() == entry.documents ||
        entry.deleted_passages > policy.max_deleted * entry.passages) {
      return {i};
    }
  }
  std::vector<size_t> small;
  uint64_t bytes = 0;
  uint64_t passages = 0;
  for (size_t i = 0; i < entries.size(); ++i) {
    if (entries[i].file_bytes >= policy.small_segment_bytes ||
        bytes + entries[i].file_bytes > policy.max_segment_bytes ||
        passages + entries[i].passages > kMaxSegmentPassages) {
      continue;
    }
    bytes += entries[i].file_bytes;
    passages += entries[i].passages;
    small.push_back(i);
  }
  const size_t wanted = std::max(policy.min_segments, 2);
  if (small.size() < wanted) small.clear();
  return small;
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
  KvOptions kv_options;
  kv_options.mode = options_.mode;
  kv_options.tables = StoreTables();
  kv_options.cache_bytes = options_.cache_bytes;
  kv_options.compress = options_.compress;
  ASSIGN_OR_RETURN(kv_, Kv::Open(absl::StrCat(folder_, "/db"), kv_options));
  documents_ = std::make_unique<DocumentStore>(kv_.get());
  cache_ = std::make_unique<SegmentCache>(absl::StrCat(folder_, "/segments"));
  if (!primary) return absl::OkStatus();
  RETURN_IF_ERROR(MakeFolder(absl::StrCat(folder_, "/segments")));
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
    std::lock_guard<std::mutex> lock(mutex_);
    current_[entry.first] = std::move(generation);
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

// Makes `next` the current generation together with `batch`.
// REQUIRES: commit_mutex_ is held
absl::StatusOr<std::shared_ptr<const Generation>> Store::Publish(
    Manifest next, KvBatch batch) {
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
  RETURN_IF_ERROR(kv_->Write(std::move(batch), /*sync=*/true));
  std::lock_guard<std::mutex> lock(mutex_);
  current_[next.collection] = generation;
  return generation;
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
  std::vector<std::shared_ptr<const SegmentReader>> readers;
  for (const std::string& name : commit.new_segments) {
    absl::StatusOr<std::shared_ptr<const SegmentReader>> reader =
        SegmentReader::Open(SegmentPath(name));
    if (!reader.ok()) {
      return absl::InvalidArgumentError(
          absl::StrCat("segment ", name, ": ", reader.status().message()));
    }
    readers.push_back(*std::move(reader));
  }
  RETURN_IF_ERROR(CheckSegments(readers, commit));

  std::lock_guard<std::mutex> lock(commit_mutex_);
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> now,
                   Current(commit.collection));
  Manifest next = now->manifest;
  KvBatch batch;
  const int64_t now_us = NowMicros();
  for (const VersionRecord& record : commit.versions) {
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
    RETURN_IF_ERROR(documents_->AppendDelete({commit.collection, document},
                                             now_us, &batch));
    Hide(*now, document, &next);
  }
  for (const auto& reader : readers) {
    RETURN_IF_ERROR(AddSegment(*reader, &next));
  }
  if (commit.also != nullptr) batch.Append(std::move(*commit.also));
  return Publish(std::move(next), std::move(batch));
}

absl::StatusOr<int> Store::Merge(absl::string_view collection,
                                 const MergePolicy& policy,
                                 const AnnBuilder& ann_builder) {
  std::lock_guard<std::mutex> lock(merge_mutex_);
  for (int merges = 0;; ++merges) {
    ASSIGN_OR_RETURN(const bool merged,
                     MergeOnce(collection, policy, ann_builder));
    if (!merged) return merges;
  }
}

// REQUIRES: merge_mutex_ is held
absl::StatusOr<bool> Store::MergeOnce(absl::string_view collection,
                                      const MergePolicy& policy,
                                      const AnnBuilder& ann_builder) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> before,
                   Current(collection));
  const std::vector<size_t> picked = Pick(*before, policy);
  if (picked.empty()) return false;
  std::vector<MergeInput> inputs;
  bool anything_left = false;
  for (const size_t i : picked) {
    const ManifestSegment& entry = before->manifest.segments[i];
    anything_left |= entry.deleted_documents.size() < entry.documents;
    inputs.push_back({before->segments[i].reader, entry.deleted_documents});
  }
  std::string merged;
  if (anything_left) {
    const SegmentName name = NewSegment();
    RETURN_IF_ERROR(MergeSegments(inputs, ann_builder, name.path));
    merged = name.name;
  }
  RETURN_IF_ERROR(Replace(*before, picked, merged));
  return true;
}

// Puts `merged` ("": nothing was left) in the place of the picked segments,
// in the generation that is current by now, and removes their files.
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
    RETURN_IF_ERROR(Publish(std::move(next), KvBatch()).status());
  }
  for (const std::string& name : old_names) {
    if (unlink(SegmentPath(name).c_str()) != 0 && errno != ENOENT) {
      return FileError("remove segment", SegmentPath(name), errno);
    }
  }
  return SyncFolder(absl::StrCat(folder_, "/segments"));
}

absl::Status Store::Erase(absl::string_view collection,
                          absl::string_view document,
                          const AnnBuilder& ann_builder) {
  std::lock_guard<std::mutex> merge_lock(merge_mutex_);
  {
    std::lock_guard<std::mutex> lock(commit_mutex_);
    std::vector<DocumentRef> documents;
    if (document.empty()) {
      ASSIGN_OR_RETURN(documents, documents_->ListDeleted(collection));
      if (documents.empty()) return absl::OkStatus();
    } else {
      documents.push_back({std::string(collection), std::string(document)});
    }
    KvBatch batch;
    for (const DocumentRef& ref : documents) {
      RETURN_IF_ERROR(documents_->AppendErase(ref, &batch));
    }
    batch.Put(kTableMeta, absl::StrCat(kErasingPrefix, collection), "");
    RETURN_IF_ERROR(kv_->Write(std::move(batch), /*sync=*/true));
  }
  return EraseMarked(collection, ann_builder);
}

// From here on everything may be done again after a kill.
// REQUIRES: merge_mutex_ is held
absl::Status Store::EraseMarked(absl::string_view collection,
                                const AnnBuilder& ann_builder) {
  MergePolicy policy;
  policy.drop_all_deleted = true;
  policy.small_segment_bytes = 0;
  for (bool more = true; more;) {
    ASSIGN_OR_RETURN(more, MergeOnce(collection, policy, ann_builder));
  }
  RETURN_IF_ERROR(documents_->CompactErased(collection));
  KvBatch batch;
  batch.Delete(kTableMeta, absl::StrCat(kErasingPrefix, collection));
  return kv_->Write(std::move(batch), /*sync=*/true);
}

absl::Status Store::FinishErasures(const AnnBuilder& ann_builder) {
  std::vector<std::string> collections;
  {
    const absl::string_view prefix = kErasingPrefix;
    auto it = kv_->Iterate(kTableMeta, prefix);
    for (; it->Valid(); it->Next()) {
      collections.emplace_back(it->key().substr(prefix.size()));
    }
    RETURN_IF_ERROR(it->status());
  }
  std::lock_guard<std::mutex> lock(merge_mutex_);
  for (const std::string& collection : collections) {
    RETURN_IF_ERROR(EraseMarked(collection, ann_builder));
  }
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
