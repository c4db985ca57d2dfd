// `footnote model merge`.
#ifndef FOOTNOTE_MODEL_MERGE_CLI_H_
#define FOOTNOTE_MODEL_MERGE_CLI_H_

#include "base/cli.h"

namespace footnote {

// Adds to `model`
//   merge RECIPE OUT  merges checkpoints of one architecture into one
// `context` outlives `model`.
void AddMergeCommand(CLI::App* model, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_MERGE_CLI_H_
