// What a server says of itself by gRPC's standard health service.
#ifndef FOOTNOTE_GATEWAY_HEALTH_H_
#define FOOTNOTE_GATEWAY_HEALTH_H_

#include <grpcpp/channel.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace footnote {

// Whether `service`, such as "footnote.v1.Answers", is served; "": all.
//   NotFound  the server has no such service
//   and what became of the call
absl::StatusOr<bool> IsServing(const std::shared_ptr<grpc::Channel>& channel,
                               const std::string& service,
                               absl::Duration patience);

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_HEALTH_H_
