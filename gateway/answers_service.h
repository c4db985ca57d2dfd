// The Answers service: RPC in, Status out.
#ifndef FOOTNOTE_GATEWAY_ANSWERS_SERVICE_H_
#define FOOTNOTE_GATEWAY_ANSWERS_SERVICE_H_

#include <atomic>
#include <memory>

#include "absl/status/status.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "gateway/caller.h"
#include "gateway/room_stubs.h"
#include "proto/footnote/v1/answers.grpc.pb.h"

namespace footnote {

struct AnswersOptions {
  // For an Ask whose caller sent no deadline.
  absl::Duration ask_timeout = absl::Seconds(60);
  // Questions worked on at a time; more get ResourceExhausted.
  int max_concurrent_asks = 256;
};

// Safe from many threads. See proto/footnote/v1/answers.proto.
class AnswersService final : public v1::Answers::Service {
 public:
  explicit AnswersService(const AnswersOptions& options) : options_(options) {}

  // Tells where the rooms are. Calls that came before wait for it: the
  // channel of rooms in this process exists only once their server runs.
  // REQUIRES: called once.
  void Connect(const RoomChannels& rooms);

  grpc::Status Ask(grpc::ServerContext* context, const v1::AskRequest* request,
                   grpc::ServerWriter<v1::AskResponse>* writer) override;
  grpc::Status GetAnswer(grpc::ServerContext* context,
                         const v1::GetAnswerRequest* request,
                         v1::Answer* answer) override;
  grpc::Status Search(grpc::ServerContext* context,
                      const v1::SearchRequest* request,
                      v1::SearchResponse* response) override;

 private:
  const RoomStubs& Rooms();
  absl::Status GetAnswer(const Caller& caller,
                         const v1::GetAnswerRequest& request,
                         v1::Answer* answer);

  const AnswersOptions options_;
  absl::Notification connected_;
  std::unique_ptr<RoomStubs> rooms_;  // set before connected_
  std::atomic<int> asking_{0};
};

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_ANSWERS_SERVICE_H_
