#include "indexer/backup_command.h"

#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "base/terminal.h"
#include "indexer/cli_common.h"
#include "proto/footnote/v1/audit.grpc.pb.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"
#include "storage/backup.h"

namespace footnote {
namespace {

struct BackupOptions {
  std::string folder;
  std::string id;
  std::string keys;
  std::string store;
};

using Json = nlohmann::ordered_json;

// Big stores on slow disks take hours.
constexpr absl::Duration kPatience = absl::Hours(24);

std::string Absolute(const std::string& path) {
  return std::filesystem::absolute(path).lexically_normal().string();
}

std::string IdOfNow() {
  return absl::FormatTime("%Y%m%dT%H%M%SZ", absl::Now(), absl::UTCTimeZone());
}

// Follows one room's part to its end.
template <typename Stub>
absl::StatusOr<v1::BackupProgress> AddPart(
    Stub* stub, const v1::CreateBackupRequest& request) {
  grpc::ClientContext call;
  SetDeadline(&call, kPatience);
  const auto reader = stub->CreateBackup(&call, request);
  v1::BackupProgress progress;
  while (reader->Read(&progress)) {
  }
  RETURN_IF_ERROR(FromGrpcStatus(reader->Finish()));
  if (progress.done()) return progress;
  return absl::InternalError("backup: the stream ended before the backup");
}

absl::Status RunCreate(const BackupOptions& options, CliContext* context) {
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  v1::CreateBackupRequest request;
  request.set_folder(Absolute(options.folder));
  request.set_id(options.id.empty() ? IdOfNow() : options.id);
  // Records first: each cites documents that are stored by then.
  v1::CreateBackupRequest with_keys = request;
  if (!options.keys.empty()) with_keys.set_keys(Absolute(options.keys));
  ASSIGN_OR_RETURN(v1::BackupProgress all,
                   AddPart(v1::Audit::NewStub(channel).get(), with_keys));
  ASSIGN_OR_RETURN(const v1::BackupProgress store,
                   AddPart(v1::Indexer::NewStub(channel).get(), request));
  all.set_files(all.files() + store.files());
  all.set_bytes(all.bytes() + store.bytes());
  all.set_new_files(all.new_files() + store.new_files());
  all.set_new_bytes(all.new_bytes() + store.new_bytes());
  if (context->json) {
    PrintLine(Json{{"id", request.id()},
                   {"files", all.files()},
                   {"bytes", all.bytes()},
                   {"new_files", all.new_files()},
                   {"new_bytes", all.new_bytes()}}
                  .dump());
    return absl::OkStatus();
  }
  PrintLine(absl::StrCat(
      "backup ", request.id(), ": ", Counted(all.files(), "file"), ", ",
      InBytes(all.bytes()), "; copied ", Counted(all.new_files(), "file"), ", ",
      InBytes(all.new_bytes())));
  if (!context->quiet && options.keys.empty()) {
    PrintLine(
        "The keys of the answer records are not in it (--keys FILE, kept "
        "apart).");
  }
  return absl::OkStatus();
}

std::string NotWhole(const BackupInfo& backup) {
  return absl::StrCat("not whole: ", absl::StrJoin(backup.missing, ", "),
                      " is missing or damaged");
}

struct Choice {
  std::string id;
  // Newer ones that can't be restored, a line each.
  std::vector<std::string> passed_over;
};

// The backup that is named, or the newest whole one.
absl::StatusOr<Choice> Choose(const BackupOptions& options) {
  Choice choice;
  choice.id = options.id;
  if (!choice.id.empty()) return choice;
  ASSIGN_OR_RETURN(choice.id, NewestBackup(options.folder));
  ASSIGN_OR_RETURN(const std::vector<BackupInfo> backups,
                   ListBackups(options.folder));
  for (auto it = backups.rbegin(); it != backups.rend() && it->id != choice.id;
       ++it) {
    choice.passed_over.push_back(
        absl::StrCat("backup ", it->id, ": passed over, ", NotWhole(*it)));
  }
  return choice;
}

absl::Status RunList(const BackupOptions& options, CliContext* context) {
  ASSIGN_OR_RETURN(const std::vector<BackupInfo> backups,
                   ListBackups(options.folder));
  for (const BackupInfo& backup : backups) {
    const std::string time = absl::FormatTime(
        absl::RFC3339_sec, absl::FromUnixMicros(backup.created_us),
        absl::LocalTimeZone());
    if (context->json) {
      PrintLine(Json{{"id", backup.id},
                     {"created_us", backup.created_us},
                     {"files", backup.files},
                     {"bytes", backup.bytes},
                     {"missing", backup.missing}}
                    .dump());
      continue;
    }
    PrintLine(absl::StrCat(
        Printable(backup.id), "\t", time, "\t", Grouped(backup.files),
        " files\t", InBytes(backup.bytes),
        backup.missing.empty() ? "" : absl::StrCat("\t", NotWhole(backup))));
  }
  return absl::OkStatus();
}

absl::Status RunVerify(const BackupOptions& options, CliContext* context) {
  ASSIGN_OR_RETURN(const Choice choice, Choose(options));
  ASSIGN_OR_RETURN(const std::vector<std::string> damage,
                   VerifyBackup(options.folder, choice.id));
  if (!damage.empty() || !choice.passed_over.empty()) {
    context->exit_code = kExitNotVerified;
  }
  if (context->json) {
    PrintLine(Json{{"id", choice.id},
                   {"damage", damage},
                   {"passed_over", choice.passed_over}}
                  .dump());
    return absl::OkStatus();
  }
  for (const std::string& line : choice.passed_over) PrintLine(Printable(line));
  for (const std::string& line : damage) PrintLine(Printable(line));
  PrintLine(absl::StrCat(
      "backup ", choice.id, ": ",
      damage.empty()
          ? "every file is there and has its checksum"
          : absl::StrCat("DAMAGED, ", damage.size(), " files as above")));
  return absl::OkStatus();
}

absl::Status RunRestore(const BackupOptions& options, CliContext* context) {
  ASSIGN_OR_RETURN(const Choice choice, Choose(options));
  const std::string store = Absolute(options.store);
  RETURN_IF_ERROR(RestoreBackup(options.folder, choice.id, store));
  if (context->json) {
    PrintLine(Json{{"id", choice.id},
                   {"store", store},
                   {"passed_over", choice.passed_over}}
                  .dump());
  } else {
    for (const std::string& line : choice.passed_over) {
      PrintLine(Printable(line));
    }
    PrintLine(absl::StrCat("restored ", choice.id, " to ", store));
    if (!context->quiet) {
      PrintLine(absl::StrCat(
          "Put the keys of the answer records back before it is served: ",
          store, "/audit.keys and audit.keys.master"));
    }
  }
  return absl::OkStatus();
}

absl::Status RunRemove(const BackupOptions& options, CliContext* context) {
  ASSIGN_OR_RETURN(const uint64_t freed,
                   RemoveBackup(options.folder, options.id));
  if (context->json) {
    PrintLine(Json{{"id", options.id}, {"freed_bytes", freed}}.dump());
  } else {
    PrintLine(
        absl::StrCat("removed ", options.id, ", ", InBytes(freed), " freed"));
  }
  return absl::OkStatus();
}

CLI::App* AddVerb(CLI::App* group, CliContext* context, const char* name,
                  const char* help,
                  absl::Status (*run)(const BackupOptions&, CliContext*),
                  const std::shared_ptr<BackupOptions>& options) {
  CLI::App* verb = AddCommand(group, context, name, help,
                              [=] { return run(*options, context); });
  verb->add_option("folder", options->folder, "the backup folder")->required();
  return verb;
}

}  // namespace

void AddBackupCommand(CLI::App* app, CliContext* context) {
  CLI::App* group = app->add_subcommand(
      "backup", "Make backups while serving; verify and restore them");
  group->require_subcommand(1);
  group->fallthrough();
  auto options = std::make_shared<BackupOptions>();
  CLI::App* create =
      AddVerb(group, context, "create",
              "Add a backup to a folder; only what is new is copied", RunCreate,
              options);
  create->add_option("--id", options->id, "its name (default: the time)");
  create->add_option("--keys", options->keys,
                     "copy the keys of the answer records to this new file");
  create->footer(
      "With --server the folder is one of the server's, within its --backups.\n"
      "A backup keeps what it holds: a purge does not reach into it.\n"
      "Examples:\n"
      "  footnote --store /var/lib/footnote backup create /mnt/backup\n"
      "  footnote --server localhost:7700 backup create /mnt/backup");
  AddVerb(group, context, "list", "List the backups of a folder", RunList,
          options);
  CLI::App* verify =
      AddVerb(group, context, "verify",
              "Read a backup and compare every file with its checksum",
              RunVerify, options);
  verify->add_option("--id", options->id, "which (default: the newest)");
  verify->footer(
      "Exit code 4: damaged, or a newer one is not whole; each is named.");
  CLI::App* restore =
      AddVerb(group, context, "restore", "Make a new store from a backup",
              RunRestore, options);
  restore->add_option("store", options->store, "a new folder")->required();
  restore->add_option("--id", options->id, "which (default: the newest)");
  restore->footer(
      "Refuses a folder that is not empty. Every file is verified on the way;\n"
      "nothing is there under the name until all is.");
  CLI::App* remove = AddVerb(group, context, "remove",
                             "Forget a backup; free what no other one uses",
                             RunRemove, options);
  remove->add_option("id", options->id, "which")->required();
}

}  // namespace footnote
