#include "audit/damages.h"

#include <string>
#include <utility>

namespace footnote {
namespace {

constexpr uint64_t kMostShown = 10000;

}  // namespace

Damages::Damages(Show show) : show_(std::move(show)) {}

absl::Status Damages::Report(uint64_t sequence, absl::string_view detail) {
  v1::VerifyChainResponse line;
  line.set_damaged_sequence(sequence);
  line.set_detail(std::string(detail));
  const std::lock_guard<std::mutex> lock(mutex_);
  return ++found_ > kMostShown ? absl::OkStatus() : ShowLine(line);
}

bool Damages::any() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return found_ > 0;
}

absl::Status Damages::Done(uint64_t records) {
  v1::VerifyChainResponse line;
  line.set_done(true);
  line.set_records(records);
  const std::lock_guard<std::mutex> lock(mutex_);
  line.set_damaged(found_);
  return ShowLine(line);
}

absl::Status Damages::ShowLine(const v1::VerifyChainResponse& line) {
  return show_(line) ? absl::OkStatus()
                     : absl::CancelledError("the caller went away");
}

}  // namespace footnote
