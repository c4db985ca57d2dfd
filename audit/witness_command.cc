#include "audit/witness_command.h"

#include <signal.h>
#include <stdio.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "audit/http.h"
#include "audit/note.h"
#include "audit/witness.h"
#include "base/file.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

struct Options {
  std::string state;
  std::string name;
  std::vector<std::string> logs;
  std::string listen = "127.0.0.1:7790";
};

// A key, or the file that holds it.
absl::StatusOr<Verifier> ReadVerifier(const std::string& text) {
  const absl::StatusOr<Verifier> direct = ParseVerifier(text);
  if (direct.ok()) return direct;
  const absl::StatusOr<std::string> file = ReadFile(text, 4096);
  if (!file.ok() && text.find('+') == std::string::npos) return file.status();
  if (!file.ok()) return direct;
  return ParseVerifier(absl::StripSuffix(*file, "\n"));
}

absl::Status Run(const Options& options) {
  std::vector<Verifier> logs;
  for (const std::string& log : options.logs) {
    ASSIGN_OR_RETURN(Verifier verifier, ReadVerifier(log));
    logs.push_back(std::move(verifier));
  }
  const size_t colon = options.listen.rfind(':');
  int port = 0;
  if (colon == std::string::npos ||
      !absl::SimpleAtoi(options.listen.substr(colon + 1), &port)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--listen: ", options.listen, ", want host:port"));
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<Witness> witness,
                   Witness::Open(options.state, options.name, logs));
  // The threads of the server inherit this, so that the signal comes here.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  const std::string host = options.listen.substr(0, colon);
  ASSIGN_OR_RETURN(
      const std::unique_ptr<HttpServer> server,
      HttpServer::Start(
          host, port, "/add-checkpoint", [&witness](const std::string& body) {
            Witness::Answer answer = witness->AddCheckpoint(body);
            return HttpAnswer{answer.status, std::move(answer.body)};
          }));
  PrintLine(absl::StrCat("witness ", VerifierText(witness->verifier()),
                         " at http://", host, ":", server->port()));
  fflush(stdout);
  int signal = 0;
  sigwait(&ends, &signal);
  return absl::OkStatus();
}

}  // namespace

void RegisterWitness(CLI::App* app, CliContext* context) {
  auto options = std::make_shared<Options>();
  CLI::App* witness =
      AddCommand(app, context, "witness",
                 "Sign what logs write, as long as they change nothing",
                 [=] { return Run(*options); });
  witness
      ->add_option("--state", options->state,
                   "folder of its key and of what it signed last")
      ->required();
  witness->add_option("--name", options->name, "its name, such as a host's")
      ->required();
  witness
      ->add_option("--log", options->logs,
                   "public key of a log, or a file with it; several are "
                   "allowed")
      ->required();
  witness->add_option("--listen", options->listen,
                      "host:port (default 127.0.0.1:7790)");
  witness->footer(
      "Speaks C2SP tlog-witness. Run it where the log's operator has no say.");
}

}  // namespace footnote
