#include "audit/audit_service.h"

#include <grpcpp/server_context.h>

#include <chrono>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "audit/access_notes.h"
#include "audit/append.h"
#include "audit/backup.h"
#include "audit/cosigner.h"
#include "audit/erase.h"
#include "audit/export.h"
#include "audit/fsck.h"
#include "audit/ledger.h"
#include "audit/list.h"
#include "audit/master_key.h"
#include "audit/note.h"
#include "audit/prove.h"
#include "audit/scope.h"
#include "audit/tail.h"
#include "audit/validate.h"
#include "audit/verify.h"
#include "base/grpc_status.h"
#include "base/metrics.h"
#include "base/status_macros.h"
#include "proto/footnote/v1/audit.grpc.pb.h"

namespace footnote {
namespace {

// What the room may not write is no matter of the caller's rights.
grpc::Status ToReply(const absl::Status& status) {
  const bool may_not_write =
      absl::IsPermissionDenied(status) && ErrorReason(status).empty();
  return ToGrpcStatus(may_not_write ? absl::UnavailableError(status.message())
                                    : status);
}

template <typename Message>
grpc::Status Reply(absl::StatusOr<Message> result, Message* response) {
  if (!result.ok()) return ToReply(result.status());
  *response = *std::move(result);
  return grpc::Status::OK;
}

std::string MetadataOf(const grpc::ServerContext& context, const char* name) {
  const auto found = context.client_metadata().find(name);
  if (found == context.client_metadata().end()) return "";
  return std::string(found->second.data(), found->second.size());
}

// As the door found it: gateway/identity.h.
Scope ScopeOf(const grpc::ServerContext& context) {
  return {MetadataOf(context, "footnote-tenant-bin"),
          MetadataOf(context, "footnote-principal-bin")};
}

class AuditService final : public v1::Audit::Service {
 public:
  AuditService(Store* store, std::unique_ptr<Ledger> ledger,
               const AuditOptions& options,
               std::vector<WitnessAddress> witnesses)
      : store_(store),
        ledger_(std::move(ledger)),
        notes_(ledger_.get()),
        retention_(options.retention),
        is_stopping_(options.is_stopping),
        backups_(options.backups) {
    if (witnesses.empty()) return;
    cosigner_ = std::make_unique<Cosigner>(ledger_.get(), std::move(witnesses));
  }

  grpc::Status AppendAnswer(grpc::ServerContext*,
                            const v1::AppendAnswerRequest* request,
                            v1::AppendAnswerResponse* response) override {
    const StageTimer timer("audit_append");
    return Reply(footnote::AppendAnswer(*request, ledger_.get(), store_),
                 response);
  }

  grpc::Status GetRecord(grpc::ServerContext* context,
                         const v1::GetRecordRequest* request,
                         v1::AnswerRecord* response) override {
    return Do("GetRecord", request->answer_id(), *context, response,
              [&](const Scope& scope) -> absl::StatusOr<v1::AnswerRecord> {
                RETURN_IF_ERROR(ValidateAnswerId(request->answer_id()));
                return ledger_->FindAnswer(request->answer_id(), scope.tenant);
              });
  }

  grpc::Status ListRecords(grpc::ServerContext* context,
                           const v1::ListRecordsRequest* request,
                           v1::ListRecordsResponse* response) override {
    return Do("ListRecords", request->collection(), *context, response,
              [&](const Scope& scope) {
                return footnote::ListRecords(*request, scope, *ledger_);
              });
  }

  grpc::Status ListAnswers(grpc::ServerContext* context,
                           const v1::ListAnswersRequest* request,
                           v1::ListRecordsResponse* response) override {
    return Do("ListAnswers", request->collection(), *context, response,
              [&](const Scope& scope) {
                return footnote::ListAnswers(*request, scope, *ledger_);
              });
  }

  grpc::Status ListAnswersCiting(
      grpc::ServerContext* context, const v1::ListAnswersCitingRequest* request,
      v1::ListAnswersCitingResponse* response) override {
    return Do("ListAnswersCiting",
              absl::StrCat(request->collection(), "/", request->document()),
              *context, response, [&](const Scope& scope) {
                return footnote::ListAnswersCiting(*request, scope, *ledger_);
              });
  }

