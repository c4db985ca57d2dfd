// The commands `verify` and `answers`.
#ifndef FOOTNOTE_AUDIT_CLI_H_
#define FOOTNOTE_AUDIT_CLI_H_

#include "base/cli.h"

namespace footnote {

// Adds to `app`:
//   verify ANSWER… | --chain   checks answers, or the whole record
//   answers [--citing DOCUMENT]  lists recorded answers
void RegisterAuditCommands(CLI::App* app, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_CLI_H_
