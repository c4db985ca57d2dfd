// A fixed set of threads for data-parallel loops.
#ifndef FOOTNOTE_BASE_THREAD_POOL_H_
#define FOOTNOTE_BASE_THREAD_POOL_H_

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <queue>
#include <thread>
#include <vector>

namespace footnote {

// Runs tasks on `threads` threads. Every method may be called from any thread.
class ThreadPool {
 public:
  // REQUIRES: threads >= 1.
  explicit ThreadPool(size_t threads);
  // Runs what was scheduled, then joins.
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  // Runs `task` some time later on one of the threads.
  void Schedule(std::function<void()> task);

  // Calls body(i) for each i in [0, count), in no order, on the pool's threads
  // and the caller's; returns when all are done. May be called from inside a
  // task: the caller works too, so it never waits for itself.
  void ParallelFor(size_t count, const std::function<void(size_t)>& body);

  size_t size() const { return threads_.size(); }

 private:
  void Work();

  std::mutex mutex_;
  std::condition_variable wake_;
  std::queue<std::function<void()>> tasks_;  // guarded by mutex_
  bool stopping_ = false;                    // guarded by mutex_
  std::vector<std::thread> threads_;
};

}  // namespace footnote

#endif  // FOOTNOTE_BASE_THREAD_POOL_H_
