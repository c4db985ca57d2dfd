// The commands `verify`, `answers`, `audit` and `witness`.
#ifndef FOOTNOTE_AUDIT_CLI_H_
#define FOOTNOTE_AUDIT_CLI_H_

#include "base/cli.h"

namespace footnote {

// Adds to `app`:
//   verify ANSWER… | --chain   checks answers, or the whole record
//   answers [--citing DOCUMENT]  lists recorded answers
//   audit …                    see audit_commands.h
//   witness                    signs what logs of others write
void RegisterAuditCommands(CLI::App* app, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_CLI_H_