  grpc::Status VerifyAnswer(grpc::ServerContext* context,
                            const v1::VerifyAnswerRequest* request,
                            v1::VerifyAnswerResponse* response) override {
    const StageTimer timer("audit_verify");
    return Do("VerifyAnswer", request->answer_id(), *context, response,
              [&](const Scope& scope) {
                return footnote::VerifyAnswer(*request, scope, *ledger_,
                                              store_);
              });
  }

  grpc::Status VerifyChain(
      grpc::ServerContext* context, const v1::VerifyChainRequest* request,
      grpc::ServerWriter<v1::VerifyChainResponse>* stream) override {
    const absl::Status noted =
        notes_.Note("VerifyChain", "", ScopeOf(*context));
    if (!noted.ok()) return ToReply(noted);
    return ToReply(footnote::VerifyChain(
        *request, *ledger_, [&](const v1::VerifyChainResponse& response) {
          return !context->IsCancelled() && stream->Write(response);
        }));
  }

  // A checkpoint says nothing of anybody, and is asked for again and again.
  grpc::Status GetCheckpoint(grpc::ServerContext*,
                             const v1::GetCheckpointRequest*,
                             v1::GetCheckpointResponse* response) override {
    *response = footnote::GetCheckpoint(*ledger_);
    return grpc::Status::OK;
  }

  grpc::Status GetInclusionProof(
      grpc::ServerContext* context, const v1::GetInclusionProofRequest* request,
      v1::GetInclusionProofResponse* response) override {
    return Do("GetInclusionProof", request->answer_id(), *context, response,
              [&](const Scope& scope) {
                return footnote::GetInclusionProof(*request, scope, *ledger_);
              });
  }

  grpc::Status GetConsistencyProof(
      grpc::ServerContext*, const v1::GetConsistencyProofRequest* request,
      v1::GetConsistencyProofResponse* response) override {
    return Reply(footnote::GetConsistencyProof(*request, *ledger_), response);
  }

  grpc::Status ExportBundle(
      grpc::ServerContext* context, const v1::ExportBundleRequest* request,
      grpc::ServerWriter<v1::ExportBundleResponse>* stream) override {
    const Scope scope = ScopeOf(*context);
    // Before anything is noted, which stays for good.
    const absl::Status valid = ValidateExport(*request);
    if (!valid.ok()) return ToReply(valid);
    for (const std::string& id : request->answer_ids()) {
      const absl::Status noted = notes_.Note("ExportBundle", id, scope);
      if (!noted.ok()) return ToReply(noted);
    }
    return ToReply(footnote::ExportBundle(
        *request, scope, *ledger_, store_,
        [&](const v1::ExportBundleResponse& response) {
          return !context->IsCancelled() && stream->Write(response);
        }));
  }

  // What changes something is an event of its own.
  grpc::Status EraseSubject(grpc::ServerContext* context,
                            const v1::EraseSubjectRequest* request,
                            v1::EraseResponse* response) override {
    // A note of his that waits would come later, under a new key.
    notes_.CatchUp();
    if (!request->dry_run() && notes_.waiting() > 0) {
      absl::Status status = absl::ResourceExhaustedError(
          "notes of who looked wait to be written, want room on the disk, or "
          "to be asked again");
      SetErrorReason("DISK_FULL", &status);
      return ToReply(status);
    }
    return Reply(
        footnote::EraseSubject(*request, ScopeOf(*context), ledger_.get()),
        response);
  }

  grpc::Status EraseDocument(grpc::ServerContext* context,
                             const v1::EraseDocumentRequest* request,
                             v1::EraseResponse* response) override {
    return Reply(
        footnote::EraseDocument(*request, ScopeOf(*context), ledger_.get()),
        response);
  }

  grpc::Status ApplyRetention(grpc::ServerContext* context,
                              const v1::ApplyRetentionRequest* request,
                              v1::EraseResponse* response) override {
    return Reply(footnote::ApplyRetention(*request, retention_,
                                          ScopeOf(*context), ledger_.get()),
                 response);
  }

  grpc::Status SetLegalHold(grpc::ServerContext* context,
                            const v1::SetLegalHoldRequest* request,
                            v1::SetLegalHoldResponse* response) override {
    return Reply(
        footnote::SetLegalHold(*request, ScopeOf(*context), ledger_.get()),
        response);
  }

