// The command `witness`.
#ifndef FOOTNOTE_AUDIT_WITNESS_COMMAND_H_
#define FOOTNOTE_AUDIT_WITNESS_COMMAND_H_

#include "base/cli.h"

namespace footnote {

// Adds to `app`:
//   witness --state DIR --name NAME --log KEY…   signs until SIGTERM
void RegisterWitness(CLI::App* app, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_WITNESS_COMMAND_H_
