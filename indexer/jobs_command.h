#ifndef FOOTNOTE_INDEXER_JOBS_COMMAND_H_
#define FOOTNOTE_INDEXER_JOBS_COMMAND_H_

#include "base/cli.h"

namespace footnote {

// Adds `footnote jobs`. `context` must outlive `app`.
void AddJobsCommand(CLI::App* app, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_JOBS_COMMAND_H_
