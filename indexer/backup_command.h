// `footnote backup`: create, list, verify, restore, remove.
#ifndef FOOTNOTE_INDEXER_BACKUP_COMMAND_H_
#define FOOTNOTE_INDEXER_BACKUP_COMMAND_H_

#include "base/cli.h"

namespace footnote {

void AddBackupCommand(CLI::App* app, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_BACKUP_COMMAND_H_
