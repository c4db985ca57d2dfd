// Who a caller is and whose data he sees: from his certificate, or from a proxy
// that is trusted to say it. Every function may be called from many threads.
#ifndef FOOTNOTE_GATEWAY_IDENTITY_H_
#define FOOTNOTE_GATEWAY_IDENTITY_H_

#include <grpcpp/client_context.h>
#include <grpcpp/server_context.h>

#include <map>
#include <set>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "proto/footnote/v1/config.pb.h"

namespace footnote {

// In UTF-8.
struct Identity {
  // As CallerName, or as a proxy says.
  std::string principal;
  std::string tenant;
};

// Which collections are whose. Immutable.
using CollectionOwners = std::map<std::string, std::string>;

// How one door tells who comes; see IdentityConfig.
struct IdentityRules {
  std::string tenant_field;
  std::set<std::string> trusted_proxies;
  std::string tenant;
  // The door of a room that is a process of its own: gateways come there, and
  // say for whom in the words of AddIdentity.
  bool for_gateways = false;
  // Such a door that asks nobody for a certificate believes all who reach it.
  bool trusts_all = false;
  CollectionOwners owners;
};

// `for_gateways`: for the door of a room that is a process of its own.
IdentityRules IdentityRulesOf(const v1::Config& config, bool for_gateways);

// The name in the certificate that TLS verified: the first of its alternative
// names, or its common name where it has none. Empty without a certificate.
std::string CallerName(const grpc::ServerContextBase& context);

// Whether the caller may say for whom he calls.
bool SpeaksForOthers(const grpc::ServerContextBase& context,
                     const IdentityRules& rules);

// Unauthenticated, reason UNKNOWN_CALLER, where the rules want more than the
// caller shows: a tenant in his certificate, headers from a proxy.
absl::StatusOr<Identity> IdentityOf(const grpc::ServerContextBase& context,
                                    const IdentityRules& rules);

// Whether `tenant` may do anything with the collection; "" stands for all of
// them.
//   NotFound          COLLECTION_NOT_FOUND: it is another's, and does not exist
//                     for him
//   PermissionDenied  all, and some are somebody's
absl::Status MayUse(const CollectionOwners& owners, const std::string& tenant,
                    const std::string& collection);

// Whether callers may be of several tenants.
bool TellsTenantsApart(const IdentityRules& rules);

// Whether the caller may have done what is about the data of all tenants: he is
// of the server's own tenant, `rules.tenant`, or there is no other.
//   PermissionDenied  he is of another
//   and the errors of IdentityOf
absl::Status MayActForAll(const grpc::ServerContextBase& context,
                          const IdentityRules& rules);

// Says to a room for whom it is called.
void AddIdentity(const Identity& identity, grpc::ClientContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_IDENTITY_H_
