#include "gateway/token_work.h"

#include <algorithm>
#include <string>
#include <vector>

namespace footnote {
namespace {

// Answers that the rate is taken from. Of fewer, those that ended just after
// each other would look fast: their tokens count whole, the time that they
// shared only once.
constexpr size_t kAnswers = 16;
// Share of a new answer in its writer's mean, once there are some.
constexpr double kShare = 0.1;
// A name is the caller's; more writers than that no house has.
constexpr size_t kMaxWriters = 1000;

}  // namespace

uint64_t TokenWork::Begin(absl::string_view writer, absl::Time now) {
  under_way_.emplace(++last_, Answer{std::string(writer), now});
  return last_;
}

void TokenWork::End(uint64_t answer, int64_t tokens, absl::Time now) {
  const auto found = under_way_.find(answer);
  const Answer ended = found->second;
  under_way_.erase(found);
  if (tokens < 0) return;
  if (writers_.size() < kMaxWriters || writers_.count(ended.writer) > 0) {
    Writer& writer = writers_[ended.writer];
    ++writer.answers;
    writer.mean += std::max(1.0 / writer.answers, kShare) *
                   (static_cast<double>(tokens) - writer.mean);
  }
  if (tokens == 0) return;
  ++written_;
  ended_.push_back({ended.begin, now, tokens});
  if (ended_.size() > kAnswers) ended_.pop_front();
}

double TokenWork::Mean(absl::string_view writer) const {
  const auto found = writers_.find(std::string(writer));
  return found == writers_.end() ? 0 : found->second.mean;
}

double TokenWork::Rate() const {
  std::vector<Ended> ended(ended_.begin(), ended_.end());
  std::sort(ended.begin(), ended.end(),
            [](const Ended& a, const Ended& b) { return a.begin < b.begin; });
  double tokens = 0;
  absl::Duration writing;
  absl::Time covered = absl::InfinitePast();
  for (const Ended& one : ended) {
    tokens += static_cast<double>(one.tokens);
    const absl::Time begin = std::max(one.begin, covered);
    if (one.end <= begin) continue;
    writing += one.end - begin;
    covered = one.end;
  }
  const double seconds = absl::ToDoubleSeconds(writing);
  return seconds > 0 ? tokens / seconds : -1;
}

double TokenWork::Left(double rate, absl::Time now) const {
  std::vector<double> needed;
  std::vector<double> seconds;
  for (const auto& one : under_way_) {
    const double mean = Mean(one.second.writer);
    if (mean <= 0) continue;
    needed.push_back(mean);
    seconds.push_back(absl::ToDoubleSeconds(now - one.second.begin));
  }
  double left = 0;
  for (size_t i = 0; i < needed.size(); ++i) {
    const double had = seconds[i] * rate / static_cast<double>(needed.size());
    left += std::max(0.0, needed[i] - had);
  }
  return left;
}

}  // namespace footnote
