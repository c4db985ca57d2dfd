// Ask over the real rooms of one store, in this process.
#include <gmock/gmock.h>
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/grpc_status.h"
#include "base/hash.h"
#include "gateway/answers_service.h"
#include "gateway/channel.h"
#include "gateway/config.h"
#include "gateway/embedded.h"
#include "gateway/room_stubs.h"
#include "gateway/server.h"
#include "model/encoder/e5_encoder.h"
#include "proto/footnote/v1/answers.grpc.pb.h"
#include "proto/footnote/v1/audit.grpc.pb.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"
#include "tests/model/encoder/toy_e5.h"
#include "tests/model/encoder/toy_weights.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

constexpr char kText[] =
    "The lighthouse of Eddystone was built in 1759 by John Smeaton.\n\n"
    "Its lantern burned twenty-four candles. The keepers wound the clock "
    "every half hour.\n\n"
    "Die Brücke über die Elbe wurde 1893 in Dresden eröffnet.\n";
// More generations than the store will see.
constexpr uint64_t kNeverThere = 1000000;

std::string NewFolder() {
  static int count = 0;
  const char* base = getenv("TEST_TMPDIR");
  return absl::StrCat(base == nullptr ? "/tmp" : base, "/ask_", getpid(), "_",
                      ++count);
}

v1::Config TestConfig() {
  v1::Config config;
  config.set_store(NewFolder());
  config.mutable_encoder()->set_path("none");
  config.mutable_limits()->set_max_concurrent_asks(2);
  return WithDefaults(config);
}

std::unique_ptr<grpc::ClientContext> Within(int milliseconds) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() +
                        std::chrono::milliseconds(milliseconds));
  return context;
}

void Ingest(const std::shared_ptr<grpc::Channel>& channel,
            const std::string& document, const std::string& text,
            const std::string& media_type = "text/plain") {
  const auto indexer = v1::Indexer::NewStub(channel);
  const auto context = Within(20000);
  const auto stream = indexer->IngestDocuments(context.get());
  // Without a network in between nothing is buffered: who only writes, waits.
  uint64_t indexed = 0;
  std::thread reader([&] {
    v1::IngestResponse response;
    while (stream->Read(&response)) indexed = response.summary().indexed();
  });
  v1::IngestRequest request;
  request.mutable_start()->set_collection("sea");
  EXPECT_TRUE(stream->Write(request));
  request.mutable_file()->set_document(document);
  request.mutable_file()->set_media_type(media_type);
  EXPECT_TRUE(stream->Write(request));
  request.mutable_chunk()->set_data(text);
  request.mutable_chunk()->set_last(true);
  EXPECT_TRUE(stream->Write(request));
  stream->WritesDone();
  reader.join();
  const grpc::Status status = stream->Finish();
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_EQ(indexed, 1);
}

struct Asked {
  absl::Status status;
  std::vector<v1::AskResponse> messages;
  const v1::Answer& answer() const { return messages.back().completed(); }
};

class AskTest : public testing::Test {
 protected:
  explicit AskTest(v1::Config config = TestConfig())
      : config_(std::move(config)) {}

  void SetUp() override {
    Open();
    Ingest(channel_, "eddystone.txt", kText);
  }

  void Open() {
    auto channel = OpenEmbedded(config_, NoStore::kIsMade, hears_ahead_);
    ASSERT_TRUE(channel.ok()) << channel.status();
    channel_ = *channel;
    answers_ = v1::Answers::NewStub(channel_);
    audit_ = v1::Audit::NewStub(channel_);
  }
  void Close() {
    answers_.reset();
    audit_.reset();
    channel_.reset();
  }

  static v1::AskRequest Question(const std::string& text) {
    v1::AskRequest request;
    request.set_collection("sea");
    request.set_question(text);
    return request;
  }

  Asked Ask(const v1::AskRequest& request, int milliseconds = 20000) {
    const auto context = Within(milliseconds);
    const auto reader = answers_->Ask(context.get(), request);
    Asked asked;
    v1::AskResponse response;
    while (reader->Read(&response)) asked.messages.push_back(response);
    asked.status = FromGrpcStatus(reader->Finish());
    return asked;
  }

