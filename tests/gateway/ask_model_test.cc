// Ask with a language model over the real rooms of one store: tools, drafts,
// follow-ups, and what of them is on record.
#include <grpcpp/client_context.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <chrono>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "audit/show_command.h"
#include "base/grpc_status.h"
#include "base/metrics.h"
#include "gateway/config.h"
#include "gateway/embedded.h"
#include "gateway/print.h"
#include "proto/footnote/v1/answers.grpc.pb.h"
#include "proto/footnote/v1/audit.grpc.pb.h"
#include "proto/footnote/v1/generator.grpc.pb.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"
#include "tests/generator/scripted_model.h"

namespace footnote {
namespace {

constexpr char kText[] =
    "The lighthouse of Skagen is 46 metres high. It was lit in 1858.\n\n"
    "The lighthouse of Hirtshals is 35 metres high. Herons nest there.\n";

constexpr char kRateExpected[] =
    "footnote_load{kind=\"tokens_per_second_expected\"}";

std::unique_ptr<grpc::ClientContext> Within(int milliseconds) {
  auto context = std::make_unique<grpc::ClientContext>();
  context->set_deadline(std::chrono::system_clock::now() +
                        std::chrono::milliseconds(milliseconds));
  return context;
}

class AskModelTest : public ::testing::Test {
 protected:
  // Rooms whose model is `script`.
  void Open(const Script& script) {
    static int count = 0;
    const std::string folder = absl::StrCat(::testing::TempDir(), "/ask_model_",
                                            getpid(), "_", ++count);
    WriteScriptedModel(folder + "/models", "m", script);
    v1::Config config;
    config.set_store(folder + "/store");
    config.mutable_encoder()->set_path("none");
    config.mutable_model()->set_path(folder + "/models");
    config.mutable_model()->set_threads(1);
    config.mutable_model()->set_cache_bytes(64 << 20);
    auto channel = OpenEmbedded(WithDefaults(config));
    ASSERT_TRUE(channel.ok()) << channel.status();
    channel_ = *channel;
    Ingest();
  }

  void Ingest() {
    const auto indexer = v1::Indexer::NewStub(channel_);
    const auto context = Within(20000);
    const auto stream = indexer->IngestDocuments(context.get());
    std::thread reader([&] {
      v1::IngestResponse response;
      while (stream->Read(&response)) {
      }
    });
    v1::IngestRequest request;
    request.mutable_start()->set_collection("sea");
    stream->Write(request);
    request.mutable_file()->set_document("lights.txt");
    stream->Write(request);
    request.mutable_chunk()->set_data(kText);
    request.mutable_chunk()->set_last(true);
    stream->Write(request);
    stream->WritesDone();
    reader.join();
    ASSERT_TRUE(stream->Finish().ok());
  }

  static v1::AskRequest Question(const std::string& text) {
    v1::AskRequest request;
    request.set_collection("sea");
    request.set_question(text);
    request.set_writer("m");
    return request;
  }

  v1::Answer Ask(const v1::AskRequest& request) {
    const auto context = Within(60000);
    const auto reader =
        v1::Answers::NewStub(channel_)->Ask(context.get(), request);
    messages_.clear();
    v1::AskResponse response;
    while (reader->Read(&response)) messages_.push_back(response);
    const absl::Status status = FromGrpcStatus(reader->Finish());
    EXPECT_TRUE(status.ok()) << status;
    return messages_.empty() ? v1::Answer() : messages_.back().completed();
  }

  v1::AnswerRecord Record(const v1::Answer& answer) {
    const auto context = Within(20000);
    v1::GetRecordRequest get;
    get.set_answer_id(answer.id());
    v1::AnswerRecord record;
    EXPECT_TRUE(v1::Audit::NewStub(channel_)
                    ->GetRecord(context.get(), get, &record)
                    .ok());
    return record;
  }

  bool Verified(const v1::Answer& answer) {
    const auto context = Within(20000);
    v1::VerifyAnswerRequest verify;
    verify.set_answer_id(answer.id());
    v1::VerifyAnswerResponse response;
    EXPECT_TRUE(v1::Audit::NewStub(channel_)
                    ->VerifyAnswer(context.get(), verify, &response)
                    .ok());
    return response.verified();
  }

