// Threads that work in step: for loops of microseconds, thousands a second.
#ifndef FOOTNOTE_MODEL_DECODER_TEAM_H_
#define FOOTNOTE_MODEL_DECODER_TEAM_H_

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace footnote {

// The caller of Run and size() - 1 threads of the team's own, which spin for a
// moment after each loop, so that the next one finds them awake, and then
// sleep. A thread that the machine keeps busy elsewhere joins a loop late or
// not at all. One thread at a time may call Run.
class Team {
 public:
  // REQUIRES: threads >= 1.
  explicit Team(size_t threads);
  ~Team();
  Team(const Team&) = delete;
  Team& operator=(const Team&) = delete;

  size_t size() const { return threads_.size() + 1; }

  // Calls body(begin, end) for pieces of [0, count) that together are all of
  // it, each a multiple of `step` long but the last; on all threads, in no
  // order. Returns when all are done. Which piece runs where does not matter
  // to what a body computes for an index, or it is wrong here.
  template <typename Body>
  void Run(size_t count, size_t step, const Body& body) {
    if (count <= step || threads_.empty()) {
      if (count > 0) body(size_t{0}, count);
      return;
    }
    RunLoop({count, step, &Call<Body>, &body});
  }

 private:
  struct Loop {
    size_t count;
    size_t step;
    void (*call)(const void* body, size_t begin, size_t end);
    const void* body;
  };

  template <typename Body>
  static void Call(const void* body, size_t begin, size_t end) {
    (*static_cast<const Body*>(body))(begin, end);
  }

  void RunLoop(const Loop& loop);
  // Takes pieces until none is left: those of thread `own` from its first on,
  // then those of others from their last back. So a thread goes through memory
  // that lies together, and what a kernel fetches ahead is what it needs next.
  void TakePieces(size_t own);
  void Work(size_t own);

  Loop loop_{};
  // The pieces of a thread that nobody has taken: the first, and 2^32 times
  // the one after the last.
  struct alignas(64) Pieces {
    std::atomic<uint64_t> left{0};
  };
  size_t piece_length_ = 0;
  std::unique_ptr<Pieces[]> pieces_;
  // The loop's number, how many of our threads have joined it, and whether
  // they still may: who is late is not waited for.
  std::atomic<uint64_t> state_{0};
  std::atomic<uint64_t> done_{0};  // of those that joined
  std::atomic<bool> stopping_{false};
  std::atomic<int> sleeping_{0};
  std::mutex mutex_;
  std::condition_variable wake_;
  std::vector<std::thread> threads_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_DECODER_TEAM_H_
