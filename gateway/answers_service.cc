#include "gateway/answers_service.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "gateway/ask.h"
#include "gateway/replay.h"
#include "gateway/validate.h"

namespace footnote {
namespace {

// One place among those that ask; given back at the end of its life.
class Turn {
 public:
  Turn(std::atomic<int>* asking, int most, Load* load)
      : asking_(asking),
        most_(most),
        load_(load),
        before_(asking->fetch_add(1)),
        begin_(absl::Now()) {
    load_->Came();
  }
  ~Turn() {
    if (granted_) {
      load_->Answered(absl::Now() - begin_);
    } else {
      load_->Refused();
    }
    asking_->fetch_sub(1);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  // Whether there is room for a caller that waits until `deadline`.
  absl::Status Granted(absl::Time deadline) {
    const Load::Expected expected = load_->Next(most_);
    if (before_ >= most_) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "ask: ", before_, " questions are being answered, want fewer than ",
          most_, ": try again ",
          expected.wait_seconds > 0
              ? absl::StrCat("in ", expected.wait_seconds, " s")
              : "later"));
    }
    // Work that is not done in time is done for nobody.
    const absl::Duration left = deadline - absl::Now();
    if (before_ > 0 && absl::Seconds(expected.least_seconds) > left) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "ask: an answer is expected to take ", expected.least_seconds,
          " s or more, the caller waits ", absl::ToDoubleSeconds(left),
          " s: try again later, or wait longer"));
    }
    granted_ = true;
    return absl::OkStatus();
  }

 private:
  std::atomic<int>* const asking_;
  const int most_;
  Load* const load_;
  const int before_;
  const absl::Time begin_;
  bool granted_ = false;
};

}  // namespace

AnswersOptions AnswersOptionsOf(const v1::Config& config,
                                IdentityRules identity) {
  AnswersOptions options;
  options.identity = std::move(identity);
  options.ask_timeout = absl::Milliseconds(config.timeouts().ask_ms());
  options.max_concurrent_asks = config.limits().max_concurrent_asks();
  for (const v1::CollectionAudit& audit : config.audit().collections()) {
    if (!audit.show_unrecorded()) continue;
    options.ask.show_unrecorded.insert(audit.collection());
  }
  return options;
}

absl::StatusOr<Caller> AnswersService::CallerOf(
    const grpc::ServerContext* context) const {
  ASSIGN_OR_RETURN(Identity identity, IdentityOf(*context, options_.identity));
  return Caller(context, options_.ask_timeout, std::move(identity));
}

grpc::Status AnswersService::Ask(grpc::ServerContext* context,
                                 const v1::AskRequest* request,
                                 grpc::ServerWriter<v1::AskResponse>* writer) {
  Turn turn(&asking_, options_.max_concurrent_asks, &load_);
  const absl::Status granted =
      turn.Granted(absl::FromChrono(context->deadline()));
  if (!granted.ok()) return ToGrpcStatus(granted);
  const absl::StatusOr<Caller> caller = CallerOf(context);
  if (!caller.ok()) return ToGrpcStatus(caller.status());
  return ToGrpcStatus(footnote::Ask(*request, *caller, rooms_, options_.ask,
                                    [writer](const v1::AskResponse& response) {
                                      return writer->Write(response);
                                    }));
}

grpc::Status AnswersService::GetAnswer(grpc::ServerContext* context,
                                       const v1::GetAnswerRequest* request,
                                       v1::Answer* answer) {
  const absl::StatusOr<Caller> caller = CallerOf(context);
  if (!caller.ok()) return ToGrpcStatus(caller.status());
  return ToGrpcStatus(GetAnswer(*caller, *request, answer));
}

absl::Status AnswersService::GetAnswer(const Caller& caller,
                                       const v1::GetAnswerRequest& request,
                                       v1::Answer* answer) {
  RETURN_IF_ERROR(ValidateGetAnswer(request));
  v1::GetRecordRequest get;
  get.set_answer_id(request.answer_id());
  v1::AnswerRecord record;
  RETURN_IF_ERROR(FromGrpcStatus(
      rooms_.audit->GetRecord(caller.Pass().get(), get, &record)));
  answer->Swap(record.mutable_answer());
  return absl::OkStatus();
}

grpc::Status AnswersService::ReplayAnswer(
    grpc::ServerContext* context, const v1::ReplayAnswerRequest* request,
    v1::ReplayAnswerResponse* response) {
  Turn turn(&asking_, options_.max_concurrent_asks, &load_);
  const absl::Status granted =
      turn.Granted(absl::FromChrono(context->deadline()));
  if (!granted.ok()) return ToGrpcStatus(granted);
  const absl::StatusOr<Caller> caller = CallerOf(context);
  if (!caller.ok()) return ToGrpcStatus(caller.status());
  absl::StatusOr<v1::ReplayAnswerResponse> replayed =
      footnote::ReplayAnswer(*request, *caller, rooms_);
  if (!replayed.ok()) return ToGrpcStatus(replayed.status());
  *response = *std::move(replayed);
  return grpc::Status::OK;
}

grpc::Status AnswersService::Search(grpc::ServerContext* context,
                                    const v1::SearchRequest* request,
                                    v1::SearchResponse* response) {
  const absl::StatusOr<Caller> caller = CallerOf(context);
  if (!caller.ok()) return ToGrpcStatus(caller.status());
  v1::SearchRequest search = *request;
  search.set_min_generation(
      std::max(request->min_generation(),
               rooms_.generations.Newest(request->collection())));
  return rooms_.retriever->Search(caller->Pass().get(), search, response);
}

}  // namespace footnote
