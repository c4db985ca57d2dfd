// Commands of `audit`: `erase-subject`, `erase-document`, `retention`,
// `hold`, `lift`.
#ifndef FOOTNOTE_AUDIT_ERASE_COMMANDS_H_
#define FOOTNOTE_AUDIT_ERASE_COMMANDS_H_

#include "base/cli.h"

namespace footnote {

void RegisterEraseCommands(CLI::App* group, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_ERASE_COMMANDS_H_
