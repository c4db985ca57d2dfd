// The rooms' services behind the gateway's own door, where the rooms are other
// processes: a client needs one address. And where collections are somebody's:
// nothing reaches the indexer and the retriever past these.
//
// Every call is passed on as it is, with the caller's deadline and
// cancellation, and its status comes back as it was. Safe from many threads.
#ifndef FOOTNOTE_GATEWAY_PROXY_H_
#define FOOTNOTE_GATEWAY_PROXY_H_

#include <grpcpp/impl/service_type.h>

#include <memory>

#include "gateway/identity.h"
#include "gateway/load.h"
#include "gateway/room_stubs.h"

namespace footnote {

// `rooms` and `load` must outlive the services. `load` hears what language
// models write. `rules` say who calls, and whose collections are whose.
std::unique_ptr<grpc::Service> NewIndexerProxy(const RoomStubs* rooms,
                                               const IdentityRules& rules);
std::unique_ptr<grpc::Service> NewRetrieverProxy(const RoomStubs* rooms,
                                                 const IdentityRules& rules);
std::unique_ptr<grpc::Service> NewGeneratorProxy(const RoomStubs* rooms,
                                                 const IdentityRules& rules,
                                                 Load* load);
std::unique_ptr<grpc::Service> NewForecasterProxy(const RoomStubs* rooms);

// The audit room behind a door: `rules` say on whose behalf it is asked. It is
// never at a door without, in the same process neither. Answers are recorded by
// Ask alone, and by gateways where the door is for them.
std::unique_ptr<grpc::Service> NewAuditProxy(const RoomStubs* rooms,
                                             const IdentityRules& rules);

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_PROXY_H_
