// The commands `audit …`: for who proves, exports, erases.
#ifndef FOOTNOTE_AUDIT_AUDIT_COMMANDS_H_
#define FOOTNOTE_AUDIT_AUDIT_COMMANDS_H_

#include "absl/status/status.h"
#include "base/cli.h"
#include "proto/footnote/v1/audit.grpc.pb.h"

namespace footnote {

// Has the whole log checked and prints what is found, line by line: for `audit
// fsck` and `verify --chain`. What is damaged sets kExitNotVerified.
absl::Status PrintChainCheck(v1::Audit::Stub* audit,
                             const v1::VerifyChainRequest& request,
                             CliContext* context);

// Adds to `app` the command `audit` with its own commands; `audit --help` lists
// them.
void RegisterAuditGroup(CLI::App* app, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_AUDIT_COMMANDS_H_
