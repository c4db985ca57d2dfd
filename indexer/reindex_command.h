// `footnote reindex`: another encoder for a collection, compared before it
// counts.
#ifndef FOOTNOTE_INDEXER_REINDEX_COMMAND_H_
#define FOOTNOTE_INDEXER_REINDEX_COMMAND_H_

#include "base/cli.h"

namespace footnote {

// Adds `footnote reindex`. `context` must outlive `app`.
void AddReindexCommand(CLI::App* app, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_REINDEX_COMMAND_H_
