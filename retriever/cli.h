// The retriever's command: `footnote search`.
#ifndef FOOTNOTE_RETRIEVER_CLI_H_
#define FOOTNOTE_RETRIEVER_CLI_H_

#include "base/cli.h"

namespace footnote {

// Adds `search` to `app`. `context` must outlive `app`.
void RegisterRetrieverCommands(CLI::App* app, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_CLI_H_