  std::shared_ptr<grpc::Channel> channel_;
  std::vector<v1::AskResponse> messages_;
};

// Plans, calls two tools at once, then answers from what both gave.
Script Plans() {
  Script script = CommandScript();
  const std::string calls =
      "\n[\n    {\"tool_call_id\": \"1\", \"tool_name\": \"search\", "
      "\"parameters\": {\"query\": \"lighthouse of Hirtshals\"}},\n    "
      "{\"tool_call_id\": \"2\", \"tool_name\": \"calculate\", "
      "\"parameters\": {\"expression\": \"46 - 35\"}}\n]";
  const std::string answer =
      "The lighthouse of <co>Skagen is 46 metres high</co: 0:[0]>. 46 - 35 = "
      "11. The moon is made of cheese.";
  script.next = {{"<|AFTER_1|>", "<|START_THINKING|>"},
                 {"<|START_THINKING|>", "I will compare the two."},
                 {"I will compare the two.", "<|END_THINKING|>"},
                 {"<|END_THINKING|>", "<|START_ACTION|>"},
                 {"<|START_ACTION|>", calls},
                 {"<|AFTER_2|>", "<|START_RESPONSE|>"},
                 {"<|START_RESPONSE|>", answer},
                 {answer, "<|END_RESPONSE|>"}};
  return script;
}

TEST_F(AskModelTest, PlansCallsToolsAndCitesWhatTheySaid) {
  Open(Plans());
  v1::AskRequest request =
      Question("How much higher is the lighthouse of Skagen?");
  request.set_max_tool_steps(3);
  const v1::Answer answer = Ask(request);
  EXPECT_EQ(answer.text(),
            "The lighthouse of Skagen is 46 metres high. 46 - 35 = 11.");
  EXPECT_EQ(answer.writer(), "m");
  bool document = false, tool = false;
  for (const v1::Citation& citation : answer.citations()) {
    EXPECT_EQ(citation.verdict(), v1::FOUND);
    document |= !citation.sources().empty();
    for (const v1::ToolSpan& cited : citation.tools()) {
      tool = true;
      EXPECT_EQ(cited.tool(), "calculate");
      EXPECT_EQ(cited.call_id(), "2");
    }
  }
  EXPECT_TRUE(document);
  EXPECT_TRUE(tool);
  EXPECT_TRUE(Verified(answer));

  const v1::AnswerRecord record = Record(answer);
  const v1::Writing& writing = record.writing();
  EXPECT_EQ(writing.plan(), "I will compare the two.");
  ASSERT_EQ(writing.tools_size(), 3);
  EXPECT_EQ(writing.tools(0).tool(), "search");
  EXPECT_EQ(writing.tools(1).step(), 2);
  EXPECT_EQ(writing.tools(2).results(0), "46 - 35 = 11");
  EXPECT_EQ(record.model(), "m");
  EXPECT_EQ(record.model_sha256().size(), 32u);
  EXPECT_EQ(record.prompt_sha256().size(), 32u);
  EXPECT_EQ(record.sampling().mode(), "greedy");
  ASSERT_GE(writing.rounds_size(), 1);
  EXPECT_EQ(record.refinement_rounds(),
            static_cast<uint32_t>(writing.rounds_size() - 1));
  // Told to the caller too, once the answer is recorded.
  int told = 0;
  for (const v1::AskResponse& message : messages_) told += message.has_tool();
  EXPECT_EQ(told, 3);
  // And to people.
  const std::string shown = RecordText(record);
  for (const char* part :
       {"calculate", "dropped NOT_FOUND", "The moon is made of cheese.",
        "kept    FOUND", "prompt sha256", "greedy"}) {
    EXPECT_TRUE(absl::StrContains(shown, part)) << shown;
  }
  EXPECT_TRUE(absl::StrContains(PrintWriting(writing, PrintOptions()),
                                "draft 1, dropped: NOT_FOUND"));
  EXPECT_TRUE(absl::StrContains(PrintAnswer(answer, PrintOptions()),
                                "tool calculate, call 2"));

  // Asked again it calls the same tools and says the same.
  const auto context = Within(60000);
  v1::ReplayAnswerRequest replay;
  replay.set_answer_id(answer.id());
  v1::ReplayAnswerResponse replayed;
  const grpc::Status status = v1::Answers::NewStub(channel_)->ReplayAnswer(
      context.get(), replay, &replayed);
  ASSERT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(replayed.same_evidence());
  EXPECT_TRUE(replayed.same_text());
}

TEST_F(AskModelTest, StepsAndRepetitionsEnd) {
  Script script = Plans();
  // It never begins to answer.
  script.next.push_back({"<|AFTER_2|>", "<|START_THINKING|>"});
  script.next.push_back({"<|AFTER_3|>", "<|START_THINKING|>"});
  Open(script);
  v1::AskRequest request = Question("How high is the lighthouse of Skagen?");
  request.set_max_tool_steps(1);
  v1::AnswerRecord record = Record(Ask(request));
  EXPECT_EQ(record.writing().tools_ended(), "after 1 step");
  EXPECT_EQ(record.writing().tools_size(), 3);
  // The ids count on, so the same words are no legal call: what the mask leaves
  // is one anyway, and the steps end it.
  request.set_max_tool_steps(2);
  record = Record(Ask(request));
  EXPECT_FALSE(record.writing().tools_ended().empty());
  // The extractive writer answers where the model does not.
  EXPECT_FALSE(record.answer().text().empty());
  EXPECT_FALSE(record.writing().fallback_reason().empty());
}

TEST_F(AskModelTest, WriterThatKnowsNoToolsAnswersWithout) {
  Open(Plans());
  v1::AskRequest request = Question("How high is the lighthouse of Skagen?");
  request.set_writer("extractive/12");
  request.set_max_tool_steps(3);
  const v1::Answer answer = Ask(request);
  EXPECT_TRUE(absl::StrContains(answer.text(), "46 metres"));
  EXPECT_FALSE(Record(answer).writing().tools_ended().empty());
}

TEST_F(AskModelTest, FollowUpsAreSearchedForAsQuestionsThatStandAlone) {
  Open(Plans());
  v1::AskRequest request = Question("When was it lit?");
  request.set_writer("extractive/12");
  v1::Turn* const turn = request.add_history();
  turn->set_role("user");
  turn->set_content("How high is the lighthouse of Skagen?");
  const v1::Answer answer = Ask(request);
  EXPECT_EQ(answer.question(), "When was it lit?");
  EXPECT_EQ(answer.rewritten_question(), "lighthouse Skagen: When was it lit?");
  EXPECT_TRUE(absl::StrContains(answer.text(), "1858")) << answer.text();
  EXPECT_EQ(messages_[0].started().rewritten_question(),
            answer.rewritten_question());
  const v1::AnswerRecord record = Record(answer);
  EXPECT_EQ(record.rewritten_question(), answer.rewritten_question());
  EXPECT_EQ(record.answer().rewritten_question(), answer.rewritten_question());
  EXPECT_TRUE(absl::StrContains(PrintAnswer(answer, PrintOptions()),
                                "Understood as: lighthouse Skagen"));
  // A question that stands alone is searched for as it is.
  request.set_question("Which birds nest at Hirtshals lighthouse?");
  EXPECT_EQ(Ask(request).rewritten_question(), "");
}

TEST_F(AskModelTest, FastCitationsComeWithTheirSentence) {
  Script script = CommandScript();
  const std::string answer =
      "The lighthouse of Skagen is 46 metres high. It was lit in 1858.";
  script.next = {{"<|CHATBOT_TOKEN|>", "<|START_RESPONSE|>"},
                 {"<|START_RESPONSE|>", answer},
                 {answer, "<|END_RESPONSE|>"}};
  Open(script);
  v1::AskRequest request = Question("How high is the lighthouse of Skagen?");
  const auto order = [this] {
    std::string kinds;
    for (const v1::AskResponse& message : messages_) {
      kinds.push_back(message.has_citation() ? 'c'
                      : message.message_case() == v1::AskResponse::kDelta
                          ? 'd'
                          : '-');
    }
    return kinds;
  };
  EXPECT_EQ(Ask(request).text(), answer);
  const std::string accurate = order();
  EXPECT_GT(accurate.find('c'), accurate.rfind('d')) << accurate;
  request.set_citation_mode(v1::FAST);
  EXPECT_EQ(Ask(request).text(), answer);
  const std::string fast = order();
  EXPECT_LT(fast.find('c'), fast.rfind('d')) << fast;
}

TEST_F(AskModelTest, RefusesWhoCanNotWaitForWhatIsToBeWrittenBefore) {
  Open(Plans());
  const v1::AskRequest request = Question("How high is the Skagen lighthouse?");
  const auto try_within = [&](int milliseconds) {
    const auto context = Within(milliseconds);
    const auto reader =
        v1::Answers::NewStub(channel_)->Ask(context.get(), request);
    v1::AskResponse response;
    while (reader->Read(&response)) {
    }
    return FromGrpcStatus(reader->Finish());
  };
  // Until the forecasts of the rate have an interval.
  const absl::Time end = absl::Now() + absl::Seconds(40);
  while (!absl::StrContains(MetricsText(), kRateExpected) &&
         absl::Now() < end) {
    ASSERT_TRUE(try_within(60000).ok());
  }
  for (const absl::Time more = absl::Now() + absl::Seconds(8);
       absl::Now() < more;) {
    ASSERT_TRUE(try_within(60000).ok());
  }

  // Many whose answers are expected to be written: they wait for ever for what
  // they want to search.
  v1::AskRequest slow = request;
  slow.set_min_generation(1000000);
  std::vector<std::unique_ptr<grpc::ClientContext>> contexts;
  std::vector<std::unique_ptr<grpc::ClientReader<v1::AskResponse>>> readers;
  const auto stub = v1::Answers::NewStub(channel_);
  for (int i = 0; i < 100; ++i) {
    contexts.push_back(Within(60000));
    readers.push_back(stub->Ask(contexts.back().get(), slow));
  }
  absl::Status status;
  const absl::Time last = absl::Now() + absl::Seconds(2);
  while (absl::Now() < last) {
    status = try_within(40);
    // On a busy machine one may be refused for its own answer alone.
    if (absl::IsResourceExhausted(status) &&
        absl::StrContains(status.message(), "is to be written before")) {
      break;
    }
  }
  EXPECT_TRUE(absl::IsResourceExhausted(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "is to be written before"))
      << status;
  EXPECT_GE(RetryDelay(status).value_or(absl::ZeroDuration()),
            absl::Seconds(1));
  // Who has time is let in, and so is who wants no language model.
  EXPECT_TRUE(try_within(60000).ok());
  for (const auto& context : contexts) context->TryCancel();
  for (const auto& reader : readers) reader->Finish();
}

}  // namespace
}  // namespace footnote
