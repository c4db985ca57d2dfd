// `footnote eval`: how good are the answers?
//
//   footnote eval qa --data DIR [--languages en,de] [--crosslingual en]
//   footnote eval parallel --data DIR
//   footnote eval headings --data DIR
//
// each with --report OUT.json. qa and headings run the rooms of this process
// over a store in a temporary folder: the same code path as the server.
#ifndef FOOTNOTE_EVAL_CLI_H_
#define FOOTNOTE_EVAL_CLI_H_

#include "base/cli.h"

namespace footnote {

// Adds the command `eval` with the three above, and `forecast table` below the
// command `forecast`. `context` outlives `app`. REQUIRES: `app` has `forecast`
void RegisterEvalCommands(CLI::App* app, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_EVAL_CLI_H_
