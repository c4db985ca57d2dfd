#include "indexer/collections.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "storage/store_tables.h"

namespace footnote {
namespace {

constexpr char kPrefix[] = "collection/";

// Where the settings say nothing.
constexpr int64_t kKeepSeconds = 7 * 86400;
constexpr uint64_t kKeepBytes = uint64_t{1} << 30;

absl::StatusOr<v1::CollectionSettings> Parse(absl::string_view name,
                                             absl::string_view bytes) {
  v1::CollectionSettings settings;
  if (!settings.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError(
        absl::StrCat("collection \"", name, "\": its settings do not parse"));
  }
  return settings;
}

uint64_t TextBytes(const SegmentReader& reader, const DocumentRow& row) {
  uint64_t bytes = 0;
  for (const PassageRow& passage : reader.Passages(row)) {
    bytes += passage.end - passage.begin;
  }
  return bytes;
}

CollectionUsage CountStored(const Generation& generation) {
  CollectionUsage usage;
  usage.documents = generation.manifest.documents;
  for (const LiveSegment& segment : generation.segments) {
    const absl::Span<const PassageRow> passages = segment.reader->passages();
    for (uint32_t i = 0; i < passages.size(); ++i) {
      if (!segment.IsLive(i)) continue;
      usage.text_bytes += passages[i].end - passages[i].begin;
    }
  }
  return usage;
}

// What the version of `document` that search sees takes.
CollectionUsage UsageOf(const Generation& generation,
                        const std::string& document) {
  CollectionUsage usage;
  for (const LiveSegment& segment : generation.segments) {
    for (const uint32_t d : segment.reader->FindDocument(document)) {
      const DocumentRow& row = segment.reader->documents()[d];
      if (row.passage_count == 0 || !segment.IsLive(row.first_passage)) {
        continue;
      }
      usage.documents = 1;
      usage.text_bytes += TextBytes(*segment.reader, row);
    }
  }
  return usage;
}

}  // namespace

absl::StatusOr<v1::CollectionSettings> ReadSettings(
    const Kv& kv, const std::string& collection) {
  const absl::StatusOr<std::string> bytes =
      kv.Get(kTableJobs, absl::StrCat(kPrefix, collection));
  if (absl::IsNotFound(bytes.status())) {
    v1::CollectionSettings none;
    none.set_collection(collection);
    return none;
  }
  RETURN_IF_ERROR(bytes.status());
  return Parse(collection, *bytes);
}

absl::StatusOr<std::vector<v1::CollectionSettings>> ListSettings(const Kv& kv) {
  std::vector<v1::CollectionSettings> all;
  const auto it = kv.Iterate(kTableJobs, kPrefix);
  for (; it->Valid(); it->Next()) {
    ASSIGN_OR_RETURN(v1::CollectionSettings settings,
                     Parse(it->key(), it->value()));
    all.push_back(std::move(settings));
  }
  RETURN_IF_ERROR(it->status());
  return all;
}

absl::StatusOr<KeepPolicy> ReadKeepPolicy(const Kv& kv,
                                          const std::string& collection) {
  ASSIGN_OR_RETURN(const v1::CollectionSettings settings,
                   ReadSettings(kv, collection));
  KeepPolicy policy;
  policy.seconds = settings.keep_seconds() == 0
                       ? kKeepSeconds
                       : std::max<int64_t>(settings.keep_seconds(), 0);
  policy.bytes =
      settings.keep_bytes() == 0 ? kKeepBytes : settings.keep_bytes();
  return policy;
}

absl::Status CheckMayDelete(const Kv& kv, const std::string& collection) {
  ASSIGN_OR_RETURN(const v1::CollectionSettings settings,
                   ReadSettings(kv, collection));
  if (!settings.legal_hold()) return absl::OkStatus();
  absl::Status status = absl::FailedPreconditionError(
      absl::StrCat("collection \"", collection,
                   "\": is under legal hold, want it lifted before anything is "
                   "deleted"));
  SetErrorReason("LEGAL_HOLD", &status);
  return status;
}

absl::StatusOr<v1::Collection> Collections::Get(const std::string& collection) {
  RETURN_IF_ERROR(store_->Refresh());
  v1::Collection out;
  ASSIGN_OR_RETURN(*out.mutable_settings(),
                   ReadSettings(*store_->kv(), collection));
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> generation,
                   store_->Current(collection));
  const CollectionUsage usage = CountStored(*generation);
  out.set_documents(usage.documents);
  out.set_text_bytes(usage.text_bytes);
  ASSIGN_OR_RETURN(const OlderGenerations::Summary older,
                   store_->SummarizeOlder(collection));
  out.mutable_older()->set_generations(older.generations);
  out.mutable_older()->set_oldest(older.oldest);
  out.mutable_older()->set_oldest_us(older.oldest_created_us);
  out.mutable_older()->set_bytes(older.bytes);
  ASSIGN_OR_RETURN(const KeepPolicy policy,
                   ReadKeepPolicy(*store_->kv(), collection));
  out.mutable_older()->set_keep_seconds(policy.seconds);
  out.mutable_older()->set_keep_bytes(policy.bytes);
  return out;
}

