// `footnote forecast FILE`: the next values of a series in a file.
#ifndef FOOTNOTE_FORECAST_CLI_H_
#define FOOTNOTE_FORECAST_CLI_H_

#include "base/cli.h"

namespace footnote {

// Adds the command `forecast`. `context` outlives `app`.
void RegisterForecastCommands(CLI::App* app, CliContext* context);

}  // namespace footnote

#endif  // FOOTNOTE_FORECAST_CLI_H_
