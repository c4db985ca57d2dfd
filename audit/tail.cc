#include "audit/tail.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "audit/sealing.h"
#include "audit/validate.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr int kDefaultLast = 20;
// How often a log that did not grow is looked at again.
constexpr std::chrono::milliseconds kPatience(200);

// The line of one record; none where it is another tenant's, or removed.
absl::StatusOr<absl::optional<v1::TailResponse>> LineOf(uint64_t sequence,
                                                        const Scope& scope,
                                                        const Ledger& ledger) {
  const absl::StatusOr<StoredRecord> stored = ledger.Read(sequence);
  if (absl::IsNotFound(stored.status()) && ledger.IsRemoved(sequence)) {
    return absl::optional<v1::TailResponse>();
  }
  RETURN_IF_ERROR(stored.status());
  v1::TailResponse line;
  if (stored->parts.kind == RecordKind::kAnswer) {
    ASSIGN_OR_RETURN(*line.mutable_record(), BodyOfAnswer(stored->parts));
  } else {
    ASSIGN_OR_RETURN(*line.mutable_event(),
                     OpenWhatIsLeftOfEvent(stored->parts, *ledger.keyring()));
  }
  const std::string& tenant =
      line.has_record() ? line.record().tenant() : line.event().tenant();
  if (tenant != scope.tenant) return absl::optional<v1::TailResponse>();
  return absl::optional<v1::TailResponse>(std::move(line));
}

}  // namespace

absl::Status Tail(const v1::TailRequest& request, const Scope& scope,
                  const Ledger& ledger, const std::function<bool()>& stop,
                  const std::function<bool(const v1::TailResponse&)>& show) {
  if (request.last() < 0 || request.last() > kMaxPageSize) {
    return InvalidRequest(
        absl::StrCat("last: ", request.last(), ", want 0 to ", kMaxPageSize));
  }
  const size_t last =
      static_cast<size_t>(request.last() > 0 ? request.last() : kDefaultLast);
  uint64_t seen = ledger.size();
  std::deque<v1::TailResponse> lines;
  for (uint64_t sequence = seen; sequence > 0 && lines.size() < last;
       --sequence) {
    // Of a long log that holds little of the tenant's.
    if (stop()) return absl::CancelledError("tail: nobody waits any more");
    ASSIGN_OR_RETURN(absl::optional<v1::TailResponse> line,
                     LineOf(sequence, scope, ledger));
    if (line.has_value()) lines.push_front(*std::move(line));
  }
  for (const v1::TailResponse& line : lines) {
    if (!show(line)) return absl::OkStatus();
  }
  while (request.follow() && !stop()) {
    const uint64_t size = ledger.size();
    for (; seen < size; ++seen) {
      ASSIGN_OR_RETURN(const absl::optional<v1::TailResponse> line,
                       LineOf(seen + 1, scope, ledger));
      if (line.has_value() && !show(*line)) return absl::OkStatus();
    }
    std::this_thread::sleep_for(kPatience);
  }
  return absl::OkStatus();
}

}  // namespace footnote