  int CountRecords() {
    const auto context = Within(20000);
    v1::ListRecordsRequest request;
    request.set_page_size(1000);
    v1::ListRecordsResponse response;
    const grpc::Status status =
        audit_->ListRecords(context.get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response.records_size();
  }

  v1::Config config_;
  bool hears_ahead_ = false;
  std::shared_ptr<grpc::Channel> channel_;
  std::unique_ptr<v1::Answers::Stub> answers_;
  std::unique_ptr<v1::Audit::Stub> audit_;
};

TEST_F(AskTest, StreamsStartedTextCitationsAndTheWholeInThisOrder) {
  const Asked asked = Ask(Question("Who built the lighthouse of Eddystone?"));
  ASSERT_TRUE(asked.status.ok()) << asked.status;
  ASSERT_GE(asked.messages.size(), 4);
  std::string order, text;
  for (size_t i = 0; i < asked.messages.size(); ++i) {
    const v1::AskResponse& message = asked.messages[i];
    EXPECT_EQ(message.sequence(), i + 1);
    switch (message.message_case()) {
      case v1::AskResponse::kStarted:
        order += 's';
        break;
      case v1::AskResponse::kDelta:
        order += 'd';
        text += message.delta();
        break;
      case v1::AskResponse::kCitation:
        order += 'c';
        break;
      default:
        order += 'e';
    }
  }
  EXPECT_THAT(order, testing::MatchesRegex("sd+c+e"));
  EXPECT_EQ(text, asked.answer().text());
  EXPECT_EQ(asked.messages[0].started().answer_id(), asked.answer().id());
  EXPECT_THAT(text, HasSubstr("John Smeaton"));
}

TEST_F(AskTest, EveryCitationIsTheStoredTextByteForByte) {
  const Asked asked = Ask(Question("Who built the lighthouse of Eddystone?"));
  ASSERT_TRUE(asked.status.ok()) << asked.status;
  ASSERT_GE(asked.answer().citations_size(), 1);
  const auto indexer = v1::Indexer::NewStub(channel_);
  for (const v1::Citation& citation : asked.answer().citations()) {
    EXPECT_EQ(citation.verdict(), v1::FOUND);
    for (const v1::SourceSpan& source : citation.sources()) {
      v1::ReadTextRequest read;
      read.set_collection("sea");
      read.set_document(source.source().document());
      read.set_version(source.source().version());
      read.set_begin(source.span().begin());
      read.set_end(source.span().end());
      v1::ReadTextResponse text;
      ASSERT_TRUE(indexer->ReadText(Within(20000).get(), read, &text).ok());
      EXPECT_EQ(text.text(), source.quote());
    }
  }
}

TEST_F(AskTest, ForecastsASeriesAndQuotesTheRowsThatFedIt) {
  std::string table =
      "# Catches\n\n| Month | Herring | Eels |\n|---|---|---|\n";
  for (int i = 0; i < 72; ++i) {
    absl::StrAppend(&table, "| ", 2019 + i / 12, "-", i % 12 < 9 ? "0" : "",
                    i % 12 + 1, " | ", 500 + 3 * i + 10 * (i % 12), " | ",
                    40 + i % 5, " |\n");
  }
  Ingest(channel_, "catches.md", table, "text/markdown");
  const Asked asked =
      Ask(Question("What will the herring catches be next "
                   "month?"));
  ASSERT_TRUE(asked.status.ok()) << asked.status;
  const v1::Answer& answer = asked.answer();
  ASSERT_TRUE(answer.has_forecast()) << answer.DebugString();
  EXPECT_EQ(answer.writer(), "forecast/1");
  EXPECT_EQ(answer.forecast().column(), "Herring");
  EXPECT_EQ(answer.forecast().time(), "2025-01");
  EXPECT_EQ(answer.forecast().rows(), 72);
  EXPECT_NEAR(answer.forecast().value(), 500 + 3 * 72, 20);
  EXPECT_LT(answer.forecast().rmse(), answer.forecast().last_value_rmse());
  ASSERT_GE(answer.citations_size(), 8);
  for (const v1::Citation& citation : answer.citations()) {
    EXPECT_EQ(citation.verdict(), v1::FOUND);
    EXPECT_THAT(citation.sources(0).quote(), HasSubstr("Herring: "));
  }
  // The record holds the forecast, and its quotes check against the store.
  v1::VerifyAnswerRequest verify;
  verify.set_answer_id(answer.id());
  v1::VerifyAnswerResponse verified;
  ASSERT_TRUE(
      audit_->VerifyAnswer(Within(20000).get(), verify, &verified).ok());
  EXPECT_TRUE(verified.verified());
}

TEST_F(AskTest, IsRecordedBeforeTheFirstMessage) {
  const auto context = Within(20000);
  const auto reader =
      answers_->Ask(context.get(), Question("Who built the lighthouse?"));
  v1::AskResponse first;
  ASSERT_TRUE(reader->Read(&first));
  v1::GetRecordRequest get;
  get.set_answer_id(first.started().answer_id());
  v1::AnswerRecord record;
  const grpc::Status status =
      audit_->GetRecord(Within(20000).get(), get, &record);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(record.answer().question(), "Who built the lighthouse?");
  EXPECT_GE(record.retrieved_size(), 1);
  EXPECT_EQ(record.retrieved(0).rank(), 1);
  EXPECT_TRUE(record.deterministic());
  EXPECT_GT(record.analyzer_version(), 0);
}

TEST_F(AskTest, ACallerThatLeftFetchesTheWholeAnswerByItsId) {
  std::string id;
  {
    const auto context = Within(20000);
    const auto reader =
        answers_->Ask(context.get(), Question("Who built the lighthouse?"));
    v1::AskResponse first;
    ASSERT_TRUE(reader->Read(&first));
    id = first.started().answer_id();
    context->TryCancel();
    reader->Finish();
  }
  v1::GetAnswerRequest get;
  get.set_answer_id(id);
  v1::Answer answer;
  const grpc::Status status =
      answers_->GetAnswer(Within(20000).get(), get, &answer);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_EQ(answer.id(), id);
  EXPECT_THAT(answer.text(), HasSubstr("Smeaton"));
}

TEST_F(AskTest, GetAnswerIsWhatWasShown) {
  const Asked asked = Ask(Question("When was the bridge in Dresden opened?"));
  ASSERT_TRUE(asked.status.ok()) << asked.status;
  v1::GetAnswerRequest get;
  get.set_answer_id(asked.answer().id());
  v1::Answer answer;
  ASSERT_TRUE(answers_->GetAnswer(Within(20000).get(), get, &answer).ok());
  EXPECT_EQ(answer.SerializeAsString(), asked.answer().SerializeAsString());
}

TEST_F(AskTest, ARepeatedRequestIdGivesTheFirstAnswerAndRecordsNothing) {
  v1::AskRequest request = Question("Who built the lighthouse of Eddystone?");
  request.set_request_id("once");
  const Asked first = Ask(request);
  ASSERT_TRUE(first.status.ok()) << first.status;
  const int records = CountRecords();
  // What the collection holds meanwhile does not change the answer.
  Ingest(channel_, "other.txt",
         "The lighthouse of Eddystone was built by Winstanley before.\n");
  const Asked second = Ask(request);
  ASSERT_TRUE(second.status.ok()) << second.status;
  EXPECT_EQ(second.answer().SerializeAsString(),
            first.answer().SerializeAsString());
  EXPECT_EQ(CountRecords(), records);
}

TEST_F(AskTest, ARequestIdOfAnotherQuestionIsRefused) {
  v1::AskRequest request = Question("Who built the lighthouse of Eddystone?");
  request.set_request_id("once");
  ASSERT_TRUE(Ask(request).status.ok());
  request.set_question("When was the bridge in Dresden opened?");
  const Asked second = Ask(request);
  EXPECT_TRUE(absl::IsInvalidArgument(second.status)) << second.status;
  EXPECT_TRUE(second.messages.empty());
}

TEST_F(AskTest, AnUnknownCollectionIsNotFound) {
  v1::AskRequest request = Question("Who?");
  request.set_collection("nowhere");
  const Asked asked = Ask(request);
  EXPECT_TRUE(absl::IsNotFound(asked.status)) << asked.status;
  EXPECT_EQ(ErrorReason(asked.status), "COLLECTION_NOT_FOUND");
  EXPECT_TRUE(asked.messages.empty());
}

TEST_F(AskTest, AnUnknownWriterIsNotFound) {
  v1::AskRequest request = Question("Who built the lighthouse?");
  request.set_writer("shakespeare");
  const Asked asked = Ask(request);
  EXPECT_EQ(ErrorReason(asked.status), "WRITER_NOT_FOUND") << asked.status;
}

TEST_F(AskTest, AbstainsWithAReasonAndRecordsThatToo) {
  const Asked asked = Ask(Question("Zyzzyva quokka xylophone?"));
  ASSERT_TRUE(asked.status.ok()) << asked.status;
  EXPECT_EQ(asked.answer().text(), "");
  EXPECT_NE(asked.answer().abstention(), v1::ABSTENTION_REASON_UNSPECIFIED);
  EXPECT_NE(asked.answer().abstention_detail(), "");
  EXPECT_NE(asked.answer().receipt().sequence(), 0);
  EXPECT_EQ(CountRecords(), 1);
}

TEST_F(AskTest, StopsAtTheDeadlineAndRecordsNothing) {
  v1::AskRequest request = Question("Who built the lighthouse?");
  request.set_min_generation(kNeverThere);
  const Asked asked = Ask(request, 100);
  // The search gives up just before the deadline, if its clock is right.
  EXPECT_TRUE(absl::IsDeadlineExceeded(asked.status) ||
              ErrorReason(asked.status) == "GENERATION_NOT_AVAILABLE")
      << asked.status;
  EXPECT_TRUE(asked.messages.empty());
  EXPECT_EQ(CountRecords(), 0);
}

TEST_F(AskTest, StopsWhenCancelledAndRecordsNothing) {
  v1::AskRequest request = Question("Who built the lighthouse?");
  request.set_min_generation(kNeverThere);
  const auto context = Within(20000);
  const auto reader = answers_->Ask(context.get(), request);
  context->TryCancel();
  v1::AskResponse response;
  EXPECT_FALSE(reader->Read(&response));
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::CANCELLED);
  EXPECT_EQ(CountRecords(), 0);
}

