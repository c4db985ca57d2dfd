// Threads that take a hand in each other's work.
#ifndef FOOTNOTE_INDEXER_VECTORS_CREW_H_
#define FOOTNOTE_INDEXER_VECTORS_CREW_H_

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>

namespace footnote {

// A thread with much to do cuts it into pieces; threads with nothing to do ask
// for some. It has no threads of its own. Safe from many threads.
class Crew {
 public:
  // `work_came` is called, from the thread in Run and with no lock held, when
  // there is something for Help; null where nobody waits for it.
  explicit Crew(std::function<void()> work_came = nullptr);

  // Calls piece(0) to piece(count - 1), each once, in this thread and in those
  // that are in Help, several at a time. Returns when all have ended.
  void Run(size_t count, const std::function<void(size_t)>& piece);

  // Does one piece that another thread's Run waits for; false when there is
  // none.
  bool Help();

  // True when Help would find something now.
  bool has_work() const;

 private:
  struct Job {
    const std::function<void(size_t)>& piece;
    const size_t count;
    size_t begun = 0;
    size_t ended = 0;
  };

  // Takes a piece of `job`, or where it is null of any; false when there is
  // none.
  bool DoPiece(Job* job);

  const std::function<void()> work_came_;
  mutable std::mutex mutex_;
  std::condition_variable ended_;
  // Those of which a piece has not begun.
  std::deque<Job*> open_;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_VECTORS_CREW_H_
