// The commands of `footnote model` that compute.
#ifndef FOOTNOTE_MODEL_CLI_RUN_H_
#define FOOTNOTE_MODEL_CLI_RUN_H_

#include "base/cli.h"

namespace footnote {

// Adds to `model`:
//   golden PATH    compares with golden.safetensors in the folder
//   logits PATH    logits of token ids
//   generate PATH  continues a text
//   bench PATH     tokens per second
// `context` outlives `model`.
void RegisterModelRunCommands(CLI::App* model, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_CLI_RUN_H_