TEST_F(AskTest, ACrowdIsTurnedAwayInsteadOfWaiting) {
  // Three that wait for ever where two have room: one is turned away at once,
  // and then the others are let go.
  v1::AskRequest slow = Question("Who built the lighthouse?");
  slow.set_min_generation(kNeverThere);
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  for (int i = 0; i < 3; ++i) contexts.push_back(Within(20000));
  std::atomic<int> turned_away{0};
  std::vector<std::thread> crowd;
  for (int i = 0; i < 3; ++i) {
    crowd.emplace_back([&, i] {
      const auto reader = answers_->Ask(contexts[i].get(), slow);
      v1::AskResponse response;
      EXPECT_FALSE(reader->Read(&response));
      const grpc::Status status = reader->Finish();
      if (status.error_code() != grpc::StatusCode::RESOURCE_EXHAUSTED) return;
      ++turned_away;
      for (const auto& context : contexts) context->TryCancel();
    });
  }
  for (std::thread& one : crowd) one.join();
  EXPECT_EQ(turned_away, 1);
}

TEST_F(AskTest, ShowsNothingThatCanNotBeRecorded) {
  // The rooms of the store, but an audit room that nobody serves.
  const auto nobody = OpenChannel("127.0.0.1:1", config_);
  ASSERT_TRUE(nobody.ok()) << nobody.status();
  const RoomStubs rooms({channel_, channel_, channel_, *nobody});
  AnswersService service(&rooms, {});
  auto server = Server::Start(config_, "", {{"answers", &service}});
  ASSERT_TRUE(server.ok()) << server.status();
  answers_ = v1::Answers::NewStub((*server)->channel());
  const Asked asked = Ask(Question("Who built the lighthouse of Eddystone?"));
  EXPECT_TRUE(absl::IsUnavailable(asked.status)) << asked.status;
  EXPECT_EQ(ErrorReason(asked.status), "AUDIT_UNAVAILABLE");
  EXPECT_TRUE(asked.messages.empty());
}

