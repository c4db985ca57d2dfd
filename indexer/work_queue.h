// The files of a job on their way to the threads that index them.
#ifndef FOOTNOTE_INDEXER_WORK_QUEUE_H_
#define FOOTNOTE_INDEXER_WORK_QUEUE_H_

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "absl/time/time.h"
#include "indexer/file_order.h"
#include "indexer/source_file.h"
#include "indexer/vectors/crew.h"
#include "indexer/waiting_files.h"

namespace footnote {

// Files come from one thread and go to the workers, in the order that
// WaitingFiles gives them. Those of one id go out one after the other, so that
// they become versions in their order. A worker that finds none is woken to
// help the others, which are a Crew. Safe from many threads.
class WorkQueue {
 public:
  struct Taken {
    SourceFile file;
    // Of FileOrder.
    uint64_t place = 0;
  };

  // Files that wait take `limit_bytes` at most, or there is only one. `workers`
  // threads take them.
  WorkQueue(size_t limit_bytes, int workers);

  // Waits until there is room, and notes in the file when it came. Does nothing
  // after Close or Cancel.
  void Push(SourceFile file);
  // No more will come.
  void Close();
  // Drops those that wait, and lets no more in.
  void Cancel();

  // The next file. False where there is none after `patience`, where the crew
  // has work before, and where there will never be one, with `finished` set.
  bool Take(Taken* file, absl::Duration patience, bool* finished);
  // For a worker that holds `held` files already: another small one, if there
  // are many. Never more than its share of those that wait.
  bool TakeAlso(size_t held, Taken* file);
  // For who took a file with this id: now others may.
  void LetOthersTake(const std::string& document);

  // For a worker that takes no more: does pieces of what the others do until
  // all have called this.
  void HelpTheOthers();

  Crew* crew() { return &crew_; }
  // Of the files that were taken.
  FileOrder* order() { return &order_; }

 private:
  // These two with mutex_ held.
  bool MayTake() const;
  Taken Pop();

  const size_t limit_bytes_;
  const int workers_;
  std::mutex mutex_;
  std::condition_variable work_came_;
  std::condition_variable room_came_;
  // Guarded by mutex_.
  WaitingFiles files_;
  bool cancelled_ = false;
  // Ids of files that a worker has taken and has no claim for yet.
  absl::flat_hash_set<std::string> taken_;
  // The next file comes then or later.
  int64_t next_came_us_ = 0;
  // Workers that may still want help with their vectors.
  int working_;

  FileOrder order_;
  Crew crew_;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_WORK_QUEUE_H_
