// `footnote collection` and `footnote duplicates`.
#ifndef FOOTNOTE_INDEXER_COLLECTION_COMMAND_H_
#define FOOTNOTE_INDEXER_COLLECTION_COMMAND_H_

#include "base/cli.h"

namespace footnote {

void AddCollectionCommands(CLI::App* app, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_COLLECTION_COMMAND_H_