TEST_F(AskTest, AQuestionOfStopWordsOrSignsAbstains) {
  for (const char* question : {"the of and", "???", " "}) {
    const Asked asked = Ask(Question(question));
    ASSERT_TRUE(asked.status.ok()) << asked.status;
    EXPECT_EQ(asked.answer().text(), "") << question;
    EXPECT_EQ(asked.answer().abstention(), v1::EMPTY_QUESTION) << question;
  }
}

TEST_F(AskTest, TheLongestQuestionGetsAnAnswer) {
  std::string question = "Who built the lighthouse of Eddystone? ";
  while (question.size() < 99990) question += "lighthouse ";
  question.resize(99990);
  const Asked asked = Ask(Question(question));
  EXPECT_TRUE(asked.status.ok()) << asked.status;
}

TEST_F(AskTest, SearchGivesPassagesAndRecordsNothing) {
  v1::SearchRequest request;
  request.set_collection("sea");
  request.set_question("lighthouse");
  v1::SearchResponse response;
  const grpc::Status status =
      answers_->Search(Within(20000).get(), request, &response);
  ASSERT_TRUE(status.ok()) << status.error_message();
  ASSERT_GE(response.passages_size(), 1);
  EXPECT_THAT(response.passages(0).text(), HasSubstr("lighthouse"));
  EXPECT_EQ(CountRecords(), 0);
}

