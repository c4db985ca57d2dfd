// The Answers service: RPC in, Status out.
#ifndef FOOTNOTE_GATEWAY_ANSWERS_SERVICE_H_
#define FOOTNOTE_GATEWAY_ANSWERS_SERVICE_H_

#include <atomic>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "gateway/ask.h"
#include "gateway/caller.h"
#include "gateway/identity.h"
#include "gateway/load.h"
#include "gateway/room_stubs.h"
#include "proto/footnote/v1/answers.grpc.pb.h"
#include "proto/footnote/v1/config.pb.h"

namespace footnote {

struct AnswersOptions {
  // For an Ask whose caller sent no deadline.
  absl::Duration ask_timeout = absl::Seconds(60);
  // Questions worked on at a time; more get ResourceExhausted.
  int max_concurrent_asks = 256;
  AskOptions ask;
  IdentityRules identity;
};

AnswersOptions AnswersOptionsOf(const v1::Config& config,
                                IdentityRules identity);

// Safe from many threads. See proto/footnote/v1/answers.proto.
class AnswersService final : public v1::Answers::Service {
 public:
  // `rooms` must outlive the service.
  AnswersService(const RoomStubs* rooms, const AnswersOptions& options)
      : rooms_(*rooms), options_(options), load_(rooms) {}

  // For services that call language models past this one. Lives as long as the
  // service.
  Load* load() { return &load_; }

  grpc::Status Ask(grpc::ServerContext* context, const v1::AskRequest* request,
                   grpc::ServerWriter<v1::AskResponse>* writer) override;
  grpc::Status GetAnswer(grpc::ServerContext* context,
                         const v1::GetAnswerRequest* request,
                         v1::Answer* answer) override;
  grpc::Status ReplayAnswer(grpc::ServerContext* context,
                            const v1::ReplayAnswerRequest* request,
                            v1::ReplayAnswerResponse* response) override;
  grpc::Status Search(grpc::ServerContext* context,
                      const v1::SearchRequest* request,
                      v1::SearchResponse* response) override;

 private:
  absl::StatusOr<Caller> CallerOf(const grpc::ServerContext* context) const;
  absl::Status GetAnswer(const Caller& caller,
                         const v1::GetAnswerRequest& request,
                         v1::Answer* answer);

  const RoomStubs& rooms_;
  const AnswersOptions options_;
  std::atomic<int> asking_{0};
  Load load_;
};

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_ANSWERS_SERVICE_H_
