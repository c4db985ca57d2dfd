#include "gateway/answers_service.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/grpc_status.h"
#include "base/metrics.h"
#include "base/status_macros.h"
#include "gateway/ask.h"
#include "gateway/replay.h"
#include "gateway/search.h"
#include "gateway/validate.h"

namespace footnote {
namespace {

// Where it is not known when it is better, and at the least.
constexpr double kRetrySeconds = 1;

// An error that says when to come again.
absl::Status Refusal(const char* kind, absl::string_view message,
                     double seconds) {
  Count("asks_refused", kind);
  absl::Status status = absl::ResourceExhaustedError(
      absl::StrCat("ask: ", message, ": try again in ", seconds, " s"));
  SetRetryDelay(absl::Seconds(seconds), &status);
  return status;
}

// One place among those that ask; given back at the end of its life.
class Turn {
 public:
  // `writer`: as Load::Begins wants it.
  Turn(std::atomic<int>* asking, int most, std::string writer, Load* load)
      : asking_(asking),
        most_(most),
        writer_(std::move(writer)),
        load_(load),
        before_(asking->fetch_add(1)),
        begin_(absl::Now()) {
    load_->Came();
  }
  ~Turn() {
    if (granted_) {
      load_->Answered(absl::Now() - begin_);
      load_->Ends(answer_, tokens_);
    } else {
      load_->Refused();
    }
    asking_->fetch_sub(1);
  }
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  // Whether there is room for a caller that waits for `left`. One is always
  // let in where there is no other: what is expected must be put to the test.
  absl::Status Granted(absl::Duration left) {
    const Load::Expected expected = load_->Next(most_, writer_);
    if (before_ >= most_) {
      return Refusal(
          "places",
          absl::StrCat(before_, " questions are being answered, want fewer ",
                       "than ", most_),
          expected.wait_seconds > 0 ? expected.wait_seconds : kRetrySeconds);
    }
    // Work that is not done in time is done for nobody.
    const double seconds = absl::ToDoubleSeconds(left);
    if (before_ > 0 && expected.least_seconds > seconds) {
      return Refusal(
          "seconds",
          absl::StrCat("an answer is expected to take ", expected.least_seconds,
                       " s or more, the caller waits ", seconds, " s"),
          std::max(kRetrySeconds, expected.least_seconds - seconds));
    }
    if (before_ > 0 && expected.least_writing_seconds > seconds) {
      return Refusal(
          "tokens",
          absl::StrCat("what is to be written before and for this answer is ",
                       "expected to take ", expected.least_writing_seconds,
                       " s or more, the caller waits ", seconds, " s"),
          std::max(kRetrySeconds, expected.least_writing_seconds - seconds));
    }
    granted_ = true;
    answer_ = load_->Begins(writer_);
    return absl::OkStatus();
  }

  // Where to put what language models wrote; negative until then.
  int64_t* tokens() { return &tokens_; }

 private:
  std::atomic<int>* const asking_;
  const int most_;
  const std::string writer_;
  Load* const load_;
  const int before_;
  const absl::Time begin_;
  bool granted_ = false;
  uint64_t answer_ = 0;
  int64_t tokens_ = -1;
};

// Tools make a writer write more.
std::string WriterOf(const v1::AskRequest& request) {
  return absl::StrCat(request.writer(),
                      request.max_tool_steps() > 0 ? " with tools" : "");
}

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
  return Caller(context, options_.ask_timeout, std::move(identity),
                &options_.identity.owners);
}

grpc::Status AnswersService::Ask(grpc::ServerContext* context,
                                 const v1::AskRequest* request,
                                 grpc::ServerWriter<v1::AskResponse>* writer) {
  const absl::StatusOr<Caller> caller = CallerOf(context);
  if (!caller.ok()) return ToGrpcStatus(caller.status());
  Turn turn(&asking_, options_.max_concurrent_asks, WriterOf(*request), &load_);
  const absl::Status granted = turn.Granted(caller->TimeLeft());
  if (!granted.ok()) return ToGrpcStatus(granted);
  return ToGrpcStatus(footnote::Ask(
      *request, *caller, rooms_, options_.ask,
      [writer](const v1::AskResponse& response) {
        return writer->Write(response);
      },
      turn.tokens()));
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
  const absl::StatusOr<Caller> caller = CallerOf(context);
  if (!caller.ok()) return ToGrpcStatus(caller.status());
  Turn turn(&asking_, options_.max_concurrent_asks, "replay", &load_);
  const absl::Status granted = turn.Granted(caller->TimeLeft());
  if (!granted.ok()) return ToGrpcStatus(granted);
  absl::StatusOr<v1::ReplayAnswerResponse> replayed =
      footnote::ReplayAnswer(*request, *caller, rooms_, turn.tokens());
  if (!replayed.ok()) return ToGrpcStatus(replayed.status());
  *response = *std::move(replayed);
  return grpc::Status::OK;
}

grpc::Status AnswersService::Search(grpc::ServerContext* context,
                                    const v1::SearchRequest* request,
                                    v1::SearchResponse* response) {
  const absl::StatusOr<Caller> caller = CallerOf(context);
  if (!caller.ok()) return ToGrpcStatus(caller.status());
  const absl::Status may = caller->MayUse(request->collection());
  if (!may.ok()) return ToGrpcStatus(may);
  return ToGrpcStatus(SearchAndRerank(*request, *caller, rooms_, response));
}

}  // namespace footnote
