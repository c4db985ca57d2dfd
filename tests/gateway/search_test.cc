// Searches through the door, over the real rooms of one store.
#include "gateway/search.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "gateway/caller.h"
#include "gateway/config.h"
#include "gateway/embedded.h"
#include "gateway/room_stubs.h"
#include "proto/footnote/v1/answers.grpc.pb.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"

namespace footnote {
namespace {

constexpr char kQuestion[] = "When was the lighthouse tower finished?";

std::string NewFolder() {
  static int count = 0;
  const char* base = getenv("TEST_TMPDIR");
  return absl::StrCat(base == nullptr ? "/tmp" : base, "/search_", getpid(),
                      "_", ++count);
}

class SearchTest : public ::testing::Test {
 protected:
  void SetUp() override {
    v1::Config config;
    config.set_store(NewFolder());
    config.mutable_encoder()->set_path("none");
    const auto channel = OpenEmbedded(WithDefaults(config));
    ASSERT_TRUE(channel.ok()) << channel.status();
    channel_ = *channel;
    for (const auto& [document, text] :
         std::vector<std::pair<std::string, std::string>>{
             {"words.txt",
              "Painters came when the lighthouse tower was finished. The tower "
              "had a lantern.\n"},
             {"answer.txt",
              "Smeaton worked on the rock. The lighthouse tower was finished "
              "in 1759.\n"},
             {"bread.txt", "Bread is baked when the morning is cold.\n"}}) {
      Ingest(document, text);
    }
  }

  void Ingest(const std::string& document, const std::string& text) {
    const auto indexer = v1::Indexer::NewStub(channel_);
    grpc::ClientContext context;
    const auto stream = indexer->IngestDocuments(&context);
    std::thread reader([&] {
      v1::IngestResponse response;
      while (stream->Read(&response)) {
      }
    });
    v1::IngestRequest request;
    request.mutable_start()->set_collection("sea");
    EXPECT_TRUE(stream->Write(request));
    request.mutable_file()->set_document(document);
    request.mutable_file()->set_media_type("text/plain");
    EXPECT_TRUE(stream->Write(request));
    request.mutable_chunk()->set_data(text);
    request.mutable_chunk()->set_last(true);
    EXPECT_TRUE(stream->Write(request));
    stream->WritesDone();
    reader.join();
    const grpc::Status status = stream->Finish();
    ASSERT_TRUE(status.ok()) << status.error_message();
  }

  static v1::SearchRequest Request() {
    v1::SearchRequest request;
    request.set_collection("sea");
    request.set_question(kQuestion);
    return request;
  }

  v1::SearchResponse Search(const v1::SearchRequest& request) {
    grpc::ClientContext context;
    v1::SearchResponse response;
    const grpc::Status status =
        v1::Answers::NewStub(channel_)->Search(&context, request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }

  std::shared_ptr<grpc::Channel> channel_;
};

std::string Documents(const v1::SearchResponse& response) {
  std::string all;
  for (const v1::Passage& passage : response.passages()) {
    absl::StrAppend(&all, passage.source().document(), " ");
  }
  return all;
}

TEST_F(SearchTest, AQuestionIsRerankedUnlessTheFusedOrderIsWanted) {
  v1::SearchRequest request = Request();
  request.set_order(v1::FUSED);
  const v1::SearchResponse fused = Search(request);
  EXPECT_EQ(fused.order(), v1::FUSED);
  ASSERT_GE(fused.passages_size(), 2);
  EXPECT_EQ(fused.passages(0).source().document(), "words.txt");
  EXPECT_EQ(fused.passages(0).score().relevance(), 0);

  const v1::SearchResponse reranked = Search(Request());
  EXPECT_EQ(reranked.order(), v1::RERANKED);
  ASSERT_EQ(reranked.passages_size(), fused.passages_size());
  EXPECT_EQ(reranked.passages(0).source().document(), "answer.txt")
      << Documents(reranked);
  EXPECT_GT(reranked.passages(0).score().relevance(),
            reranked.passages(1).score().relevance());
  // The passage is whole: text, source and scores went along.
  EXPECT_EQ(
      reranked.passages(0).span().end() - reranked.passages(0).span().begin(),
      reranked.passages(0).text().size());
  EXPECT_GT(reranked.passages(0).score().total(), 0);
}

TEST_F(SearchTest, TheBestOneIsTheBestOfThoseThatWereReranked) {
  v1::SearchRequest request = Request();
  request.set_top_k(1);
  const v1::SearchResponse found = Search(request);
  ASSERT_EQ(found.passages_size(), 1);
  EXPECT_EQ(found.passages(0).source().document(), "answer.txt");
}

TEST_F(SearchTest, TextsThatAreNotWantedDoNotCome) {
  v1::SearchRequest request = Request();
  request.set_omit_text(true);
  const v1::SearchResponse found = Search(request);
  EXPECT_EQ(found.order(), v1::RERANKED);
  for (const v1::Passage& passage : found.passages()) {
    EXPECT_EQ(passage.text(), "");
  }
}

TEST_F(SearchTest, ASearchByOneArmKeepsThatArmsOrder) {
  v1::SearchRequest request = Request();
  request.set_mode(v1::LEXICAL);
  EXPECT_EQ(Search(request).order(), v1::FUSED);
}

TEST_F(SearchTest, WithoutAGeneratorTheRetrieversOrderStands) {
  const auto nobody = grpc::CreateChannel("unix:/nowhere/at/all",
                                          grpc::InsecureChannelCredentials());
  const RoomStubs rooms({channel_, channel_, nobody, channel_});
  grpc::ServerContext context;
  const Caller caller(&context, absl::Seconds(5));
  v1::SearchResponse found;
  const absl::Status status = SearchAndRerank(Request(), caller, rooms, &found);
  ASSERT_EQ(status, absl::OkStatus());
  EXPECT_EQ(found.order(), v1::FUSED);
  ASSERT_GE(found.passages_size(), 2);
  EXPECT_EQ(found.passages(0).score().relevance(), 0);
}

TEST_F(SearchTest, AnUnknownCollectionIsStillTheRetrieversError) {
  v1::SearchRequest request = Request();
  request.set_collection("land");
  grpc::ClientContext context;
  v1::SearchResponse response;
  EXPECT_EQ(v1::Answers::NewStub(channel_)
                ->Search(&context, request, &response)
                .error_code(),
            grpc::StatusCode::NOT_FOUND);
}

}  // namespace
}  // namespace footnote
