#include "gateway/caller.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace footnote {
namespace {

using Clock = std::chrono::system_clock;

Clock::time_point DeadlineOf(const grpc::ServerContext& context,
                             absl::Duration default_timeout) {
  if (default_timeout == absl::InfiniteDuration()) return context.deadline();
  // gRPC stands for "none" by a time far in the future.
  const Clock::time_point far =
      absl::ToChronoTime(absl::Now() + absl::Hours(24 * 365));
  if (context.deadline() < far) return context.deadline();
  return absl::ToChronoTime(absl::Now() + default_timeout);
}

}  // namespace

Caller::Caller(const grpc::ServerContext* context,
               absl::Duration default_timeout, Identity identity,
               const CollectionOwners* owners)
    : context_(*context),
      deadline_(DeadlineOf(*context, default_timeout)),
      identity_(std::move(identity)),
      owners_(owners) {}

absl::Status Caller::MayUse(const std::string& collection) const {
  if (owners_ == nullptr) return absl::OkStatus();
  return footnote::MayUse(*owners_, identity_.tenant, collection);
}

std::unique_ptr<grpc::ClientContext> Caller::Pass() const {
  // Carries cancellation; the deadline is set again, for a caller without one.
  std::unique_ptr<grpc::ClientContext> context =
      grpc::ClientContext::FromServerContext(context_);
  context->set_deadline(deadline_);
  // For the audit room, which shows a tenant's answers and notes who looked.
  AddIdentity(identity_, context.get());
  return context;
}

absl::Status Caller::StillWaits(absl::string_view next_stage) const {
  if (Clock::now() >= deadline_) {
    return absl::DeadlineExceededError(
        absl::StrCat("the deadline passed before ", next_stage));
  }
  if (context_.IsCancelled()) {
    return absl::CancelledError(
        absl::StrCat("the caller cancelled before ", next_stage));
  }
  return absl::OkStatus();
}

absl::Duration Caller::TimeLeft() const {
  return std::max(absl::ZeroDuration(),
                  absl::FromChrono(deadline_ - Clock::now()));
}

}  // namespace footnote
