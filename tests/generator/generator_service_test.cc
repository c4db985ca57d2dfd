#include "generator/generator_service.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "base/grpc_status.h"
#include "generator/extractive/extractive_writer.h"
#include "model/encoder/e5_encoder.h"
#include "proto/footnote/v1/generator.grpc.pb.h"
#include "tests/generator/documents_23.h"
#include "tests/model/encoder/one_word_encoder.h"

namespace footnote {
namespace {

class GeneratorServiceTest : public ::testing::Test {
 protected:
  GeneratorServiceTest() : service_(NewGenerator(nullptr, {}).service) {
    grpc::ServerBuilder builder;
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    stub_ = v1::Generator::NewStub(
        server_->InProcessChannel(grpc::ChannelArguments()));
  }

  std::unique_ptr<grpc::Service> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::Generator::Stub> stub_;
};

TEST_F(GeneratorServiceTest, PiecesPutTogetherAreTheText) {
  const Document23& document = Documents23()[4];
  v1::GenerateRequest request;
  request.set_question("library opened building people");
  request.set_max_sentences(3);
  *request.add_passages() = MakePassage("a", document.text, "en");
  grpc::ClientContext context;
  const auto reader = stub_->Generate(&context, request);
  v1::GenerateResponse response;
  std::string pieces;
  v1::Draft draft;
  int drafts = 0;
  while (reader->Read(&response)) {
    EXPECT_EQ(drafts, 0) << "something came after the draft";
    pieces += response.delta();
    if (response.has_draft()) {
      draft = response.draft();
      ++drafts;
    }
  }
  ASSERT_TRUE(reader->Finish().ok());
  EXPECT_EQ(drafts, 1);
  EXPECT_NE(draft.text(), "");
  EXPECT_EQ(pieces, draft.text());
  EXPECT_EQ(draft.writer(), "extractive/12");
  EXPECT_TRUE(draft.deterministic());
}

TEST_F(GeneratorServiceTest, ErrorsCarryTheirReason) {
  grpc::ClientContext context;
  const auto reader = stub_->Generate(&context, v1::GenerateRequest());
  v1::GenerateResponse response;
  EXPECT_FALSE(reader->Read(&response));
  const absl::Status status = FromGrpcStatus(reader->Finish());
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorReason(status), "INVALID_REQUEST");
}

TEST_F(GeneratorServiceTest, ListsItsWriter) {
  grpc::ClientContext context;
  v1::ListWritersResponse response;
  ASSERT_TRUE(
      stub_->ListWriters(&context, v1::ListWritersRequest(), &response).ok());
  ASSERT_EQ(response.writers_size(), 1);
  EXPECT_EQ(response.writers(0).name(), "extractive/12");
  EXPECT_EQ(response.writers(0).languages_size(), 23);
}

bool Never() { return false; }

using SecondAtHome = GeneratorOptions::SecondAtHome;

class ThoroughServiceTest : public ::testing::Test {
 protected:
  explicit ThoroughServiceTest(SecondAtHome when = SecondAtHome::kAlways)
      : second_(HearsOnly("diary")) {
    GeneratorOptions options;
    options.second = &second_;
    options.second_at_home = when;
    room_ = NewGenerator(nullptr, options);
    grpc::ServerBuilder builder;
    builder.RegisterService(room_.service.get());
    server_ = builder.BuildAndStart();
    stub_ = v1::Generator::NewStub(
        server_->InProcessChannel(grpc::ChannelArguments()));
  }

  static v1::Passage Tower() {
    return MakePassage(
        "a",
        "The lighthouse tower was finished in 1759. As a diary has it, the "
        "lighthouse tower was finished in the spring of a dry year.",
        "en");
  }

  v1::Draft Ask(const std::string& writer) {
    v1::GenerateRequest request;
    request.set_question("When was the lighthouse tower finished?");
    request.set_writer(writer);
    request.set_max_sentences(1);
    *request.add_passages() = Tower();
    grpc::ClientContext context;
    const auto reader = stub_->Generate(&context, request);
    v1::GenerateResponse response;
    v1::Draft draft;
    while (reader->Read(&response)) {
      if (response.has_draft()) draft = response.draft();
    }
    EXPECT_TRUE(reader->Finish().ok());
    return draft;
  }

