// All rooms of one store in this process, behind a channel.
#ifndef FOOTNOTE_GATEWAY_EMBEDDED_H_
#define FOOTNOTE_GATEWAY_EMBEDDED_H_

#include <grpcpp/channel.h>

#include <memory>

#include "absl/status/statusor.h"
#include "gateway/rooms.h"
#include "proto/footnote/v1/config.pb.h"

namespace footnote {

// A channel to the five services over config.store(); no port, no network.
// They end with the last copy of the channel, stubs included. Errors: as
// Rooms::Open. `hears_ahead` as in StoreUse.
absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenEmbedded(
    const v1::Config& config, NoStore no_store = NoStore::kIsMade,
    bool hears_ahead = false);

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_EMBEDDED_H_
