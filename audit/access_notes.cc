#include "audit/access_notes.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/grpc_status.h"
#include "base/log.h"
#include "base/utf8.h"

namespace footnote {
namespace {

// True where the disk is what stands in the way.
bool CantWrite(const absl::Status& status) {
  return absl::IsResourceExhausted(status) ||
         absl::IsPermissionDenied(status) || absl::IsUnavailable(status) ||
         absl::IsInternal(status);
}

std::string Now() {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", absl::Now(),
                          absl::UTCTimeZone());
}

}  // namespace

absl::Status AccessNotes::Note(absl::string_view method,
                               absl::string_view target, const Scope& scope) {
  if (!ledger_->health().ok()) return absl::OkStatus();
  v1::AuditEvent event;
  event.set_kind(v1::AuditEvent::ACCESS);
  event.set_tenant(scope.tenant);
  event.set_principal(scope.principal);
  event.set_method(std::string(method));
  if (target.size() > kMostTargetBytes) {
    target = target.substr(0, FloorToCodePoint(target, kMostTargetBytes));
  }
  event.set_target(std::string(target));
  WriteSome();
  const absl::Status status = ledger_->AppendEvent(event).status();
  if (!CantWrite(status)) return status;
  const std::lock_guard<std::mutex> lock(mutex_);
  if (waiting_.size() >= kMostWaiting) {
    absl::Status full = absl::ResourceExhaustedError(status.message());
    SetErrorReason("DISK_FULL", &full);
    return full;
  }
  event.set_note(
      absl::StrCat("asked at ", Now(),
                   " UTC, when the log of answers could not be written"));
  Log(Severity::kError, "the record was read, and that can't be noted in it",
      {{"method", event.method()},
       {"target", event.target()},
       {"error", std::string(status.message())}});
  waiting_.push_back(std::move(event));
  return absl::OkStatus();
}

void AccessNotes::CatchUp() {
  while (WriteSome()) continue;
}

bool AccessNotes::WriteSome() {
  std::vector<v1::AuditEvent> events;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (writing_ || waiting_.empty()) return false;
    const size_t count = std::min(waiting_.size(), kWrittenTogether);
    events.assign(waiting_.begin(), waiting_.begin() + count);
    writing_ = true;
  }
  const absl::Status together = ledger_->AppendEvents(events).status();
  size_t done = together.ok() ? events.size() : 0;
  // One that can't be written at all keeps none of the others back.
  if (!together.ok() && !CantWrite(together)) {
    while (done < events.size() &&
           !CantWrite(ledger_->AppendEvent(events[done]).status())) {
      ++done;
    }
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  writing_ = false;
  waiting_.erase(waiting_.begin(), waiting_.begin() + done);
  return done > 0;
}

size_t AccessNotes::waiting() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return waiting_.size();
}

}  // namespace footnote
