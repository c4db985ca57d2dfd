// What may be in a collection and how long: settings, quotas, legal hold.
#ifndef FOOTNOTE_INDEXER_COLLECTIONS_H_
#define FOOTNOTE_INDEXER_COLLECTIONS_H_

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/footnote/v1/indexer.pb.h"
#include "storage/store.h"

namespace footnote {

// The settings of a collection; those of one that was never set say that
// everything may be in it, for ever.
absl::StatusOr<v1::CollectionSettings> ReadSettings(
    const Kv& kv, const std::string& collection);
// The collections that were set, in byte order.
absl::StatusOr<std::vector<v1::CollectionSettings>> ListSettings(const Kv& kv);

// How long older generations of a collection are kept, as its settings say.
absl::StatusOr<KeepPolicy> ReadKeepPolicy(const Kv& kv,
                                          const std::string& collection);

// FailedPrecondition, LEGAL_HOLD, when nothing may be deleted.
absl::Status CheckMayDelete(const Kv& kv, const std::string& collection);

// What of a collection counts against its quotas.
struct CollectionUsage {
  uint64_t documents = 0;
  // Of the passages of newest versions.
  uint64_t text_bytes = 0;
};

// Settings of all collections of a store, and who takes how much of them. Safe
// from many threads.
class Collections {
 public:
  // `store` must outlive this object.
  explicit Collections(Store* store) : store_(store) {}

  absl::StatusOr<v1::Collection> Get(const std::string& collection);
  absl::StatusOr<v1::Collection> Set(const v1::CollectionSettings& settings);

 private:
  friend class Quota;
  struct Taken {
    CollectionUsage stored;
    // In which `stored` was counted.
    uint64_t generation = 0;
    // By documents that wait for their commit.
    CollectionUsage reserved;
  };
  // REQUIRES: mutex_ is held
  absl::StatusOr<Taken*> Count(const std::string& collection);

  Store* const store_;
  std::mutex mutex_;
  std::map<std::string, Taken> taken_;  // guarded by mutex_
  // Held while a commit makes reservations true.
  std::mutex commit_mutex_;
};

// What one job may still bring. Safe from many threads. Gives back what it
// holds when it goes.
class Quota {
 public:
  // Null where the collection has no quota. `collections` must outlive it.
  static absl::StatusOr<std::unique_ptr<Quota>> Open(
      Collections* collections, const std::string& collection);
  ~Quota();
  Quota(const Quota&) = delete;
  Quota& operator=(const Quota&) = delete;

  // Takes room for a new version of `document` with passages of `text_bytes`.
  //   ResourceExhausted  there is none: says what is there and what may be
  absl::StatusOr<CollectionUsage> Reserve(const std::string& document,
                                          uint64_t text_bytes);
  // Gives back what Reserve took: the document is in, or it failed.
  void Release(const CollectionUsage& reserved);
  // To be held from before a commit until its reservations are released, so
  // that nobody counts its documents twice.
  std::unique_lock<std::mutex> HoldForCommit();

 private:
  Quota(Collections* collections, v1::CollectionSettings settings)
      : collections_(*collections), settings_(std::move(settings)) {}

  Collections& collections_;
  const v1::CollectionSettings settings_;
  CollectionUsage held_;  // guarded by collections_.mutex_
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_COLLECTIONS_H_
