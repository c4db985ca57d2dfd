// What every command of the program shares: global flags, the channel to the
// rooms, exit codes and the two ways of printing.
//
// Each room's cli.h has one function,
//   void Register<Room>Commands(CLI::App* app, CliContext* context);
// which adds its commands with AddCommand. A command's body runs after all
// flags were read, on the main thread, and returns a status; FinishCommand
// prints an error and chooses the exit code.
#ifndef FOOTNOTE_BASE_CLI_H_
#define FOOTNOTE_BASE_CLI_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace CLI {
class App;
}
namespace google {
namespace protobuf {
class Message;
}
}  // namespace google
namespace grpc {
class Channel;
}

namespace footnote {

// What the program returns to scripts.
enum ExitCode {
  kExitOk = 0,
  // Anything that is not below.
  kExitFailure = 1,
  // A flag, argument or configuration file is wrong.
  kExitUsage = 2,
  // What was named does not exist: collection, document, version, answer.
  kExitNotFound = 3,
  // `verify`: a citation or the record does not check.
  kExitNotVerified = 4,
  // `ask`: no answer, with a reason.
  kExitAbstained = 5,
  // `ingest`: some files failed; the others are in.
  kExitPartial = 6,
  // No server at the address, the store is held by another process, or time
  // ran out.
  kExitUnavailable = 7,
};

// The text that --help shows about the codes above.
extern const char kExitCodesHelp[];

// Lives in main for the whole run. Not thread-safe.
struct CliContext {
  // --server host:port; empty: the rooms run in this process.
  std::string server;
  // --store DIR, for the rooms in this process.
  std::string store;
  // --collection ID
  std::string collection;
  // --json: one JSON object on standard output instead of text for people;
  // commands that stream print one object a line.
  bool json = false;
  // --quiet: no progress and no remarks; results and errors only.
  bool quiet = false;
  // --config FILE
  std::string config;

  // A channel to all services: to `server`, or to rooms of this process over
  // `store`, opened by the first call. The rooms close when the last copy of
  // the channel goes, and this context holds one.
  std::function<absl::StatusOr<std::shared_ptr<grpc::Channel>>()> connect;

  // The same rooms over another store, made when it does not exist; for
  // measurements in a temporary folder. They close with the last copy of the
  // channel.
  std::function<absl::StatusOr<std::shared_ptr<grpc::Channel>>(
      const std::string& store)>
      open_store;

  // The body of the command that was chosen; set by AddCommand's callback.
  std::function<absl::Status()> run;

  // A command that did its work and has something to tell (abstained, not
  // verified, partial) sets this and returns OK.
  int exit_code = kExitOk;
};

// Adds the command `name` to `app`; `body` is what main runs when it was
// chosen. Returns the command, for its options.
//
//   auto options = std::make_shared<ShowOptions>();
//   CLI::App* show = AddCommand(app, context, "show", "print a document",
//                               [=] { return Show(*options, context); });
//   show->add_option("document", options->document)->required();
CLI::App* AddCommand(CLI::App* app, CliContext* context,
                     const std::string& name, const std::string& description,
                     std::function<absl::Status()> body);

// Prints `status` to standard error unless OK, as "footnote: message" or, with
// context.json, as {"error": {"code", "reason", "message"}} on standard
// output. Returns the exit code: context.exit_code when OK.
int FinishCommand(const CliContext& context, const absl::Status& status);

// The exit code that `status` stands for.
int ExitCodeOf(const absl::Status& status);

// `message` as JSON in one line, with the proto's own field names, default
// values included; bytes as lower-case hexadecimal where the field's name ends
// in "sha256", else base 64.
std::string ToJson(const google::protobuf::Message& message);

// The same, indented by one space per level.
std::string ToPrettyJson(const google::protobuf::Message& message);

// Writes `line` and a newline to standard output.
void PrintLine(absl::string_view line);

}  // namespace footnote

#endif  // FOOTNOTE_BASE_CLI_H_
