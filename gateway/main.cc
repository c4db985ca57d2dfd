// The program: flags to objects, and run.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "audit/cli.h"
#include "base/cli.h"
#include "base/first_process.h"
#include "base/last_words.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "base/version.h"
#include "eval/cli.h"
#include "forecast/cli.h"
#include "gateway/channel.h"
#include "gateway/cli.h"
#include "gateway/config.h"
#include "gateway/embedded.h"
#include "gateway/serve.h"
#include "indexer/cli.h"
#include "kernels/dispatch.h"
#include "model/cli.h"
#include "retriever/cli.h"
#include "storage/held.h"
#include "storage/segment_format.h"
#include "text/analyzer.h"

namespace footnote {
namespace {

// What the flags said; empty where a flag was not given.
struct Flags {
  v1::Config config;
  bool log_json = false;
  bool version = false;
  // Nobody said which encoder, and there is none to find.
  bool lacks_encoder = false;
  ServeOptions serve;
};

// What the process is to those whom it talks to.
enum class Part { kServer, kClient, kOwnRooms };

// Flags override the file, the file overrides the defaults.
absl::StatusOr<v1::Config> ConfigInForce(const CliContext& context, Part part,
                                         Flags* flags) {
  v1::Config config;
  if (!context.config.empty()) {
    ASSIGN_OR_RETURN(config, ReadConfig(context.config));
  }
  config.MergeFrom(flags->config);
  if (flags->log_json) config.mutable_log()->set_json(true);
  if (part != Part::kServer && config.log().level().empty()) {
    config.mutable_log()->set_level("warning");
  }
  const bool says_encoder =
      !config.encoder().path().empty() || getenv("FOOTNOTE_ENCODER") != nullptr;
  config = WithDefaults(std::move(config));
  flags->lacks_encoder = !says_encoder && config.encoder().path() == "none";
  RETURN_IF_ERROR(part == Part::kClient ? CheckClientConfig(config)
                                        : CheckConfig(config));
  LogOptions log;
  log.json = config.log().json();
  log.level = config.log().level();
  RETURN_IF_ERROR(ConfigureLog(log));
  return config;
}

void RemarkNoEncoder() {
  Log(Severity::kWarning,
      "no encoder: passages get no vectors, questions are found by their words "
      "alone",
      {{"want", "footnote-23.enc in a folder that FOOTNOTE_MODELS names"}});
}

void AddGlobalFlags(CLI::App* app, CliContext* context, Flags* flags) {
  const auto text = [app](const char* name, std::string* value,
                          const char* help) {
    return app->add_option(name, *value, help)->group("Global flags");
  };
  // A script's variable that nobody set must not lead to another store.
  const auto is_said = [](const std::string& value) -> std::string {
    return value.empty() ? "empty, want what it names, or the flag left out"
                         : "";
  };
  text("--server", &context->server,
       "host:port of a server; without it the rooms run in this process")
      ->check(is_said);
  text("--store", flags->config.mutable_store(),
       "folder of the rooms in this process "
       "(default $FOOTNOTE_STORE, else ~/.local/share/footnote)")
      ->check(is_said);
  text("-c,--collection", &context->collection, "collection")
      ->capture_default_str();
  text("--tenant", flags->config.mutable_identity()->mutable_tenant(),
       "whose answers the rooms in this process record and show "
       "(a server knows it by the caller's certificate)");
  text("--config", &context->config, "configuration file (textproto)")
      ->check(is_said);
  text("--encoder", flags->config.mutable_encoder()->mutable_path(),
       "weights of the encoder, or none (default $FOOTNOTE_ENCODER)");
  text("--second-opinion",
       flags->config.mutable_encoder()->mutable_second_opinion(),
       "when the rooms in this process ask the second encoder: across "
       "(languages); heard: at home too where it costs nothing; always, better "
       "and slower (default $FOOTNOTE_SECOND_OPINION, else heard)");
  text("--model-path", flags->config.mutable_model()->mutable_path(),
       "folder of language models, or one, which then writes "
       "(default $FOOTNOTE_MODELS)");
  text("--ocr", flags->config.mutable_ocr(),
       "languages that scanned documents may be in, such as en,de, or all "
       "(default: none, and scanned pages and images are not read)");
  app->add_option_function<int>(
         "--threads",
         [flags](int threads) {
           flags->config.mutable_resources()->set_threads(threads);
         },
         "threads (default: one per CPU)")
      ->check(CLI::Range(1, 1024))
      ->group("Global flags");
  app->add_option_function<uint64_t>(
         "--memory-mb",
         [flags](uint64_t megabytes) {
           flags->config.mutable_resources()->set_memory_bytes(megabytes << 20);
         },
         "memory that ingestion may take (default 768)")
      ->check(CLI::Range(64, 1 << 24))
      ->group("Global flags");
  text("--log-level", flags->config.mutable_log()->mutable_level(),
       "debug, info, warning, error or off");
  app->add_flag("--log-json", flags->log_json, "log lines as JSON")
      ->group("Global flags");
  app->add_flag("--json", context->json, "results as JSON")
      ->group("Global flags");
  app->add_flag("-q,--quiet", context->quiet, "no progress, no remarks")
      ->group("Global flags");
  app->add_flag("--version", flags->version, "print the version and end")
      ->group("Global flags");
}

bool UsesEncoder(const std::string& room) {
  return room == "all" || room == "indexer" || room == "retriever";
}

void AddServe(CLI::App* app, CliContext* context, Flags* flags,
              std::function<absl::StatusOr<v1::Config>()> config) {
  CLI::App* serve =
      AddCommand(app, context, "serve", "Serve over gRPC until SIGTERM", [=] {
        absl::StatusOr<v1::Config> in_force = config();
        if (!in_force.ok()) return in_force.status();
        flags->serve.json = context->json;
        if (flags->lacks_encoder && UsesEncoder(flags->serve.room)) {
          RemarkNoEncoder();
        }
        const absl::Status status = Serve(*in_force, flags->serve);
        // An exit code of its own.
        return IsHeldByAnother(status)
                   ? absl::UnavailableError(status.message())
                   : status;
      });
  v1::Config* set = &flags->config;
  serve->add_option("room", flags->serve.room, "what this process serves")
      ->check(CLI::IsMember(
          {"all", "indexer", "retriever", "generator", "audit", "gateway"}))
      ->capture_default_str();
  serve->add_option("--listen", *set->mutable_listen(),
                    "host:port; port 0 takes a free one and prints it "
                    "(default 127.0.0.1:7700)");
  serve->add_option("--metrics", *set->mutable_metrics(),
                    "host:port of Prometheus's /metrics (default: none)");
  serve->add_option("--backups", *set->mutable_backups(),
                    "folder within which `backup create` may work "
                    "(default: none, and it may not)");
  v1::RoomAddresses* rooms = set->mutable_rooms();
  serve->add_option("--indexer", *rooms->mutable_indexer(),
                    "serve gateway: host:port of the indexer");
  serve->add_option("--retriever", *rooms->mutable_retriever(),
                    "serve gateway: host:port of the retriever");
  serve->add_option("--generator", *rooms->mutable_generator(),
                    "serve gateway: host:port of the generator");
  serve->add_option("--audit", *rooms->mutable_audit(),
                    "serve gateway: host:port of the audit room");
  serve->footer(
      "Examples:\n"
      "  footnote serve --store /var/lib/footnote --listen 0.0.0.0:7700\n"
      "  footnote serve --config /etc/footnote/footnote.textproto\n"
      "As processes of their own, on one machine:\n"
      "  footnote serve indexer   --store S --listen 127.0.0.1:7701\n"
      "  footnote serve retriever --store S --listen 127.0.0.1:7702\n"
      "  footnote serve generator           --listen 127.0.0.1:7703\n"
      "  footnote serve audit     --store S --listen 127.0.0.1:7704\n"
      "  footnote serve gateway --listen 127.0.0.1:7700 \\\n"
      "    --indexer 127.0.0.1:7701 --retriever 127.0.0.1:7702 \\\n"
      "    --generator 127.0.0.1:7703 --audit 127.0.0.1:7704");
}

void PrintVersion(bool json) {
  const std::string analyzer = absl::StrCat(kAnalyzerVersion);
  const std::string segment = absl::StrCat(kSegmentFormatVersion);
  if (json) {
    PrintLine(absl::StrCat("{\"version\":\"", ProgramVersion(),
                           "\",\"commit\":\"", BuildCommit(),
                           "\",\"analyzer_version\":", analyzer,
                           ",\"segment_format_version\":", segment,
                           ",\"isa\":\"", IsaName(ActiveIsa()), "\"}"));
    return;
  }
  PrintLine(absl::StrCat("footnote ", ProgramVersion()));
  PrintLine(absl::StrCat("commit          ", BuildCommit()));
  PrintLine(absl::StrCat("analyser        ", analyzer));
  PrintLine(absl::StrCat("segment format  ", segment));
  PrintLine(absl::StrCat("instructions    ", IsaName(ActiveIsa())));
}

// Commands that begin none were given the wrong path.
NoStore WithoutStore(const CLI::App& app) {
  if (app.got_subcommand("ingest")) {
    const CLI::App& ingest = *app.get_subcommand("ingest");
    if (ingest.count("--retry") > 0 || ingest.count("--resume") > 0) {
      return NoStore::kIsAnError;
    }
    return ingest.count("--dry-run") > 0 ? NoStore::kHasStandIn
                                         : NoStore::kIsMade;
  }
  if (!app.got_subcommand("collection")) return NoStore::kIsAnError;
  const auto sets = [](const CLI::Option* option) {
    return option->count() > 0 && !option->check_name("--expire");
  };
  return app.get_subcommand("collection")->get_options(sets).empty()
             ? NoStore::kIsAnError
             : NoStore::kIsMade;
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> OpenOwnRooms(
    const v1::Config& config, NoStore no_store) {
  auto channel = OpenEmbedded(config, no_store);
  if (!IsHeldByAnother(channel.status())) return channel;
  return absl::UnavailableError(
      absl::StrCat(channel.status().message(),
                   "; where that is a server, name it: --server host:port"));
}

// The channel that all commands share, made by the first that asks.
std::function<absl::StatusOr<std::shared_ptr<grpc::Channel>>()> Connector(
    const CLI::App& app, const CliContext& context, const Flags& flags,
    std::function<absl::StatusOr<v1::Config>()> config) {
  auto channel = std::make_shared<std::shared_ptr<grpc::Channel>>();
  return [=, &app, &context,
          &flags]() -> absl::StatusOr<std::shared_ptr<grpc::Channel>> {
    if (*channel != nullptr) return *channel;
    ASSIGN_OR_RETURN(const v1::Config in_force, config());
    if (!context.server.empty() && !flags.config.identity().tenant().empty()) {
      return absl::InvalidArgumentError(
          absl::StrCat("--tenant ", flags.config.identity().tenant(),
                       ": --server knows its callers' tenants by their "
                       "certificates, want one of the two"));
    }
    if (context.server.empty()) {
      ASSIGN_OR_RETURN(*channel, OpenOwnRooms(in_force, WithoutStore(app)));
      if (flags.lacks_encoder && !context.quiet &&
          (app.got_subcommand("ingest") || app.got_subcommand("ask") ||
           app.got_subcommand("search"))) {
        RemarkNoEncoder();
      }
    } else {
      ASSIGN_OR_RETURN(*channel, OpenChannel(context.server, in_force));
    }
    return *channel;
  };
}

// What to say of a word that stands where a command should; or empty.
std::string UnknownCommand(const CLI::App& app) {
  const CLI::App* group = &app;
  while (!group->get_subcommands().empty()) {
    group = group->get_subcommands()[0];
  }
  std::vector<std::string> commands;
  for (const CLI::App* command :
       group->get_subcommands([](const CLI::App*) { return true; })) {
    commands.push_back(command->get_name());
  }
  const std::vector<std::string> words = app.remaining(/*recurse=*/true);
  if (commands.empty() || words.empty() || words[0].empty() ||
      words[0][0] == '-') {
    return "";
  }
  return absl::StrCat("\"", words[0], "\": no such command",
                      group == &app ? "" : " of ",
                      group == &app ? "" : group->get_name(), ", want one of ",
                      absl::StrJoin(commands, ", "));
}

// Messages hold no other text than UTF-8: what is none would end a call without
// a word of why. Files that are there may have any name.
absl::Status CheckArguments(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (IsValidUtf8(argv[i]) || access(argv[i], F_OK) == 0) continue;
    return absl::InvalidArgumentError(
        absl::StrCat("argument ", i, ", \"", ReplaceInvalidUtf8(argv[i]),
                     "\": not UTF-8, want UTF-8"));
  }
  return absl::OkStatus();
}

absl::Status CheckProcessor() {
  if (DetectIsa() == Isa::kScalar) {
    return absl::FailedPreconditionError(
        "this processor has no AVX2, want one of 2013 or later");
  }
  if (IsaOverrideError() != nullptr) {
    return absl::InvalidArgumentError(IsaOverrideError());
  }
  return absl::OkStatus();
}

int Run(int argc, char** argv) {
  // gRPC's own log lines would repeat what our statuses say.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  // Of a name that it does not know simdjson makes an implementation that takes
  // nothing for JSON or UTF-8.
  unsetenv("SIMDJSON_FORCE_IMPLEMENTATION");

  CLI::App app(
      "Footnote answers questions from your own documents, in 23 languages; "
      "every answer carries footnotes that can be proved.",
      "footnote");
  CliContext context;
  context.collection = "default";
  Flags flags;
  Part part = Part::kOwnRooms;
  const auto config = [&]() -> absl::StatusOr<v1::Config> {
    ASSIGN_OR_RETURN(v1::Config in_force, ConfigInForce(context, part, &flags));
    context.store = in_force.store();
    return in_force;
  };
  context.connect = Connector(app, context, flags, config);
  context.open_store = [&](const std::string& store)
      -> absl::StatusOr<std::shared_ptr<grpc::Channel>> {
    ASSIGN_OR_RETURN(v1::Config in_force, config());
    RETURN_IF_ERROR(CheckConfig(in_force));
    in_force.set_store(store);
    return OpenEmbedded(in_force, NoStore::kIsMade, /*hears_ahead=*/true);
  };

  AddGlobalFlags(&app, &context, &flags);
  RegisterIndexerCommands(&app, &context);
  RegisterRetrieverCommands(&app, &context);
  RegisterAuditCommands(&app, &context);
  RegisterGatewayCommands(&app, &context, config);
  RegisterModelCommands(&app, &context);
  RegisterForecastCommands(&app, &context);
  RegisterEvalCommands(&app, &context);
  AddServe(&app, &context, &flags, config);
  app.require_subcommand(0, 1);
  app.footer(absl::StrCat(
      "Examples:\n"
      "  footnote ingest handbook/ --collection handbook\n"
      "  footnote ask --collection handbook How do I install a package?\n"
      "  footnote verify 01JD3ZK3B7Q8N5X2Y4W6V8T0RS\n"
      "  footnote serve --listen 0.0.0.0:7700\n\n",
      kExitCodesHelp));
  if (const absl::Status text = CheckArguments(argc, argv); !text.ok()) {
    return FinishCommand(context, text);
  }
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    const bool is_help = error.get_exit_code() == 0;
    if (is_help) return app.exit(error);
    const std::string unknown = UnknownCommand(app);
    return FinishCommand(
        context,
        absl::InvalidArgumentError(
            unknown.empty() ? absl::StrCat(error.what(), "; --help tells more")
                            : unknown));
  }
  if (flags.version) {
    PrintVersion(context.json);
    return kExitOk;
  }
  if (context.run == nullptr) {
    fputs(app.help().c_str(), stdout);
    return kExitUsage;
  }
  if (app.got_subcommand("serve")) {
    part = Part::kServer;
  } else if (!context.server.empty() || app.got_subcommand("health")) {
    part = Part::kClient;
  }
  absl::Status status = CheckProcessor();
  if (status.ok()) status = context.run();
  if (part == Part::kClient && absl::IsUnavailable(status)) {
    const absl::StatusOr<v1::Config> in_force = config();
    if (in_force.ok()) {
      status = ExplainConnection(
          status, context.server.empty() ? in_force->listen() : context.server,
          in_force->client_tls());
    }
  }
  return FinishCommand(context, status);
}

// Puts something in the place of standard files that were closed by who started
// this: a database that is opened next would be one of them, and be written
// messages into. It can be neither read nor written, as what is not there.
void KeepStandardFiles() {
  for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; ++fd) {
    const int flags = fcntl(fd, F_GETFD);
    // gRPC opens one before main, and never looks at it again.
    const bool is_given = flags >= 0 && (flags & FD_CLOEXEC) == 0;
    if (is_given) continue;
    const int file =
        open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (file < 0 || file == fd) continue;
    dup2(file, fd);
    close(file);
  }
}

