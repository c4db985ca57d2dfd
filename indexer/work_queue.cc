#include "indexer/work_queue.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"

namespace footnote {
namespace {

// Files so small are taken several at once.
constexpr size_t kSmallBytes = 64 << 10;

// Lines of JSON come a microsecond after each other; all that is in another
// file comes at once.
int64_t MicrosecondsOf(const SourceFile& file) {
  if (file.bytes.empty() || file.bytes[0] != '{') return 1;
  return 1 + std::count(file.bytes.begin(), file.bytes.end(), '\n');
}

}  // namespace

WorkQueue::WorkQueue(size_t limit_bytes, int workers)
    : limit_bytes_(limit_bytes),
      workers_(workers),
      working_(workers),
      crew_([this] {
        // Nobody is between looking for work and falling asleep.
        { const std::lock_guard<std::mutex> lock(mutex_); }
        work_came_.notify_all();
      }) {}

void WorkQueue::Push(SourceFile file) {
  const int64_t microseconds = MicrosecondsOf(file);
  std::unique_lock<std::mutex> lock(mutex_);
  room_came_.wait(lock, [&] {
    return files_.empty() || cancelled_ ||
           files_.bytes() + file.bytes.size() <= limit_bytes_;
  });
  if (cancelled_ || files_.closed()) return;
  file.came_us = std::max(absl::GetCurrentTimeNanos() / 1000, next_came_us_);
  next_came_us_ = file.came_us + microseconds;
  file.last_came_us = next_came_us_ - 1;
  files_.Push(std::move(file));
  work_came_.notify_one();
}

void WorkQueue::Close() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    files_.Close();
  }
  work_came_.notify_all();
}

void WorkQueue::Cancel() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    cancelled_ = true;
    files_.Clear();
  }
  room_came_.notify_all();
}

bool WorkQueue::Take(Taken* file, absl::Duration patience, bool* finished) {
  std::unique_lock<std::mutex> lock(mutex_);
  work_came_.wait_for(lock, absl::ToChronoMilliseconds(patience), [this] {
    return MayTake() || (files_.empty() && files_.closed()) || crew_.has_work();
  });
  *finished = files_.empty() && files_.closed();
  if (!MayTake()) return false;
  *file = Pop();
  return true;
}

bool WorkQueue::TakeAlso(size_t held, Taken* file) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (held >= files_.size() / static_cast<size_t>(workers_) || !MayTake() ||
      files_.front().bytes.size() > kSmallBytes) {
    return false;
  }
  *file = Pop();
  return true;
}

void WorkQueue::LetOthersTake(const std::string& document) {
  const std::lock_guard<std::mutex> lock(mutex_);
  taken_.erase(document);
  if (!files_.empty() && files_.front().document == document) {
    work_came_.notify_all();
  }
}

bool WorkQueue::MayTake() const {
  return !files_.empty() && !taken_.contains(files_.front().document);
}

WorkQueue::Taken WorkQueue::Pop() {
  Taken out;
  out.file = files_.Pop();
  out.place = order_.Begin(out.file.document);
  taken_.insert(out.file.document);
  room_came_.notify_one();
  return out;
}

void WorkQueue::HelpTheOthers() {
  std::unique_lock<std::mutex> lock(mutex_);
  if (--working_ == 0) work_came_.notify_all();
  while (working_ > 0) {
    work_came_.wait(lock, [this] { return working_ == 0 || crew_.has_work(); });
    lock.unlock();
    crew_.Help();
    lock.lock();
  }
}

}  // namespace footnote
