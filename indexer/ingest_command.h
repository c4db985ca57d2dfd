#ifndef FOOTNOTE_INDEXER_INGEST_COMMAND_H_
#define FOOTNOTE_INDEXER_INGEST_COMMAND_H_

#include "base/cli.h"

namespace footnote {

// Adds `footnote ingest`. `context` must outlive `app`.
void AddIngestCommand(CLI::App* app, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_INGEST_COMMAND_H_