  LazyE5 second_;
  GeneratorRoom room_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::Generator::Stub> stub_;
};

TEST_F(ThoroughServiceTest,
       TheThoroughWriterIsTheDefaultAndTheOtherCanBeNamed) {
  const v1::Draft thorough = Ask("");
  EXPECT_EQ(thorough.writer(), "extractive-thorough/12");
  EXPECT_NE(thorough.text().find("diary"), std::string::npos)
      << thorough.text();
  EXPECT_EQ(thorough.second_encoder(), "one word/float32");
  EXPECT_EQ(thorough.second_encoder_sha256(), std::string(32, '\xbb'));
  EXPECT_EQ(Ask("extractive-thorough/12").text(), thorough.text());
  const v1::Draft plain = Ask("extractive/12");
  EXPECT_EQ(plain.writer(), "extractive/12");
  EXPECT_NE(plain.text().find("1759"), std::string::npos) << plain.text();
  EXPECT_EQ(plain.second_encoder(), "");
}

TEST_F(ThoroughServiceTest, BothWritersAreListed) {
  grpc::ClientContext context;
  v1::ListWritersResponse response;
  ASSERT_TRUE(
      stub_->ListWriters(&context, v1::ListWritersRequest(), &response).ok());
  ASSERT_EQ(response.writers_size(), 2);
  EXPECT_EQ(response.writers(0).name(), "extractive-thorough/12");
  EXPECT_EQ(response.writers(1).name(), "extractive/12");
}

class AcrossServiceTest : public ThoroughServiceTest {
 protected:
  AcrossServiceTest() : ThoroughServiceTest(SecondAtHome::kNever) {}
};

TEST_F(AcrossServiceTest, WhatTheThoroughWriterWroteCanBeWrittenAgain) {
  EXPECT_EQ(Ask("").writer(), "extractive/12");
  const v1::Draft thorough = Ask("extractive-thorough/12");
  EXPECT_EQ(thorough.writer(), "extractive-thorough/12");
  EXPECT_NE(thorough.text().find("diary"), std::string::npos)
      << thorough.text();
}

TEST(SecondEncoderTest, WithoutItsWeightsNobodyIsNamedThorough) {
  LazyE5 missing("/nowhere");
  const ExtractiveWriter writer(nullptr, &missing,
                                ExtractiveWriter::AtHome::kAlways);
  v1::GenerateRequest request;
  request.set_question("When was the lighthouse finished?");
  *request.add_passages() =
      MakePassage("a", "The lighthouse was finished in 1759.", "en");
  const auto draft = writer.Write(request, Never);
  ASSERT_TRUE(draft.ok()) << draft.status();
  EXPECT_EQ(draft->writer(), "extractive/12");
}

class HearingServiceTest : public ThoroughServiceTest {
 protected:
  HearingServiceTest() : ThoroughServiceTest(SecondAtHome::kHeard) {}
};

TEST_F(HearingServiceTest, WhatWasHeardAheadIsAnsweredThoroughlyAndSaysSo) {
  EXPECT_EQ(Ask("").writer(), "extractive/12");
  ASSERT_TRUE(*room_.hear(Tower(), Never));
  const v1::Draft thorough = Ask("");
  EXPECT_EQ(thorough.writer(), "extractive-thorough/12");
  EXPECT_EQ(thorough.second_encoder(), "one word/float32");
  // By its name the same answer is written again.
  v1::Draft again = Ask(thorough.writer());
  EXPECT_EQ(again.SerializeAsString(), thorough.SerializeAsString());
  const v1::Draft plain = Ask("extractive/12");
  EXPECT_EQ(plain.writer(), "extractive/12");
  EXPECT_NE(plain.text(), thorough.text());
}

TEST_F(HearingServiceTest, WhatAnotherCollectionHoldsDoesNotShow) {
  v1::Passage other = Tower();
  other.mutable_source()->set_collection("another");
  ASSERT_TRUE(*room_.hear(other, Never));
  EXPECT_EQ(Ask("").writer(), "extractive/12");
}

TEST_F(HearingServiceTest, WhatIsNotHeardAgainIsForgotten) {
  ASSERT_TRUE(*room_.hear(Tower(), Never));
  room_.forget_unheard();
  EXPECT_EQ(Ask("").writer(), "extractive-thorough/12");
  ASSERT_TRUE(*room_.hear(MakePassage("b", "Bread is baked.", "en"), Never));
  room_.forget_unheard();
  EXPECT_EQ(Ask("").writer(), "extractive/12");
}

TEST_F(HearingServiceTest, TheWriterThatChoosesIsListedBeforeThoseItChooses) {
  grpc::ClientContext context;
  v1::ListWritersResponse response;
  ASSERT_TRUE(
      stub_->ListWriters(&context, v1::ListWritersRequest(), &response).ok());
  ASSERT_EQ(response.writers_size(), 3);
  EXPECT_EQ(response.writers(0).name(), "extractive");
  EXPECT_EQ(response.writers(1).name(), "extractive-thorough/12");
  EXPECT_EQ(response.writers(2).name(), "extractive/12");
}

}  // namespace
}  // namespace footnote
