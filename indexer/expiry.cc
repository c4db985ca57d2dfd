#include "indexer/expiry.h"

#include <chrono>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/priority.h"
#include "base/status_macros.h"
#include "indexer/collections.h"
#include "indexer/job_table.h"
#include "storage/store_tables.h"

namespace footnote {
namespace {

constexpr std::chrono::hours kEvery(1);
constexpr int kPage = 1000;
// Documents in one commit and one purge.
constexpr size_t kMostAtOnce = 10000;
// For all that others work on.
constexpr absl::Duration kClaimPatience = absl::Seconds(10);

// Rows of documents that were deleted because they expired and are not purged
// yet.
std::string ExpiredPrefix(absl::string_view collection) {
  return absl::StrCat("expired/", collection, absl::string_view("\0", 1));
}

absl::StatusOr<std::vector<std::string>> FindExpired(
    Store* store, const std::string& collection, int64_t before_us) {
  std::vector<std::string> expired;
  std::string token;
  do {
    ASSIGN_OR_RETURN(DocumentPage page, store->documents()->ListDocuments(
                                            collection, kPage, token));
    for (const VersionRecord& record : page.documents) {
      if (record.ingested_us < before_us) expired.push_back(record.document);
    }
    token = std::move(page.next_page_token);
  } while (!token.empty() && expired.size() < kMostAtOnce);
  return expired;
}

// Claims that end with this object.
class Claimed {
 public:
  Claimed(DocumentClaims* claims, const std::string& collection)
      : claims_(*claims), collection_(collection) {}
  ~Claimed() {
    for (const std::string& document : documents_) {
      claims_.Release(collection_, document);
    }
  }
  Claimed(const Claimed&) = delete;
  Claimed& operator=(const Claimed&) = delete;

  // False where somebody works on the document, and for long.
  bool Add(const std::string& document) {
    const absl::Duration left = until_ - absl::Now();
    const bool claimed = claims_.TryClaim(collection_, document) ||
                         (left > absl::ZeroDuration() &&
                          claims_.Wait(collection_, document, left));
    if (claimed) documents_.push_back(document);
    return claimed;
  }

