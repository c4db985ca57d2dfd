// The relay between two real servers. The room behind it is a small service of
// this test that ends early, waits or counts: what a room in trouble does.
#include "gateway/ingest_relay.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "gateway/proxy.h"
#include "gateway/room_stubs.h"

namespace footnote {
namespace {

using Stream = grpc::ServerReaderWriter<v1::IngestResponse, v1::IngestRequest>;

// Answers each chunk with a result that tells its size; "fail" ends the
// stream with an error at once, "summary" ends it well.
class CountingRoom final : public v1::Indexer::Service {
 public:
  grpc::Status IngestDocuments(grpc::ServerContext* context,
                               Stream* stream) override {
    v1::IngestRequest request;
    while (stream->Read(&request)) {
      if (request.chunk().data() == "fail") {
        return grpc::Status(grpc::StatusCode::RESOURCE_EXHAUSTED, "disk full",
                            "details");
      }
      v1::IngestResponse response;
      response.mutable_result()->set_text_bytes(request.chunk().data().size());
      stream->Write(response);
      ++answered;
    }
    if (context->IsCancelled()) {
      cancelled = true;
      return grpc::Status(grpc::StatusCode::CANCELLED, "");
    }
    v1::IngestResponse last;
    last.mutable_summary()->set_indexed(answered);
    last.mutable_summary()->set_generation(7);
    stream->Write(last);
    return grpc::Status::OK;
  }

  grpc::Status GetDocument(grpc::ServerContext*,
                           const v1::GetDocumentRequest* request,
                           v1::Document* document) override {
    if (request->document() == "missing") {
      return grpc::Status(grpc::StatusCode::NOT_FOUND, "no such", "details");
    }
    document->set_name(request->document());
    return grpc::Status::OK;
  }

  std::atomic<int> answered{0};
  std::atomic<bool> cancelled{false};
};

struct RunningServer {
  explicit RunningServer(grpc::Service* service) {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(),
                             &port);
    builder.RegisterService(service);
    server = builder.BuildAndStart();
  }
  std::shared_ptr<grpc::Channel> Connect() const {
    return grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                               grpc::InsecureChannelCredentials());
  }
  int port = 0;
  std::unique_ptr<grpc::Server> server;
};

class IngestRelayTest : public testing::Test {
 protected:
  IngestRelayTest()
      : behind_(&room_),
        stubs_({behind_.Connect(), behind_.Connect(), behind_.Connect(),
                behind_.Connect()}),
        proxy_(NewIndexerProxy(&stubs_, IdentityRules())),
        door_(proxy_.get()),
        client_(v1::Indexer::NewStub(door_.Connect())) {
    context_.set_deadline(std::chrono::system_clock::now() +
                          std::chrono::seconds(20));
  }

  static v1::IngestRequest Chunk(const std::string& data) {
    v1::IngestRequest request;
    request.mutable_chunk()->set_data(data);
    return request;
  }

  CountingRoom room_;
  RunningServer behind_;
  RoomStubs stubs_;
  std::unique_ptr<grpc::Service> proxy_;
  RunningServer door_;
  std::unique_ptr<v1::Indexer::Stub> client_;
  grpc::ClientContext context_;
};

