// Commands of `audit`: `export`, `check`, `key`, `checkpoint`, `proof`,
// `consistency`.
#ifndef FOOTNOTE_AUDIT_PROOF_COMMANDS_H_
#define FOOTNOTE_AUDIT_PROOF_COMMANDS_H_

#include "base/cli.h"

namespace footnote {

void RegisterProofCommands(CLI::App* group, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_PROOF_COMMANDS_H_
