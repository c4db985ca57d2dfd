#include "gateway/proxy.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gateway/identity.h"
#include "gateway/load.h"
#include "gateway/room_stubs.h"
#include "generator/forecaster_service.h"
#include "proto/footnote/v1/audit.grpc.pb.h"
#include "proto/footnote/v1/generator.grpc.pb.h"

namespace footnote {
namespace {

// Says how much it wrote, after as long as that takes.
class CountingGenerator final : public v1::Generator::Service {
 public:
  grpc::Status Chat(grpc::ServerContext* /*context*/,
                    const v1::ChatRequest* /*request*/,
                    grpc::ServerWriter<v1::ChatResponse>* writer) override {
    absl::SleepFor(absl::Milliseconds(4));
    v1::ChatResponse response;
    response.set_delta("sixty");
    writer->Write(response);
    response.mutable_end()->set_answer_tokens(60);
    writer->Write(response);
    return grpc::Status::OK;
  }

  grpc::Status Generate(
      grpc::ServerContext* /*context*/, const v1::GenerateRequest* /*request*/,
      grpc::ServerWriter<v1::GenerateResponse>* writer) override {
    absl::SleepFor(absl::Milliseconds(4));
    v1::GenerateResponse response;
    for (int tokens : {40, 30}) {
      response.mutable_draft()
          ->mutable_writing()
          ->add_rounds()
          ->set_answer_tokens(tokens);
    }
    writer->Write(response);
    return grpc::Status::OK;
  }
};

class GeneratorProxyTest : public ::testing::Test {
 protected:
  GeneratorProxyTest() : forecaster_(NewForecasterService()) {
    grpc::ServerBuilder rooms;
    rooms.RegisterService(&generator_);
    rooms.RegisterService(forecaster_.get());
    rooms_ = rooms.BuildAndStart();
    const auto channel = rooms_->InProcessChannel(grpc::ChannelArguments());
    stubs_ = std::make_unique<RoomStubs>(
        RoomChannels{channel, channel, channel, channel});
    load_ = std::make_unique<Load>(stubs_.get(), absl::Milliseconds(1));
    proxy_ = NewGeneratorProxy(stubs_.get(), IdentityRules(), load_.get());
    grpc::ServerBuilder door;
    door.RegisterService(proxy_.get());
    door_ = door.BuildAndStart();
    stub_ = v1::Generator::NewStub(
        door_->InProcessChannel(grpc::ChannelArguments()));
  }

  // True once the load expects something of `writer`, while `call` is made
  // again and again.
  bool IsHeard(absl::string_view writer, const std::function<void()>& call) {
    const absl::Time end = absl::Now() + absl::Seconds(20);
    while (absl::Now() < end) {
      call();
      if (load_->Next(1, writer).least_writing_seconds > 0) return true;
    }
    return false;
  }

  CountingGenerator generator_;
  std::unique_ptr<grpc::Service> forecaster_;
  std::unique_ptr<grpc::Server> rooms_;
  std::unique_ptr<RoomStubs> stubs_;
  std::unique_ptr<Load> load_;
  std::unique_ptr<grpc::Service> proxy_;
  std::unique_ptr<grpc::Server> door_;
  std::unique_ptr<v1::Generator::Stub> stub_;
};

// Counts who looks, and refuses what is too much.
class CountingAudit final : public v1::Audit::Service {
 public:
  grpc::Status GetRecord(grpc::ServerContext* /*context*/,
                         const v1::GetRecordRequest* /*request*/,
                         v1::AnswerRecord* response) override {
    ++looks_;
    response->mutable_answer()->set_collection("everybodys");
    return grpc::Status::OK;
  }

  grpc::Status ExportBundle(
      grpc::ServerContext* /*context*/, const v1::ExportBundleRequest* request,
      grpc::ServerWriter<v1::ExportBundleResponse>* /*writer*/) override {
    return request->answer_ids_size() <= 1000
               ? grpc::Status::OK
               : grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "too many");
  }

  int looks() const { return looks_; }

 private:
  std::atomic<int> looks_{0};
};

TEST(AuditProxyTest, OfABundleOfTooManyAnswersNoneIsLookedAt) {
  CountingAudit audit;
  grpc::ServerBuilder rooms_builder;
  rooms_builder.RegisterService(&audit);
  const auto rooms = rooms_builder.BuildAndStart();
  const auto channel = rooms->InProcessChannel(grpc::ChannelArguments());
  const RoomStubs stubs(RoomChannels{channel, channel, channel, channel});
  IdentityRules rules;
  rules.owners["harbour"] = "north";
  const auto proxy = NewAuditProxy(&stubs, rules);
  grpc::ServerBuilder door_builder;
  door_builder.RegisterService(proxy.get());
  const auto door = door_builder.BuildAndStart();
  const auto stub =
      v1::Audit::NewStub(door->InProcessChannel(grpc::ChannelArguments()));
  const auto code_of = [&](int answers) {
    v1::ExportBundleRequest request;
    for (int i = 0; i < answers; ++i) request.add_answer_ids("id");
    grpc::ClientContext call;
    return stub->ExportBundle(&call, request)->Finish().error_code();
  };
  EXPECT_EQ(code_of(3), grpc::StatusCode::OK);
  EXPECT_EQ(audit.looks(), 3);
  EXPECT_EQ(code_of(1001), grpc::StatusCode::INVALID_ARGUMENT);
  EXPECT_EQ(audit.looks(), 3);
}

TEST_F(GeneratorProxyTest, PassesChatOnAndTellsTheLoadWhatItWrote) {
  EXPECT_TRUE(IsHeard("chat m", [this] {
    grpc::ClientContext context;
    v1::ChatRequest request;
    request.set_model("m");
    const auto reader = stub_->Chat(&context, request);
    v1::ChatResponse response;
    ASSERT_TRUE(reader->Read(&response));
    EXPECT_EQ(response.delta(), "sixty");
    ASSERT_TRUE(reader->Read(&response));
    EXPECT_EQ(response.end().answer_tokens(), 60);
    EXPECT_FALSE(reader->Read(&response));
    EXPECT_TRUE(reader->Finish().ok());
  }));
  EXPECT_LT(load_->Next(1, "chat n").least_writing_seconds, 0);
}

TEST_F(GeneratorProxyTest, PassesDraftsOnAndTellsTheLoadOfAllTheirRounds) {
  EXPECT_TRUE(IsHeard("m", [this] {
    grpc::ClientContext context;
    v1::GenerateRequest request;
    request.set_writer("m");
    const auto reader = stub_->Generate(&context, request);
    v1::GenerateResponse response;
    ASSERT_TRUE(reader->Read(&response));
    EXPECT_EQ(response.draft().writing().rounds_size(), 2);
    EXPECT_FALSE(reader->Read(&response));
    EXPECT_TRUE(reader->Finish().ok());
  }));
}

}  // namespace
}  // namespace footnote