// A limit of file size is an error of a write, as a full disk is, and not the
// end. A handler: programs that this one starts would inherit that it is
// ignored.
void OutliveFileLimit() {
  struct sigaction action = {};
  action.sa_handler = [](int) {};
  action.sa_flags = SA_RESTART;
  sigaction(SIGXFSZ, &action, nullptr);
}

// OpenBLAS, which trains the vector index, chooses its kernels while it is
// loaded and takes processors that are newer than itself for very old ones: a
// minute becomes ten. So the program starts itself once more with the choice
// made; where that fails, it is slow.
void ChooseLinearAlgebra(char** argv) {
  constexpr char kVariable[] = "OPENBLAS_CORETYPE";
  if (getenv(kVariable) != nullptr || !IsaIsSupported(Isa::kAvx2)) return;
  setenv(kVariable, IsaIsSupported(Isa::kAvx512) ? "SkylakeX" : "Haswell", 1);
  // Its threads wait asleep: beside searches, spinning takes what it waits for.
  setenv("OMP_WAIT_POLICY", "passive", 0);
  // By its own name, which ps and pgrep show; of the file, where it goes by
  // that name no more.
  char self[4096];
  const ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);
  if (size > 0) {
    self[size] = '\0';
    execv(self, argv);
  }
  execv("/proc/self/exe", argv);
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) {
  footnote::KeepStandardFiles();
  footnote::InstallLastWords();
  footnote::ChooseLinearAlgebra(argv);
  footnote::OutliveFileLimit();
  footnote::EndFirstProcessBySignals();
  return footnote::Run(argc, argv);
}
