#include "indexer/merge_worker.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/metrics.h"
#include "base/priority.h"

namespace footnote {

MergeWorker::MergeWorker(Store* store, const MergePolicy& policy,
                         AnnBuilder ann_builder)
    : store_(store),
      policy_(policy),
      ann_builder_(std::move(ann_builder)),
      thread_([this] { Run(); }) {}

MergeWorker::~MergeWorker() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void MergeWorker::Kick(const std::string& collection) {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    waiting_.insert(collection);
  }
  changed_.notify_all();
}

void MergeWorker::WaitUntilIdle() {
  std::unique_lock<std::mutex> lock(mutex_);
  changed_.wait(lock, [this] { return waiting_.empty() && !busy_; });
}

void MergeWorker::Run() {
  WorkInBackground();
  std::unique_lock<std::mutex> lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return stopping_ || !waiting_.empty(); });
    if (stopping_) return;
    const std::string collection = *waiting_.begin();
    waiting_.erase(waiting_.begin());
    busy_ = true;
    lock.unlock();
    absl::StatusOr<int> merges = 0;
    {
      StageTimer timer("merge");
      merges = store_->Merge(collection, policy_, ann_builder_);
      // What a full disk or a reader kept from its end.
      const absl::Status erased = store_->FinishErasures(ann_builder_);
      if (merges.ok() && !erased.ok()) merges = erased;
    }
    if (!merges.ok()) {
      Log(Severity::kWarning, "merge failed",
          {{"collection", collection},
           {"reason", std::string(merges.status().message())}});
    } else if (*merges > 0) {
      Log(Severity::kDebug, "segments merged",
          {{"collection", collection}, {"merges", absl::StrCat(*merges)}});
    }
    lock.lock();
    busy_ = false;
    changed_.notify_all();
  }
}

}  // namespace footnote
