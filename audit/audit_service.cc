#include "audit/audit_service.h"

#include <utility>

#include "audit/append.h"
#include "audit/ledger.h"
#include "audit/list.h"
#include "audit/validate.h"
#include "audit/verify.h"
#include "base/grpc_status.h"
#include "base/metrics.h"
#include "base/status_macros.h"
#include "proto/footnote/v1/audit.grpc.pb.h"

namespace footnote {
namespace {

template <typename Message>
grpc::Status Reply(absl::StatusOr<Message> result, Message* response) {
  if (!result.ok()) return ToGrpcStatus(result.status());
  *response = *std::move(result);
  return grpc::Status::OK;
}

absl::StatusOr<v1::AnswerRecord> GetRecord(const v1::GetRecordRequest& request,
                                           const Ledger& ledger) {
  RETURN_IF_ERROR(ValidateAnswerId(request.answer_id()));
  ASSIGN_OR_RETURN(StoredRecord stored, ledger.Find(request.answer_id()));
  return std::move(stored.record);
}

class AuditService final : public v1::Audit::Service {
 public:
  AuditService(Store* store, std::unique_ptr<Ledger> ledger)
      : store_(store), ledger_(std::move(ledger)) {}

  grpc::Status AppendAnswer(grpc::ServerContext*,
                            const v1::AppendAnswerRequest* request,
                            v1::AppendAnswerResponse* response) override {
    const StageTimer timer("audit_append");
    return Reply(footnote::AppendAnswer(*request, ledger_.get(), store_),
                 response);
  }

  grpc::Status GetRecord(grpc::ServerContext*,
                         const v1::GetRecordRequest* request,
                         v1::AnswerRecord* response) override {
    return Reply(footnote::GetRecord(*request, *ledger_), response);
  }

  grpc::Status ListRecords(grpc::ServerContext*,
                           const v1::ListRecordsRequest* request,
                           v1::ListRecordsResponse* response) override {
    return Reply(footnote::ListRecords(*request, *ledger_), response);
  }

  grpc::Status ListAnswersCiting(
      grpc::ServerContext*, const v1::ListAnswersCitingRequest* request,
      v1::ListAnswersCitingResponse* response) override {
    return Reply(footnote::ListAnswersCiting(*request, *ledger_), response);
  }

  grpc::Status VerifyAnswer(grpc::ServerContext*,
                            const v1::VerifyAnswerRequest* request,
                            v1::VerifyAnswerResponse* response) override {
    const StageTimer timer("audit_verify");
    return Reply(footnote::VerifyAnswer(*request, *ledger_, store_), response);
  }

  grpc::Status VerifyChain(
      grpc::ServerContext* context, const v1::VerifyChainRequest*,
      grpc::ServerWriter<v1::VerifyChainResponse>* stream) override {
    return ToGrpcStatus(footnote::VerifyChain(
        *ledger_, [&](const v1::VerifyChainResponse& response) {
          return !context->IsCancelled() && stream->Write(response);
        }));
  }

 private:
  Store* const store_;
  const std::unique_ptr<Ledger> ledger_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<grpc::Service>> NewAuditService(
    Store* store, const std::string& folder, const AuditOptions&) {
  ASSIGN_OR_RETURN(std::unique_ptr<Ledger> ledger, Ledger::Open(folder));
  return std::unique_ptr<grpc::Service>(
      std::make_unique<AuditService>(store, std::move(ledger)));
}

}  // namespace footnote
