#include "gateway/identity.h"

#include <grpc/grpc_security_constants.h>

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/certificate.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace footnote {
namespace {

// Proxies add headers of text. Between our processes they are "-bin": gRPC ends
// a process that sends other bytes than ASCII without.
constexpr char kPrincipalHeader[] = "footnote-principal";
constexpr char kTenantHeader[] = "footnote-tenant";
constexpr char kPrincipalBytes[] = "footnote-principal-bin";
constexpr char kTenantBytes[] = "footnote-tenant-bin";

absl::Status Unknown(absl::string_view message) {
  absl::Status status = absl::UnauthenticatedError(message);
  SetErrorReason("UNKNOWN_CALLER", &status);
  return status;
}

// The first of what gRPC knows the holder by.
std::string CertificateName(const grpc::AuthContext* auth) {
  if (auth == nullptr || !auth->IsPeerAuthenticated()) return "";
  const std::vector<grpc::string_ref> names = auth->GetPeerIdentity();
  return names.empty() ? "" : std::string(names[0].data(), names[0].size());
}

// Two of a kind may be the proxy's and one that the client smuggled past it.
absl::StatusOr<std::string> OneHeader(const grpc::ServerContextBase& context,
                                      const char* name) {
  const auto range = context.client_metadata().equal_range(name);
  const auto count = std::distance(range.first, range.second);
  if (count != 1) {
    return Unknown(absl::StrCat("header ", name, ": ", count, ", want 1"));
  }
  const grpc::string_ref value = range.first->second;
  if (!IsValidUtf8({value.data(), value.size()})) {
    return Unknown(absl::StrCat("header ", name, ": invalid UTF-8"));
  }
  return std::string(value.data(), value.size());
}

absl::StatusOr<Identity> IdentityInHeaders(
    const grpc::ServerContextBase& context, const char* principal,
    const char* tenant) {
  Identity identity;
  ASSIGN_OR_RETURN(identity.principal, OneHeader(context, principal));
  ASSIGN_OR_RETURN(identity.tenant, OneHeader(context, tenant));
  return identity;
}

absl::StatusOr<std::string> TenantInCertificate(const grpc::AuthContext* auth,
                                                const std::string& field) {
  if (CertificateName(auth).empty()) {
    return Unknown("certificate: missing, want a client's");
  }
  const auto pem = auth->FindPropertyValues(GRPC_X509_PEM_CERT_PROPERTY_NAME);
  if (pem.empty()) return Unknown("certificate: missing, want a client's");
  const absl::StatusOr<std::string> tenant =
      HolderField({pem[0].data(), pem[0].size()}, field);
  if (!tenant.ok()) return Unknown(tenant.status().message());
  return tenant;
}

}  // namespace

IdentityRules IdentityRulesOf(const v1::Config& config, bool for_gateways) {
  IdentityRules rules;
  rules.tenant_field = config.identity().tenant_field();
  rules.trusted_proxies.insert(config.identity().trusted_proxies().begin(),
                               config.identity().trusted_proxies().end());
  rules.tenant = config.identity().tenant();
  rules.for_gateways = for_gateways;
  for (const v1::CollectionOwner& owner : config.identity().collections()) {
    rules.owners[owner.collection()] = owner.tenant();
  }
  rules.trusts_all = for_gateways && config.tls().client_ca().empty();
  return rules;
}

std::string CallerName(const grpc::ServerContextBase& context) {
  return CertificateName(context.auth_context().get());
}

bool SpeaksForOthers(const grpc::ServerContextBase& context,
                     const IdentityRules& rules) {
  if (rules.trusts_all) return true;
  const std::string name = CallerName(context);
  return !name.empty() && rules.trusted_proxies.count(name) > 0;
}

absl::StatusOr<Identity> IdentityOf(const grpc::ServerContextBase& context,
                                    const IdentityRules& rules) {
  // An operator at a room's own port, where anybody is believed.
  const bool says_nothing =
      rules.trusts_all && context.client_metadata().count(kTenantBytes) == 0;
  if (SpeaksForOthers(context, rules) && !says_nothing) {
    if (rules.for_gateways) {
      return IdentityInHeaders(context, kPrincipalBytes, kTenantBytes);
    }
    ASSIGN_OR_RETURN(
        const Identity identity,
        IdentityInHeaders(context, kPrincipalHeader, kTenantHeader));
    if (identity.principal.empty() || identity.tenant.empty()) {
      return Unknown(absl::StrCat("headers ", kPrincipalHeader, " and ",
                                  kTenantHeader, ": empty, want names"));
    }
    return identity;
  }
  const auto auth = context.auth_context();
  Identity identity;
  identity.principal = CertificateName(auth.get());
  identity.tenant = rules.tenant;
  if (rules.tenant_field.empty()) return identity;
  ASSIGN_OR_RETURN(identity.tenant,
                   TenantInCertificate(auth.get(), rules.tenant_field));
  return identity;
}

absl::Status MayUse(const CollectionOwners& owners, const std::string& tenant,
                    const std::string& collection) {
  if (collection.empty() && !owners.empty()) {
    return absl::PermissionDeniedError(
        "collection: empty, want one: some are of other tenants");
  }
  const auto owner = owners.find(collection);
  if (owner == owners.end() || owner->second == tenant) {
    return absl::OkStatus();
  }
  absl::Status status = absl::NotFoundError(
      absl::StrCat("collection \"", collection, "\" does not exist"));
  SetErrorReason("COLLECTION_NOT_FOUND", &status);
  return status;
}

bool TellsTenantsApart(const IdentityRules& rules) {
  return !rules.tenant_field.empty() || !rules.trusted_proxies.empty();
}

absl::Status MayActForAll(const grpc::ServerContextBase& context,
                          const IdentityRules& rules) {
  // A gateway has asked this at its own door.
  if (!TellsTenantsApart(rules) ||
      (rules.for_gateways && SpeaksForOthers(context, rules))) {
    return absl::OkStatus();
  }
  ASSIGN_OR_RETURN(const Identity identity, IdentityOf(context, rules));
  if (identity.tenant == rules.tenant) return absl::OkStatus();
  return absl::PermissionDeniedError(absl::StrCat(
      "tenant \"", identity.tenant,
      "\": this is about the data of all tenants, want a caller of the "
      "server's own (identity.tenant)"));
}

void AddIdentity(const Identity& identity, grpc::ClientContext* context) {
  context->AddMetadata(kPrincipalBytes, identity.principal);
  context->AddMetadata(kTenantBytes, identity.tenant);
}

}  // namespace footnote
