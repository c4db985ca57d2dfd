// `footnote model`: what is in a file of weights, and what it computes.
#ifndef FOOTNOTE_MODEL_CLI_H_
#define FOOTNOTE_MODEL_CLI_H_

#include "base/cli.h"

namespace footnote {

// Adds to `app` the command `model` with
//   inspect PATH  architecture, sizes and tensors
//   golden, logits, bench: cli_run.h
//   merge: merge/cli.h
// and those of cli_text.h. `context` outlives `app`.
void RegisterModelCommands(CLI::App* app, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_CLI_H_
