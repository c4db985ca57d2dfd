#include "model/decoder/team.h"

#include <algorithm>

namespace footnote {
namespace {

// About 50 microseconds: longer than what lies between two loops of a step.
constexpr int kSpins = 2000;

// Of state_: an open loop, a thread that joined it, the loop's number.
constexpr uint64_t kOpen = 1;
constexpr uint64_t kJoined = 2;
constexpr uint64_t kRound = uint64_t{1} << 16;

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
    state_.fetch_add(kRound);
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
  done_.store(0, std::memory_order_relaxed);
  const uint64_t round = state_.load(std::memory_order_relaxed) / kRound + 1;
  state_.store(round * kRound + kOpen);
  if (sleeping_.load() > 0) {
    { std::lock_guard<std::mutex> lock(mutex_); }
    wake_.notify_all();
  }
  TakePieces();
  const uint64_t joined = (state_.fetch_and(~kOpen) % kRound) / kJoined;
  int spins = 0;
  while (done_.load(std::memory_order_acquire) < joined) {
    Pause();
    // Where there are more threads than processors, spinning takes from them.
    if (++spins % kSpins == 0) std::this_thread::yield();
  }
}

void Team::Work() {
  uint64_t seen = 0;
  for (;;) {
    int spins = 0;
    uint64_t state = state_.load(std::memory_order_acquire);
    while (state / kRound == seen) {
      Pause();
      if (++spins >= kSpins) {
        std::unique_lock<std::mutex> lock(mutex_);
        sleeping_.fetch_add(1);
        wake_.wait(lock, [&] { return state_.load() / kRound != seen; });
        sleeping_.fetch_sub(1);
      }
      state = state_.load(std::memory_order_acquire);
    }
    if (stopping_) return;
    while ((state & kOpen) != 0 &&
           !state_.compare_exchange_weak(state, state + kJoined,
                                         std::memory_order_acq_rel)) {
    }
    seen = state / kRound;
    if ((state & kOpen) == 0) continue;
    TakePieces();
    done_.fetch_add(1, std::memory_order_release);
  }
}

}  // namespace footnote
