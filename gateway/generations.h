// What this door has seen written, so that who wrote through it finds what he
// wrote, and what he deleted is gone, although rooms of other processes see a
// commit a little later.
#ifndef FOOTNOTE_GATEWAY_GENERATIONS_H_
#define FOOTNOTE_GATEWAY_GENERATIONS_H_

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

namespace footnote {

// The newest generation of each collection that a response of the indexer
// named. Safe from many threads.
class Generations {
 public:
  void Saw(const std::string& collection, uint64_t generation) {
    const std::lock_guard<std::mutex> lock(mutex_);
    uint64_t& newest = newest_[collection];
    if (newest < generation) newest = generation;
  }

  // 0 for a collection that was not written through this door.
  uint64_t Newest(const std::string& collection) const {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = newest_.find(collection);
    return found == newest_.end() ? 0 : found->second;
  }

 private:
  mutable std::mutex mutex_;
  std::map<std::string, uint64_t> newest_;  // guarded by mutex_
};

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_GENERATIONS_H_