 private:
  DocumentClaims& claims_;
  const std::string& collection_;
  const absl::Time until_ = absl::Now() + kClaimPatience;
  std::vector<std::string> documents_;
};

// Hides the documents that are still as old, in one commit. Returns how many.
absl::StatusOr<uint64_t> DeleteExpired(
    Store* store, DocumentClaims* claims, const std::string& collection,
    const std::vector<std::string>& documents, int64_t before_us) {
  Commit commit;
  commit.collection = collection;
  KvBatch also;
  Claimed claimed(claims, collection);
  for (const std::string& document : documents) {
    // One that is being ingested gets a new version, which is young.
    if (!claimed.Add(document)) continue;
    const absl::StatusOr<VersionRecord> live =
        store->documents()->GetLive({collection, document});
    if (absl::IsNotFound(live.status())) continue;
    RETURN_IF_ERROR(live.status());
    if (live->ingested_us >= before_us) continue;
    AppendForgetFingerprint(collection, document, &also);
    also.Put(kTableJobs, absl::StrCat(ExpiredPrefix(collection), document), "");
    commit.deleted_documents.push_back(document);
  }
  // It may have been set while this waited.
  RETURN_IF_ERROR(CheckMayDelete(*store->kv(), collection));
  commit.also = &also;
  if (!commit.deleted_documents.empty()) {
    RETURN_IF_ERROR(store->Apply(commit).status());
  }
  return commit.deleted_documents.size();
}

absl::Status PurgeExpired(Store* store, DocumentClaims* claims,
                          const AnnBuilder& ann_builder,
                          const std::string& collection) {
  const std::string prefix = ExpiredPrefix(collection);
  std::vector<std::string> documents;
  KvBatch done;
  // A purge takes the text of a version along that is not committed yet.
  Claimed claimed(claims, collection);
  {
    const auto it = store->kv()->Iterate(kTableJobs, prefix);
    for (; it->Valid(); it->Next()) {
      std::string document(it->key().substr(prefix.size()));
      // The next call tries again.
      if (!claimed.Add(document)) continue;
      done.Delete(kTableJobs, it->key());
      ASSIGN_OR_RETURN(
          const std::vector<VersionRecord> versions,
          store->documents()->ListVersions({collection, document}));
      // It came back under its name, or was purged by somebody else.
      if (versions.empty() || versions.back().state != VersionState::kDeleted) {
        continue;
      }
      documents.push_back(std::move(document));
    }
    RETURN_IF_ERROR(it->status());
  }
  if (!documents.empty()) {
    RETURN_IF_ERROR(CheckMayDelete(*store->kv(), collection));
    RETURN_IF_ERROR(store->EraseAll(collection, documents, ann_builder));
  }
  return done.size() == 0 ? absl::OkStatus()
                          : store->kv()->Write(std::move(done), false);
}

}  // namespace

absl::StatusOr<uint64_t> ExpireDocuments(Store* store, DocumentClaims* claims,
                                         const AnnBuilder& ann_builder,
                                         const std::string& collection,
                                         absl::Time now) {
  RETURN_IF_ERROR(CheckMayDelete(*store->kv(), collection));
  ASSIGN_OR_RETURN(const v1::CollectionSettings settings,
                   ReadSettings(*store->kv(), collection));
  RETURN_IF_ERROR(PurgeExpired(store, claims, ann_builder, collection));
  if (settings.retention_seconds() == 0) return uint64_t{0};
  const int64_t before_us =
      absl::ToUnixMicros(now - absl::Seconds(settings.retention_seconds()));
  uint64_t total = 0;
  while (true) {
    ASSIGN_OR_RETURN(const std::vector<std::string> expired,
                     FindExpired(store, collection, before_us));
    if (expired.empty()) return total;
    ASSIGN_OR_RETURN(
        const uint64_t deleted,
        DeleteExpired(store, claims, collection, expired, before_us));
    RETURN_IF_ERROR(PurgeExpired(store, claims, ann_builder, collection));
    Count("indexer_documents", "expired", deleted);
    total += deleted;
    // Those that are left are being worked on.
    if (deleted == 0 || expired.size() < kMostAtOnce) return total;
  }
}

ExpiryWorker::ExpiryWorker(Store* store, DocumentClaims* claims,
                           AnnBuilder ann_builder)
    : store_(store),
      claims_(claims),
      ann_builder_(std::move(ann_builder)),
      thread_([this] { Run(); }) {}

ExpiryWorker::~ExpiryWorker() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  stopped_.notify_all();
  thread_.join();
}

void ExpiryWorker::Run() {
  WorkInBackground();
  std::unique_lock<std::mutex> lock(mutex_);
  do {
    lock.unlock();
    ExpireAll();
    lock.lock();
  } while (!stopped_.wait_for(lock, kEvery, [this] { return stopping_; }));
}

void ExpiryWorker::ExpireAll() {
  const absl::Status trimmed = store_->TrimOlder();
  if (!trimmed.ok()) {
    Log(Severity::kWarning, "older generations could not be let go",
        {{"reason", std::string(trimmed.message())}});
  }
  const auto all = ListSettings(*store_->kv());
  if (!all.ok()) {
    Log(Severity::kWarning, "settings of collections cannot be read",
        {{"reason", std::string(all.status().message())}});
    return;
  }
  for (const v1::CollectionSettings& settings : *all) {
    if (settings.retention_seconds() == 0 || settings.legal_hold()) continue;
    const absl::StatusOr<uint64_t> expired = ExpireDocuments(
        store_, claims_, ann_builder_, settings.collection(), absl::Now());
    if (!expired.ok()) {
      Log(Severity::kWarning, "documents could not expire",
          {{"collection", settings.collection()},
           {"reason", std::string(expired.status().message())}});
    } else if (*expired > 0) {
      Log(Severity::kInfo, "documents expired",
          {{"collection", settings.collection()},
           {"documents", absl::StrCat(*expired)}});
    }
  }
}

}  // namespace footnote
