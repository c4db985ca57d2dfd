// The commands of `footnote model` that are about text.
#ifndef FOOTNOTE_MODEL_CLI_TEXT_H_
#define FOOTNOTE_MODEL_CLI_TEXT_H_

#include "base/cli.h"

namespace footnote {

// Adds to `model`
//   tokenize PATH  the pieces of each line of standard input
//   render PATH    the prompt that the model's template makes of a request
// `context` outlives `model`.
void AddTextCommands(CLI::App* model, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_CLI_TEXT_H_
