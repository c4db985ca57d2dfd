// Who asks, until when, and whether he still waits: what every call to a room
// carries on.
#ifndef FOOTNOTE_GATEWAY_CALLER_H_
#define FOOTNOTE_GATEWAY_CALLER_H_

#include <grpcpp/client_context.h>
#include <grpcpp/server_context.h>

#include <memory>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "gateway/identity.h"

namespace footnote {

// The caller of one RPC. Safe from many threads; must not outlive the RPC's
// ServerContext.
class Caller {
 public:
  // `default_timeout` holds where the caller sent no deadline;
  // absl::InfiniteDuration() gives it none. `identity` is who calls, where the
  // rooms are to know it; `owners`, which must outlive this object, whose
  // collections are whose; null: nobody's.
  Caller(const grpc::ServerContext* context, absl::Duration default_timeout,
         Identity identity = {}, const CollectionOwners* owners = nullptr);

  // For one call to a room, on behalf of the caller: ends at his deadline, and
  // at once when he cancels or goes away.
  std::unique_ptr<grpc::ClientContext> Pass() const;

  // Cancelled or DeadlineExceeded when nobody waits any more, naming the
  // stage that was not begun; asked between stages.
  absl::Status StillWaits(absl::string_view next_stage) const;

  // Until the deadline; not below 0.
  absl::Duration TimeLeft() const;

  const Identity& identity() const { return identity_; }

  // Whether he may do anything with the collection; see footnote::MayUse.
  absl::Status MayUse(const std::string& collection) const;

 private:
  const grpc::ServerContext& context_;
  const std::chrono::system_clock::time_point deadline_;
  const Identity identity_;
  const CollectionOwners* const owners_;
};

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_CALLER_H_
