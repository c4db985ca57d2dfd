#include "audit/erase_commands.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "proto/footnote/v1/audit.grpc.pb.h"
namespace footnote {
namespace {

struct Options {
  std::string name;
  std::string note;
  bool nameless = false;
  bool dry_run = false;
};

using Audit = v1::Audit::Stub;

absl::StatusOr<std::unique_ptr<Audit>> Connect(CliContext* context) {
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  return v1::Audit::NewStub(channel);
}

absl::Status PrintErased(const v1::EraseResponse& response,
                         const Options& options, CliContext* context) {
  if (context->json) {
    PrintLine(ToJson(response));
    return absl::OkStatus();
  }
  for (const std::string& id : response.answer_ids()) PrintLine(id);
  PrintLine(absl::StrCat(
      response.answers(), response.answers() == 1 ? " answer " : " answers ",
      options.dry_run ? "would be touched" : "touched",
      response.sequence() > 0
          ? absl::StrCat("; noted as record ", response.sequence())
          : ""));
  return absl::OkStatus();
}

absl::Status EraseSubject(const Options& options, CliContext* context) {
  ASSIGN_OR_RETURN(const auto audit, Connect(context));
  v1::EraseSubjectRequest request;
  request.set_principal(options.name);
  request.set_nameless(options.nameless);
  request.set_dry_run(options.dry_run);
  request.set_note(options.note);
  grpc::ClientContext call;
  v1::EraseResponse response;
  RETURN_IF_ERROR(
      FromGrpcStatus(audit->EraseSubject(&call, request, &response)));
  return PrintErased(response, options, context);
}

absl::Status EraseDocument(const Options& options, CliContext* context) {
  ASSIGN_OR_RETURN(const auto audit, Connect(context));
  v1::EraseDocumentRequest request;
  request.set_collection(context->collection);
  request.set_document(options.name);
  request.set_dry_run(options.dry_run);
  request.set_note(options.note);
  grpc::ClientContext call;
  v1::EraseResponse response;
  RETURN_IF_ERROR(
      FromGrpcStatus(audit->EraseDocument(&call, request, &response)));
  return PrintErased(response, options, context);
}

absl::Status ApplyRetention(const Options& options, CliContext* context) {
  ASSIGN_OR_RETURN(const auto audit, Connect(context));
  v1::ApplyRetentionRequest request;
  request.set_dry_run(options.dry_run);
  grpc::ClientContext call;
  v1::EraseResponse response;
  RETURN_IF_ERROR(
      FromGrpcStatus(audit->ApplyRetention(&call, request, &response)));
  return PrintErased(response, options, context);
}

absl::Status SetHold(const Options& options, bool hold, CliContext* context) {
  ASSIGN_OR_RETURN(const auto audit, Connect(context));
  v1::SetLegalHoldRequest request;
  request.set_collection(options.name);
  request.set_hold(hold);
  request.set_note(options.note);
  grpc::ClientContext call;
  v1::SetLegalHoldResponse response;
  RETURN_IF_ERROR(
      FromGrpcStatus(audit->SetLegalHold(&call, request, &response)));
  PrintLine(context->json
                ? ToJson(response)
                : absl::StrCat("noted as record ", response.sequence()));
  return absl::OkStatus();
}

}  // namespace

void RegisterEraseCommands(CLI::App* group, CliContext* context) {
  const auto o = std::make_shared<Options>();
  CLI::App* subject =
      AddCommand(group, context, "erase-subject",
                 "Make all that a person asked and was answered unreadable",
                 [=] { return EraseSubject(*o, context); });
  subject->add_option("principal", o->name, "who");
  subject->add_flag("--nameless", o->nameless,
                    "all whose names the server did not know");
  CLI::App* document =
      AddCommand(group, context, "erase-document",
                 "Make all that was quoted from a document unreadable",
                 [=] { return EraseDocument(*o, context); });
  document->add_option("document", o->name, "its id")->required();
  CLI::App* retention =
      AddCommand(group, context, "retention",
                 "Remove records that are older than the configuration says",
                 [=] { return ApplyRetention(*o, context); });
  for (CLI::App* command : {subject, document, retention}) {
    command->add_flag("--dry-run", o->dry_run, "only say what it would touch");
  }
  CLI::App* hold = AddCommand(group, context, "hold",
                              "Forbid to erase anything of a collection",
                              [=] { return SetHold(*o, true, context); });
  CLI::App* lift = AddCommand(group, context, "lift", "End a hold",
                              [=] { return SetHold(*o, false, context); });
  for (CLI::App* command : {hold, lift}) {
    command->add_option("collection", o->name, "which; all when left out");
  }
  for (CLI::App* command : {subject, document, hold, lift}) {
    command->add_option("--note", o->note, "a reason, for the record");
  }
}

}  // namespace footnote
