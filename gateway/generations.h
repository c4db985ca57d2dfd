// What this door has seen written, so that who wrote through it finds what he
// wrote, and what he deleted is gone, although rooms of other processes see a
// commit a little later.
#ifndef FOOTNOTE_GATEWAY_GENERATIONS_H_
#define FOOTNOTE_GATEWAY_GENERATIONS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace footnote {

// The newest generation of each collection that a response of the indexer
// named, for as long as the rooms take to see it, and much longer: a minute.
// What is older the rooms know better: where they were given a store from a
// backup, searches would wait for a generation that is gone. Safe from many
// threads.
class Generations {
 public:
  explicit Generations(std::function<absl::Time()> now = &absl::Now)
      : now_(std::move(now)) {}

  void Saw(const std::string& collection, uint64_t generation) {
    const absl::Time now = now_();
    const std::lock_guard<std::mutex> lock(mutex_);
    Seen& newest = newest_[collection];
    if (newest.generation < generation || IsOld(newest, now)) {
      newest = {generation, now};
    }
  }

  // 0 for a collection that was not written through this door of late.
  uint64_t Newest(const std::string& collection) const {
    const absl::Time now = now_();
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = newest_.find(collection);
    return found == newest_.end() || IsOld(found->second, now)
               ? 0
               : found->second.generation;
  }

 private:
  struct Seen {
    uint64_t generation = 0;
    absl::Time at = absl::InfinitePast();
  };

  static bool IsOld(const Seen& seen, absl::Time now) {
    return now - seen.at > absl::Minutes(1);
  }

  const std::function<absl::Time()> now_;
  mutable std::mutex mutex_;
  std::map<std::string, Seen> newest_;  // guarded by mutex_
};

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_GENERATIONS_H_