  grpc::Status Tail(grpc::ServerContext* context,
                    const v1::TailRequest* request,
                    grpc::ServerWriter<v1::TailResponse>* stream) override {
    const Scope scope = ScopeOf(*context);
    const absl::Status noted = notes_.Note("Tail", "", scope);
    if (!noted.ok()) return ToReply(noted);
    const auto stops = [this] {
      return is_stopping_ != nullptr && is_stopping_();
    };
    const absl::Status told = footnote::Tail(
        *request, scope, *ledger_,
        [&] { return context->IsCancelled() || stops(); },
        [&](const v1::TailResponse& response) {
          return stream->Write(response);
        });
    const bool was_cut =
        absl::IsCancelled(told) || (told.ok() && request->follow());
    return was_cut && stops()
               ? ToReply(absl::UnavailableError("tail: the server stops"))
               : ToReply(told);
  }

  grpc::Status CreateBackup(
      grpc::ServerContext* context, const v1::CreateBackupRequest* request,
      grpc::ServerWriter<v1::BackupProgress>* writer) override {
    const absl::Status noted =
        notes_.Note("CreateBackup", request->id(), ScopeOf(*context));
    if (!noted.ok()) return ToReply(noted);
    return ToReply(BackUpLedger(
        *request, backups_, ledger_.get(),
        [context, writer](const v1::BackupProgress& progress) {
          return !context->IsCancelled() && writer->Write(progress);
        }));
  }

  // OK while appends reach the disk; see Ledger::CheckWritable.
  absl::Status CheckRecording() {
    RETURN_IF_ERROR(ledger_->CheckWritable());
    notes_.CatchUp();
    return absl::OkStatus();
  }

 private:
  // Notes the access, then answers.
  template <typename Message, typename Answer>
  grpc::Status Do(absl::string_view method, absl::string_view target,
                  const grpc::ServerContext& context, Message* response,
                  Answer answer) {
    const Scope scope = ScopeOf(context);
    const absl::Status noted = notes_.Note(method, target, scope);
    if (!noted.ok()) return ToReply(noted);
    return Reply<Message>(answer(scope), response);
  }

  Store* const store_;
  const std::unique_ptr<Ledger> ledger_;
  AccessNotes notes_;
  const RetentionPolicy retention_;
  const std::function<bool()> is_stopping_;
  const std::string backups_;
  std::unique_ptr<Cosigner> cosigner_;
};

std::unique_ptr<MasterKeySource> MasterKeyOf(const AuditOptions& options) {
  if (!options.master_key_file.empty()) {
    return MasterKeyInFile(options.master_key_file);
  }
  if (!options.master_key_environment.empty()) {
    return MasterKeyInEnvironment(options.master_key_environment);
  }
  if (!options.master_key_command.empty()) {
    return MasterKeyOfCommand(options.master_key_command);
  }
  return nullptr;
}

}  // namespace

absl::StatusOr<AuditRoom> NewAuditService(Store* store,
                                          const std::string& folder,
                                          const AuditOptions& options) {
  std::vector<WitnessAddress> witnesses;
  for (const auto& witness : options.witnesses) {
    absl::StatusOr<Verifier> verifier = ParseVerifier(witness.second);
    if (!verifier.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "config: audit.witnesses.public_key of ", witness.first, ": \"",
          witness.second, "\": ", verifier.status().message()));
    }
    witnesses.push_back({witness.first, *std::move(verifier)});
  }
  const std::unique_ptr<MasterKeySource> master_key = MasterKeyOf(options);
  LedgerOptions ledger_options;
  ledger_options.keyring = options.keyring;
  ledger_options.origin = options.origin;
  ledger_options.master_key = master_key.get();
  ledger_options.reads_when_full = options.reads_when_full;
  ASSIGN_OR_RETURN(std::unique_ptr<Ledger> ledger,
                   Ledger::Open(folder, ledger_options));
  RETURN_IF_ERROR(FinishRemovals(ledger.get()));
  AuditRoom room;
  auto service = std::make_unique<AuditService>(store, std::move(ledger),
                                                options, std::move(witnesses));
  room.recording = [s = service.get()] { return s->CheckRecording(); };
  room.service = std::move(service);
  return room;
}

}  // namespace footnote