TEST_F(AskTest, AnswersSurviveTheEndOfTheProcessThatGaveThem) {
  const Asked asked = Ask(Question("Who built the lighthouse of Eddystone?"));
  ASSERT_TRUE(asked.status.ok()) << asked.status;
  Close();
  Open();
  v1::VerifyAnswerRequest verify;
  verify.set_answer_id(asked.answer().id());
  v1::VerifyAnswerResponse verified;
  const grpc::Status status =
      audit_->VerifyAnswer(Within(20000).get(), verify, &verified);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(verified.verified());
}

// With the weights of a toy of the second encoder, which is always asked.
class AskThoroughlyTest : public AskTest {
 protected:
  AskThoroughlyTest() : AskTest(ConfigWith(ToyE5Sections())) {}

  static v1::Config ConfigWith(const Sections& sections) {
    v1::Config config = TestConfig();
    config.mutable_encoder()->set_second(FileOf(sections));
    config.mutable_encoder()->set_second_opinion("always");
    return config;
  }

  static std::string FileOf(const Sections& sections) {
    const std::string path = NewFolder() + ".enc";
    const std::string bytes = WeightsFileOf(sections, 1, "e5");
    EXPECT_TRUE(WriteFileAtomically(path, bytes).ok());
    return path;
  }

  v1::AnswerRecord RecordOf(const std::string& answer_id) {
    v1::GetRecordRequest get;
    get.set_answer_id(answer_id);
    v1::AnswerRecord record;
    const grpc::Status status =
        audit_->GetRecord(Within(20000).get(), get, &record);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return record;
  }

