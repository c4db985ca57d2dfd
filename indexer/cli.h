// The indexer's commands: ingest, jobs, show, documents,
// delete, stats.
#ifndef FOOTNOTE_INDEXER_CLI_H_
#define FOOTNOTE_INDEXER_CLI_H_

#include "base/cli.h"

namespace footnote {

// `context` must outlive `app`.
void RegisterIndexerCommands(CLI::App* app, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_CLI_H_
