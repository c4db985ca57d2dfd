// The Audit service: RPC in, Status out.
#ifndef FOOTNOTE_AUDIT_AUDIT_SERVICE_H_
#define FOOTNOTE_AUDIT_AUDIT_SERVICE_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "audit/retention.h"
#include "storage/store.h"

namespace grpc {
class Service;
}

namespace footnote {

struct AuditOptions {
  // See LedgerOptions.
  std::string keyring;
  std::string origin;
  // Where the master key comes from; all empty: a file beside the keyring.
  std::string master_key_file;
  std::string master_key_environment;
  std::string master_key_command;
  RetentionPolicy retention;
  // See LedgerOptions.
  bool reads_when_full = false;
  // The folder within which backups may be made; empty: none may.
  std::string backups;
  // Address and public key, as text, of each witness.
  std::vector<std::pair<std::string, std::string>> witnesses;
  // Whether this process is about to end: then nobody is kept waiting for what
  // comes. May be empty.
  std::function<bool()> is_stopping;
};

// The service, and whether it can do its work. Both are safe from many threads.
struct AuditRoom {
  std::unique_ptr<grpc::Service> service;
  // OK while records reach the disk: see Ledger::CheckWritable. Not after the
  // service's end.
  std::function<absl::Status()> recording;
};

// See proto/footnote/v1/audit.proto. `folder` is made
// when missing; one process at a time holds it. `store` may be a secondary; it
// must outlive the service.
// It believes its callers whom they call for: never at a door of its own,
// always behind NewAuditProxy (gateway/proxy.h).
//   FailedPrecondition  another process holds the folder
//   and the errors of Kv
absl::StatusOr<AuditRoom> NewAuditService(Store* store,
                                          const std::string& folder,
                                          const AuditOptions& options);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_AUDIT_SERVICE_H_