TEST_F(IngestRelayTest, PassesEveryMessageBothWaysInOrder) {
  const auto stream = client_->IngestDocuments(&context_);
  std::thread sender([&] {
    for (int i = 1; i <= 500; ++i) {
      stream->Write(Chunk(std::string(static_cast<size_t>(i), 'x')));
    }
    stream->WritesDone();
  });
  v1::IngestResponse response;
  for (uint64_t i = 1; i <= 500; ++i) {
    ASSERT_TRUE(stream->Read(&response));
    EXPECT_EQ(response.result().text_bytes(), i);
  }
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_EQ(response.summary().indexed(), 500);
  EXPECT_FALSE(stream->Read(&response));
  sender.join();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(IngestRelayTest, RemembersTheGenerationThatWasWritten) {
  const auto stream = client_->IngestDocuments(&context_);
  v1::IngestRequest start;
  start.mutable_start()->set_collection("sea");
  ASSERT_TRUE(stream->Write(start));
  stream->WritesDone();
  v1::IngestResponse response;
  while (stream->Read(&response)) {
  }
  ASSERT_TRUE(stream->Finish().ok());
  EXPECT_EQ(stubs_.generations.Newest("sea"), 7);
  EXPECT_EQ(stubs_.generations.Newest("land"), 0);
}

TEST_F(IngestRelayTest, AnEmptyStreamEndsWell) {
  const auto stream = client_->IngestDocuments(&context_);
  stream->WritesDone();
  v1::IngestResponse response;
  ASSERT_TRUE(stream->Read(&response));
  EXPECT_TRUE(response.has_summary());
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_TRUE(stream->Finish().ok());
}

// A text that is not UTF-8. In the middle, and as the very last.
TEST_F(IngestRelayTest, AMessageThatCannotBeParsedIsNotTheEnd) {
  v1::IngestRequest broken;
  broken.mutable_file()->set_document("\xff");
  for (const bool last : {false, true}) {
    grpc::ClientContext context;
    const auto stream = client_->IngestDocuments(&context);
    EXPECT_TRUE(stream->Write(Chunk("one")));
    v1::IngestResponse response;
    EXPECT_TRUE(stream->Read(&response));
    stream->Write(broken);
    if (!last) stream->Write(Chunk("two"));
    stream->WritesDone();
    while (stream->Read(&response)) EXPECT_FALSE(response.has_summary());
    const grpc::Status status = stream->Finish();
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT)
        << status.error_message();
  }
}

TEST_F(IngestRelayTest, ARoomThatEndsEarlyEndsAClientThatOnlyWaits) {
  const auto stream = client_->IngestDocuments(&context_);
  ASSERT_TRUE(stream->Write(Chunk("fail")));
  // No WritesDone: this client waits for an answer.
  v1::IngestResponse response;
  EXPECT_FALSE(stream->Read(&response));
  const grpc::Status status = stream->Finish();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(status.error_message(), "disk full");
  EXPECT_EQ(status.error_details(), "details");
}

TEST_F(IngestRelayTest, CancellingReachesTheRoom) {
  const auto stream = client_->IngestDocuments(&context_);
  ASSERT_TRUE(stream->Write(Chunk("one")));
  v1::IngestResponse response;
  ASSERT_TRUE(stream->Read(&response));
  context_.TryCancel();
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::CANCELLED);
  // Ends when the room's handler has returned.
  behind_.server->Shutdown();
  EXPECT_TRUE(room_.cancelled);
}

TEST_F(IngestRelayTest, ManyStreamsAtOnceKeepApart) {
  std::vector<std::thread> clients;
  std::atomic<int> good{0};
  for (int c = 0; c < 8; ++c) {
    clients.emplace_back([&, c] {
      for (int round = 0; round < 20; ++round) {
        grpc::ClientContext context;
        const auto stream = client_->IngestDocuments(&context);
        const bool fails = (c + round) % 3 == 0;
        stream->Write(Chunk(std::string(static_cast<size_t>(c + 1), 'x')));
        if (fails) {
          stream->Write(Chunk("fail"));
        } else {
          stream->WritesDone();
        }
        v1::IngestResponse response;
        stream->Read(&response);
        const bool right =
            response.result().text_bytes() == static_cast<uint64_t>(c + 1);
        while (stream->Read(&response)) {
        }
        if (right && stream->Finish().ok() == !fails) ++good;
      }
    });
  }
  for (std::thread& client : clients) client.join();
  EXPECT_EQ(good, 160);
}

TEST_F(IngestRelayTest, UnaryCallsKeepResultAndError) {
  v1::GetDocumentRequest request;
  request.set_document("here");
  v1::Document document;
  ASSERT_TRUE(client_->GetDocument(&context_, request, &document).ok());
  EXPECT_EQ(document.name(), "here");
  request.set_document("missing");
  grpc::ClientContext second;
  const grpc::Status status = client_->GetDocument(&second, request, &document);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_details(), "details");
}

TEST_F(IngestRelayTest, ARoomThatIsAwayIsUnavailable) {
  behind_.server->Shutdown();
  const auto stream = client_->IngestDocuments(&context_);
  v1::IngestResponse response;
  EXPECT_FALSE(stream->Read(&response));
  EXPECT_EQ(stream->Finish().error_code(), grpc::StatusCode::UNAVAILABLE);
}

}  // namespace
}  // namespace footnote
