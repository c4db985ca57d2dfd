#include "model/decoder/team.h"

#include <algorithm>

namespace footnote {
namespace {

// About 50 microseconds: longer than what lies between two loops of a step.
constexpr int kSpins = 2000;

// Of a loop, for each thread.
constexpr size_t kPieces = 64;

// Of state_: an open loop, a thread that joined it, the loop's number.
constexpr uint64_t kOpen = 1;
constexpr uint64_t kJoined = 2;
constexpr uint64_t kRound = uint64_t{1} << 16;

// Of Pieces::left: where the end stands.
constexpr uint64_t kEnd = uint64_t{1} << 32;

inline void Pause() {
#if defined(__x86_64__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

Team::Team(size_t threads) : pieces_(new Pieces[threads]) {
  for (size_t i = 1; i < threads; ++i) {
    threads_.emplace_back([this, i] { Work(i); });
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

void Team::TakePieces(size_t own) {
  const auto run = [&](size_t piece) {
    const size_t begin = piece * piece_length_;
    loop_.call(loop_.body, begin, std::min(loop_.count, begin + piece_length_));
  };
  for (size_t i = 0; i < size(); ++i) {
    std::atomic<uint64_t>& pieces = pieces_[(own + i) % size()].left;
    uint64_t left = pieces.load(std::memory_order_relaxed);
    while (left % kEnd < left / kEnd) {
      const uint64_t then = i == 0 ? left + 1 : left - kEnd;
      if (!pieces.compare_exchange_weak(left, then,
                                        std::memory_order_relaxed)) {
        continue;
      }
      run(i == 0 ? left % kEnd : left / kEnd - 1);
      left = pieces.load(std::memory_order_relaxed);
    }
  }
}

void Team::RunLoop(const Loop& loop) {
  loop_ = loop;
  // So many that all threads end together: what is waited for at the end is at
  // most one.
  const size_t most = size() * kPieces;
  const size_t wanted = (loop.count + most - 1) / most;
  piece_length_ = (wanted + loop.step - 1) / loop.step * loop.step;
  const uint64_t pieces = (loop.count + piece_length_ - 1) / piece_length_;
  for (size_t i = 0; i < size(); ++i) {
    pieces_[i].left.store(
        pieces * i / size() + pieces * (i + 1) / size() * kEnd,
        std::memory_order_relaxed);
  }
  done_.store(0, std::memory_order_relaxed);
  const uint64_t round = state_.load(std::memory_order_relaxed) / kRound + 1;
  state_.store(round * kRound + kOpen);
  if (sleeping_.load() > 0) {
    { std::lock_guard<std::mutex> lock(mutex_); }
    wake_.notify_all();
  }
  TakePieces(0);
  const uint64_t joined = (state_.fetch_and(~kOpen) % kRound) / kJoined;
  int spins = 0;
  while (done_.load(std::memory_order_acquire) < joined) {
    Pause();
    // Where there are more threads than processors, spinning takes from them.
    if (++spins % kSpins == 0) std::this_thread::yield();
  }
}

void Team::Work(size_t own) {
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
    TakePieces(own);
    done_.fetch_add(1, std::memory_order_release);
  }
}

}  // namespace footnote
