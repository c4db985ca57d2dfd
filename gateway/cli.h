// The gateway's own commands: ask, health, config check.
#ifndef FOOTNOTE_GATEWAY_CLI_H_
#define FOOTNOTE_GATEWAY_CLI_H_

#include <functional>

#include "absl/status/statusor.h"
#include "base/cli.h"
#include "proto/footnote/v1/config.pb.h"

namespace footnote {

// `config` gives the configuration in force (file, flags and defaults,
// checked); commands call it when they run. `context` must outlive `app`.
void RegisterGatewayCommands(
    CLI::App* app, CliContext* context,
    std::function<absl::StatusOr<v1::Config>()> config);

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_CLI_H_
