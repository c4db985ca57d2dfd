// Keeps the number of segments small, in the background.
#ifndef FOOTNOTE_INDEXER_MERGE_WORKER_H_
#define FOOTNOTE_INDEXER_MERGE_WORKER_H_

#include <condition_variable>
#include <mutex>
#include <set>
#include <string>
#include <thread>

#include "storage/store.h"

namespace footnote {

// One thread that merges the collections it was told of. Safe from many
// threads. A merge that fails is logged and tried again at the next call.
class MergeWorker {
 public:
  // `store` must outlive this object.
  MergeWorker(Store* store, const MergePolicy& policy, AnnBuilder ann_builder);
  // Waits for the merge under way.
  ~MergeWorker();
  MergeWorker(const MergeWorker&) = delete;
  MergeWorker& operator=(const MergeWorker&) = delete;

  // Something was committed to `collection`.
  void Kick(const std::string& collection);

  // Waits until there is nothing to do; for tests and measurements.
  void WaitUntilIdle();

 private:
  void Run();

  Store* const store_;
  const MergePolicy policy_;
  const AnnBuilder ann_builder_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<std::string> waiting_;  // guarded by mutex_
  bool busy_ = false;              // guarded by mutex_
  bool stopping_ = false;          // guarded by mutex_
  std::thread thread_;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_MERGE_WORKER_H_
