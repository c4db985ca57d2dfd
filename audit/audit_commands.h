// The commands `audit …`: for who proves, exports, erases.
#ifndef FOOTNOTE_AUDIT_AUDIT_COMMANDS_H_
#define FOOTNOTE_AUDIT_AUDIT_COMMANDS_H_

#include "base/cli.h"

namespace footnote {

// Adds to `app` the command `audit` with its own commands; `audit --help` lists
// them.
void RegisterAuditGroup(CLI::App* app, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_AUDIT_COMMANDS_H_