absl::StatusOr<v1::Collection> Collections::Set(
    const v1::CollectionSettings& settings) {
  KvBatch batch;
  batch.Put(kTableJobs, absl::StrCat(kPrefix, settings.collection()),
            settings.SerializeAsString());
  RETURN_IF_ERROR(store_->kv()->Write(std::move(batch), /*sync=*/true));
  RETURN_IF_ERROR(store_->TrimOlder());
  return Get(settings.collection());
}

absl::StatusOr<Collections::Taken*> Collections::Count(
    const std::string& collection) {
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> generation,
                   store_->Current(collection));
  Taken& taken = taken_[collection];
  if (taken.generation != generation->number()) {
    taken.stored = CountStored(*generation);
    taken.generation = generation->number();
  }
  return &taken;
}

absl::StatusOr<std::unique_ptr<Quota>> Quota::Open(
    Collections* collections, const std::string& collection) {
  ASSIGN_OR_RETURN(v1::CollectionSettings settings,
                   ReadSettings(*collections->store_->kv(), collection));
  if (settings.max_documents() == 0 && settings.max_text_bytes() == 0) {
    return std::unique_ptr<Quota>();
  }
  return std::unique_ptr<Quota>(new Quota(collections, std::move(settings)));
}

Quota::~Quota() { Release(CollectionUsage(held_)); }

absl::StatusOr<CollectionUsage> Quota::Reserve(const std::string& document,
                                               uint64_t text_bytes) {
  const std::string& collection = settings_.collection();
  const std::lock_guard<std::mutex> no_commit(collections_.commit_mutex_);
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> generation,
                   collections_.store_->Current(collection));
  const CollectionUsage replaced = UsageOf(*generation, document);
  CollectionUsage wanted;
  wanted.documents = 1 - replaced.documents;
  // A shorter version gives nothing back before it is there.
  wanted.text_bytes =
      text_bytes > replaced.text_bytes ? text_bytes - replaced.text_bytes : 0;

  const std::lock_guard<std::mutex> lock(collections_.mutex_);
  ASSIGN_OR_RETURN(Collections::Taken* const taken,
                   collections_.Count(collection));
  const uint64_t documents =
      taken->stored.documents + taken->reserved.documents + wanted.documents;
  if (settings_.max_documents() != 0 && wanted.documents != 0 &&
      documents > settings_.max_documents()) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "quota: collection \"", collection, "\" holds ", documents - 1,
        " documents, want at most ", settings_.max_documents()));
  }
  const uint64_t bytes =
      taken->stored.text_bytes + taken->reserved.text_bytes + wanted.text_bytes;
  if (settings_.max_text_bytes() != 0 && wanted.text_bytes != 0 &&
      bytes > settings_.max_text_bytes()) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "quota: collection \"", collection, "\" would hold ", bytes,
        " bytes of text, want at most ", settings_.max_text_bytes()));
  }
  taken->reserved.documents += wanted.documents;
  taken->reserved.text_bytes += wanted.text_bytes;
  held_.documents += wanted.documents;
  held_.text_bytes += wanted.text_bytes;
  return wanted;
}

void Quota::Release(const CollectionUsage& reserved) {
  const std::lock_guard<std::mutex> lock(collections_.mutex_);
  Collections::Taken& taken = collections_.taken_[settings_.collection()];
  taken.reserved.documents -= reserved.documents;
  taken.reserved.text_bytes -= reserved.text_bytes;
  held_.documents -= reserved.documents;
  held_.text_bytes -= reserved.text_bytes;
}

std::unique_lock<std::mutex> Quota::HoldForCommit() {
  return std::unique_lock<std::mutex>(collections_.commit_mutex_);
}

}  // namespace footnote
