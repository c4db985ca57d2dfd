#include "model/schedule/waiting.h"

#include <algorithm>
#include <tuple>
#include <utility>

namespace footnote {

uint64_t WaitingRequests::GivenTo(const std::string& tenant) const {
  const auto found = given_.find(tenant);
  return found == given_.end() ? 0 : found->second;
}

void WaitingRequests::Add(std::shared_ptr<Sequence> sequence) {
  const std::string& tenant = sequence->request.tenant;
  if (given_.count(tenant) == 0) {
    // A new tenant begins level with the poorest, not with all that others
    // were given before it came.
    uint64_t least = 0;
    bool first = true;
    for (const auto& [name, given] : given_) {
      least = first ? given : std::min(least, given);
      first = false;
    }
    given_[tenant] = least;
  }
  waiting_.push_back(std::move(sequence));
}

size_t WaitingRequests::NextIndex() const {
  const auto turn = [&](const Sequence& one) {
    return std::make_tuple(-one.request.priority, GivenTo(one.request.tenant),
                           one.number);
  };
  size_t best = 0;
  for (size_t i = 1; i < waiting_.size(); ++i) {
    if (turn(*waiting_[i]) < turn(*waiting_[best])) best = i;
  }
  return best;
}

Sequence* WaitingRequests::Next() const {
  return waiting_.empty() ? nullptr : waiting_[NextIndex()].get();
}

std::shared_ptr<Sequence> WaitingRequests::Take() {
  const size_t index = NextIndex();
  std::shared_ptr<Sequence> sequence = std::move(waiting_[index]);
  waiting_.erase(waiting_.begin() + index);
  return sequence;
}

std::vector<std::shared_ptr<Sequence>> WaitingRequests::TakeIf(
    const std::function<bool(const Sequence&)>& ended) {
  std::vector<std::shared_ptr<Sequence>> taken;
  for (size_t i = 0; i < waiting_.size();) {
    if (!ended(*waiting_[i])) {
      ++i;
      continue;
    }
    taken.push_back(std::move(waiting_[i]));
    waiting_.erase(waiting_.begin() + i);
  }
  return taken;
}

void WaitingRequests::Charge(const std::string& tenant, uint64_t tokens) {
  given_[tenant] += tokens;
}

}  // namespace footnote
