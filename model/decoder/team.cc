#include "model/decoder/team.h"

#include <algorithm>

namespace footnote {
namespace {

// About 50 microseconds: longer than what lies between two loops of a step.
constexpr int kSpins = 2000;

inline void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

Team::Team(size_t threads) {
  for (size_t i = 1; i < threads; ++i) {
    threads_.emplace_back([this] { Work(); });
  }
}

Team::~Team() {
  stopping_ = true;
  {
    std::lock_guard<std::mutex> lock(mutex_);
    round_.fetch_add(1);
  }
  wake_.notify_all();
  for (std::thread& thread : threads_) thread.join();
}

void Team::TakePieces() {
  // Eight pieces a thread: few enough to be cheap, enough to end together.
  const size_t pieces = size() * 8;
  const size_t wanted = (loop_.count + pieces - 1) / pieces;
  const size_t length =
      std::max(loop_.step, (wanted + loop_.step - 1) / loop_.step * loop_.step);
  for (;;) {
    const size_t begin = next_.fetch_add(length, std::memory_order_relaxed);
    if (begin >= loop_.count) return;
    loop_.call(loop_.body, begin, std::min(loop_.count, begin + length));
  }
}

void Team::RunLoop(const Loop& loop) {
  loop_ = loop;
  next_.store(0, std::memory_order_relaxed);
  busy_.store(threads_.size(), std::memory_order_relaxed);
  round_.fetch_add(1);
  if (sleeping_.load() > 0) {
    { std::lock_guard<std::mutex> lock(mutex_); }
    wake_.notify_all();
  }
  TakePieces();
  int spins = 0;
  while (busy_.load(std::memory_order_acquire) > 0) {
    Pause();
    // Where there are more threads than processors, spinning takes from them.
    if (++spins % kSpins == 0) std::this_thread::yield();
  }
}

void Team::Work() {
  uint64_t seen = 0;
  for (;;) {
    int spins = 0;
    while (round_.load(std::memory_order_acquire) == seen) {
      Pause();
      if (++spins < kSpins) continue;
      std::unique_lock<std::mutex> lock(mutex_);
      sleeping_.fetch_add(1);
      wake_.wait(lock, [&] { return round_.load() != seen; });
      sleeping_.fetch_sub(1);
    }
    ++seen;
    if (stopping_) return;
    TakePieces();
    busy_.fetch_sub(1, std::memory_order_release);
  }
}

}  // namespace footnote
