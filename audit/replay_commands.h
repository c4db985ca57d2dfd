// Commands of `audit`: `replay`, `impact`.
#ifndef FOOTNOTE_AUDIT_REPLAY_COMMANDS_H_
#define FOOTNOTE_AUDIT_REPLAY_COMMANDS_H_

#include "base/cli.h"

namespace footnote {

void RegisterReplayCommands(CLI::App* group, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_REPLAY_COMMANDS_H_
