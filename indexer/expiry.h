// Documents that are older than their collection keeps them go.
#ifndef FOOTNOTE_INDEXER_EXPIRY_H_
#define FOOTNOTE_INDEXER_EXPIRY_H_

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <string>
#include <thread>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "indexer/claims.h"
#include "storage/store.h"

namespace footnote {

// Deletes and purges the documents of `collection` whose newest version is, at
// `now`, older than the collection keeps them; and purges those that an earlier
// call deleted and could not purge. Returns how many were deleted.
//   FailedPrecondition  LEGAL_HOLD
//   and the errors of Store::Apply and Store::EraseAll
absl::StatusOr<uint64_t> ExpireDocuments(Store* store, DocumentClaims* claims,
                                         const AnnBuilder& ann_builder,
                                         const std::string& collection,
                                         absl::Time now);

// A thread that calls ExpireDocuments for every collection and lets go of older
// generations that were kept long enough, at its start and every hour. Errors
// are logged; the next hour tries again.
class ExpiryWorker {
 public:
  // `store` and `claims` must outlive this object.
  ExpiryWorker(Store* store, DocumentClaims* claims, AnnBuilder ann_builder);
  ~ExpiryWorker();
  ExpiryWorker(const ExpiryWorker&) = delete;
  ExpiryWorker& operator=(const ExpiryWorker&) = delete;

 private:
  void Run();
  void ExpireAll();

  Store* const store_;
  DocumentClaims* const claims_;
  const AnnBuilder ann_builder_;
  std::mutex mutex_;
  std::condition_variable stopped_;
  bool stopping_ = false;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_EXPIRY_H_
