// Reads what may be found to who will answer from it, before anybody asks.
#ifndef FOOTNOTE_RETRIEVER_READ_AHEAD_H_
#define FOOTNOTE_RETRIEVER_READ_AHEAD_H_

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "storage/document_store.h"
#include "storage/store.h"
#include "text/language.h"

namespace footnote {

namespace v1 {
class Passage;
}

// One thread, which takes what others leave of a processor (base/priority.h).
// After each commit, and when it begins, it reads all passages of every
// collection that is small enough, the smallest first: a round. What is
// committed meanwhile begins another round after it, and breaks none off, so
// that each has its end however often something is committed. Neither
// generations nor texts are held meanwhile: what is purged goes. The gauge
// reading_ahead says how many passages are still to be read; 0: everything was.
//
// Safe from many threads.
class ReadAhead {
 public:
  // Both are called in that thread.
  struct Listener {
    // One passage, with collection, text and language. False: no more of them
    // are wanted.
    //   Cancelled   is_cancelled said so: the ReadAhead ends
    //   all others  keep nothing else from being heard; logged
    std::function<absl::StatusOr<bool>(
        const v1::Passage& passage, const std::function<bool()>& is_cancelled)>
        hear;
    // What may be found now was read, as far as it was wanted.
    std::function<void()> end;
  };
  // Collections of more passages are not read.
  static constexpr uint64_t kMostPassages = 10000;
  // So long after the last commit it begins, and so long after it began last:
  // what was heard before costs little, but is read again.
  static constexpr std::chrono::milliseconds kSettled{500};
  static constexpr std::chrono::seconds kApart{3};

  // `store` must outlive this object.
  ReadAhead(Store* store, Listener listener,
            uint64_t most_passages = kMostPassages);
  // Waits until hearing is broken off.
  ~ReadAhead();
  ReadAhead(const ReadAhead&) = delete;
  ReadAhead& operator=(const ReadAhead&) = delete;

  // Waits until there is nothing to do; for tests.
  void WaitUntilIdle();

 private:
  using Clock = std::chrono::steady_clock;

  // Where a passage stands.
  struct Place {
    VersionRef version;
    uint64_t begin = 0;
    uint64_t end = 0;
    Language language = Language::kUnknown;
  };

  void Run();
  // False: it was broken off. What could not be read or heard is left out; the
  // first reason is in `failed`.
  bool ReadAll(absl::Status* failed);
  // The passages of a collection as it is now; none where they are too many.
  absl::StatusOr<std::vector<Place>> PlacesOf(
      const std::string& collection) const;
  // OK, or why not; false where no more are wanted.
  absl::StatusOr<bool> Hear(const Place& place);
  bool IsStopping();

  Store* const store_;
  const Listener listener_;
  const uint64_t most_passages_;
  std::mutex mutex_;
  std::condition_variable changed_;
  // All guarded by mutex_.
  bool is_due_ = true;
  Clock::time_point due_;
  Clock::time_point begun_;
  bool is_reading_ = false;
  bool is_stopping_ = false;
  int watcher_ = 0;
  std::thread thread_;
};

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_READ_AHEAD_H_
