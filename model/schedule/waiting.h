// The requests that wait for their turn.
#ifndef FOOTNOTE_MODEL_SCHEDULE_WAITING_H_
#define FOOTNOTE_MODEL_SCHEDULE_WAITING_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "model/schedule/sequence.h"

namespace footnote {

// Whose turn it is: the highest priority; of those the tenant that has been
// given the fewest tokens; of its requests the oldest. Not thread-safe.
class WaitingRequests {
 public:
  void Add(std::shared_ptr<Sequence> sequence);

  // The next one, still waiting; null when none waits.
  Sequence* Next() const;
  // Takes it out. REQUIRES: one waits.
  std::shared_ptr<Sequence> Take();

  // Takes out every one for which `ended` says so.
  std::vector<std::shared_ptr<Sequence>> TakeIf(
      const std::function<bool(const Sequence&)>& ended);

  // `tenant` was given `tokens`.
  void Charge(const std::string& tenant, uint64_t tokens);

  size_t size() const { return waiting_.size(); }

 private:
  size_t NextIndex() const;
  uint64_t GivenTo(const std::string& tenant) const;

  std::vector<std::shared_ptr<Sequence>> waiting_;
  std::map<std::string, uint64_t> given_;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_SCHEDULE_WAITING_H_