  std::vector<std::string> OtherMakersOf(const std::string& answer_id) {
    v1::ReplayAnswerRequest request;
    request.set_answer_id(answer_id);
    v1::ReplayAnswerResponse response;
    const grpc::Status status =
        answers_->ReplayAnswer(Within(20000).get(), request, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return {response.other_makers().begin(), response.other_makers().end()};
  }
};

TEST_F(AskThoroughlyTest, TheWritersSecondEncoderIsOnRecordWithItsWholeHash) {
  const Asked asked = Ask(Question("Who built the lighthouse of Eddystone?"));
  ASSERT_TRUE(asked.status.ok()) << asked.status;
  const v1::AnswerRecord record = RecordOf(asked.answer().id());
  const auto encoders = OpenE5(config_.encoder().second());
  ASSERT_TRUE(encoders.ok()) << encoders.status();
  EXPECT_EQ(record.answer().writer(), "extractive-thorough/12");
  EXPECT_EQ(record.writer_second_encoder(), encoders->passage->name());
  EXPECT_EQ(Hex(record.writer_second_encoder_sha256()),
            encoders->passage->hash());
  // Without a first encoder nothing is ranked across languages.
  EXPECT_EQ(record.search_second_encoder(), "");
  EXPECT_EQ(record.search_second_encoder_sha256(), "");
}

TEST_F(AskThoroughlyTest, AReplayWithOtherWeightsNamesThem) {
  const Asked asked = Ask(Question("Who built the lighthouse of Eddystone?"));
  ASSERT_TRUE(asked.status.ok()) << asked.status;
  EXPECT_THAT(OtherMakersOf(asked.answer().id()), ElementsAre());
  Close();
  Sections other = ToyE5Sections();
  for (auto& [name, content] : other) {
    if (name == "epsilon") content[0] ^= 1;
  }
  config_.mutable_encoder()->set_second(FileOf(other));
  Open();
  EXPECT_THAT(OtherMakersOf(asked.answer().id()),
              ElementsAre("second encoder"));
  Close();
  config_.mutable_encoder()->set_second("none");
  config_.mutable_encoder()->set_second_opinion("across");
  Open();
  EXPECT_THAT(OtherMakersOf(asked.answer().id()),
              ElementsAre("writer", "second encoder"));
}

TEST_F(AskThoroughlyTest, DamagedWeightsThatAreAlwaysAskedAreSaidAtTheStart) {
  v1::Config config = TestConfig();
  config.mutable_encoder()->set_second_opinion("always");
  Sections damaged = ToyE5Sections();
  for (auto& [name, content] : damaged) {
    if (name == "l1.fo.w") content.pop_back();
  }
  config.mutable_encoder()->set_second(FileOf(damaged));
  const absl::Status status = OpenEmbedded(config).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("l1.fo.w"));
}

TEST_F(AskThoroughlyTest, WhatWasHeardAheadIsAnsweredByTheThoroughWriter) {
  Close();
  config_.mutable_encoder()->set_second_opinion("heard");
  Open();
  // A command does not stay long enough to hear.
  EXPECT_EQ(
      Ask(Question("Who built the lighthouse of Eddystone?")).answer().writer(),
      "extractive/12");
  Close();
  hears_ahead_ = true;
  Open();
  Asked asked;
  do {
    asked = Ask(Question("Who built the lighthouse of Eddystone?"));
    ASSERT_TRUE(asked.status.ok()) << asked.status;
  } while (asked.answer().writer() != "extractive-thorough/12");
  EXPECT_THAT(OtherMakersOf(asked.answer().id()), ElementsAre());
  // So is what comes later.
  Ingest(channel_, "tea.txt", "Green tea is brewed at seventy degrees.");
  do {
    asked = Ask(Question("At how many degrees is green tea brewed?"));
    ASSERT_TRUE(asked.status.ok()) << asked.status;
  } while (asked.answer().writer() != "extractive-thorough/12");
  EXPECT_THAT(asked.answer().text(), HasSubstr("seventy"));
}

TEST(OpenEmbeddedTest, OpensAStoreOnlyOnce) {
  const v1::Config config = TestConfig();
  const auto first = OpenEmbedded(config);
  ASSERT_TRUE(first.ok()) << first.status();
  EXPECT_FALSE(OpenEmbedded(config).ok());
}

TEST(OpenEmbeddedTest, EndsWithTheLastCopyOfItsChannel) {
  const v1::Config config = TestConfig();
  auto channel = OpenEmbedded(config);
  ASSERT_TRUE(channel.ok()) << channel.status();
  auto stub = v1::Answers::NewStub(*channel);
  channel->reset();
  stub.reset();
  EXPECT_TRUE(OpenEmbedded(config).ok());
}

}  // namespace
}  // namespace footnote
