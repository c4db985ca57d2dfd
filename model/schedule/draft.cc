#include "model/schedule/draft.h"

#include <algorithm>

namespace footnote {
namespace {

constexpr size_t kContext = 3;
constexpr int kMaxLength = 8;
// After a guess that was wrong from the start.
constexpr int kQuietSteps = 4;

uint64_t KeyOf(absl::Span<const int32_t> ids) {
  uint64_t key = 0;
  for (const int32_t id : ids) {
    key = (key ^ static_cast<uint32_t>(id)) * 0x9e3779b97f4a7c15u;
    key ^= key >> 29;
  }
  return key;
}

}  // namespace

void Drafter::Follow(absl::Span<const int32_t> ids) {
  // The last token's own context is entered when its successor is known.
  for (; followed_ < ids.size(); ++followed_) {
    if (followed_ < kContext) continue;
    after_[KeyOf(ids.subspan(followed_ - kContext, kContext))] = followed_;
  }
}

std::vector<int32_t> Drafter::Guess(absl::Span<const int32_t> ids, int most) {
  if (ids.size() < kContext || most < 1) return {};
  if (quiet_ > 0) {
    --quiet_;
    return {};
  }
  const absl::Span<const int32_t> context = ids.last(kContext);
  const auto found = after_.find(KeyOf(context));
  if (found == after_.end()) return {};
  const size_t begin = found->second;
  // Two contexts may share a key.
  if (!std::equal(context.begin(), context.end(),
                  ids.begin() + begin - kContext)) {
    return {};
  }
  const size_t end =
      std::min<size_t>(ids.size(), begin + std::min(most, length_));
  return std::vector<int32_t>(ids.begin() + begin, ids.begin() + end);
}

void Drafter::Learn(int guessed, int kept) {
  if (guessed == 0) return;
  if (kept == guessed) {
    length_ = std::min(kMaxLength, length_ + 2);
  } else {
    length_ = std::max(1, (length_ + kept) / 2);
  }
  if (kept == 0) quiet_ = kQuietSteps;
}

}  // namespace footnote
