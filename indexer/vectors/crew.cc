#include "indexer/vectors/crew.h"

#include <algorithm>
#include <utility>

namespace footnote {

Crew::Crew(std::function<void()> work_came)
    : work_came_(std::move(work_came)) {}

void Crew::Run(size_t count, const std::function<void(size_t)>& piece) {
  if (count == 0) return;
  Job job{piece, count};
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    open_.push_back(&job);
  }
  if (count > 1 && work_came_ != nullptr) work_came_();
  while (DoPiece(&job)) {
  }
  std::unique_lock<std::mutex> lock(mutex_);
  ended_.wait(lock, [&job] { return job.ended == job.count; });
}

bool Crew::Help() { return DoPiece(nullptr); }

bool Crew::has_work() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return !open_.empty();
}

bool Crew::DoPiece(Job* job) {
  size_t index;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (job == nullptr) {
      if (open_.empty()) return false;
      job = open_.front();
    }
    if (job->begun == job->count) return false;
    index = job->begun++;
    if (job->begun == job->count) {
      open_.erase(std::find(open_.begin(), open_.end(), job));
    }
  }
  job->piece(index);
  const std::lock_guard<std::mutex> lock(mutex_);
  // With the last piece ended and the lock free, the job may be gone.
  if (++job->ended == job->count) ended_.notify_all();
  return true;
}

}  // namespace footnote
