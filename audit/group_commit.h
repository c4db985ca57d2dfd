#ifndef FOOTNOTE_AUDIT_GROUP_COMMIT_H_
#define FOOTNOTE_AUDIT_GROUP_COMMIT_H_

#include <condition_variable>
#include <functional>
#include <mutex>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/types/span.h"

namespace footnote {

// Lets callers that come while one is writing be written together, by the
// first of them, as soon as that one is done: nobody waits for a clock.
// Safe from many threads.
template <typename Item>
class GroupCommit {
 public:
  // Writes what waited together, in the order in which it came; all or none.
  // Never called twice at a time.
  using Commit = std::function<absl::Status(const std::vector<Item*>&)>;

  explicit GroupCommit(Commit commit) : commit_(std::move(commit)) {}
  GroupCommit(const GroupCommit&) = delete;
  GroupCommit& operator=(const GroupCommit&) = delete;

  // Returns when `items` are written or can't be. They stay together.
  absl::Status Submit(absl::Span<Item* const> items) {
    Waiting own;
    own.items = items;
    std::unique_lock<std::mutex> lock(mutex_);
    queue_.push_back(&own);
    moved_.wait(lock, [&] { return own.done || !committing_; });
    if (own.done) return own.status;
    // Whoever finds nobody writing writes for all that wait.
    std::vector<Waiting*> group;
    group.swap(queue_);
    committing_ = true;
    lock.unlock();
    std::vector<Item*> all;
    for (const Waiting* const member : group) {
      all.insert(all.end(), member->items.begin(), member->items.end());
    }
    const absl::Status status = commit_(all);
    lock.lock();
    committing_ = false;
    for (Waiting* const member : group) {
      member->status = status;
      member->done = true;
    }
    lock.unlock();
    moved_.notify_all();
    return status;
  }

 private:
  // Lives on its caller's stack.
  struct Waiting {
    absl::Span<Item* const> items;
    bool done = false;
    absl::Status status;
  };

  const Commit commit_;
  std::mutex mutex_;
  std::condition_variable moved_;
  std::vector<Waiting*> queue_;  // guarded by mutex_
  bool committing_ = false;      // guarded by mutex_
};

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_GROUP_COMMIT_H_
