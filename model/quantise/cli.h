// `footnote model quantise`.
#ifndef FOOTNOTE_MODEL_QUANTISE_CLI_H_
#define FOOTNOTE_MODEL_QUANTISE_CLI_H_

#include "base/cli.h"

namespace footnote {

// Adds to `model`
//   quantise SOURCE TARGET --type TYPE  writes weights anew, in fewer bits
// `context` outlives `model`.
void AddQuantiseCommand(CLI::App* model, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_QUANTISE_CLI_H_
