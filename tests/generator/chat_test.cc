#include "generator/chat.h"

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/grpc_status.h"
#include "generator/extractive/extractive_writer.h"
#include "generator/modelled/shelf.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/generator/scripted_model.h"

namespace footnote {
namespace {

constexpr char kTools[] = R"([
  {"name": "search", "description": "finds", "parameters": {"type": "object",
   "properties": {"query": {"type": "string"}, "k": {"type": "integer"}},
   "required": ["query"]}},
  {"type": "function", "function": {"name": "calculate", "parameters":
   {"type": "object", "properties": {"expression": {"type": "string"}},
    "required": ["expression"]}}}])";

class ChatTest : public ::testing::Test {
 protected:
  ChatTest()
      : folder_(absl::StrCat(
            ::testing::TempDir(), "/chat-",
            ::testing::UnitTest::GetInstance()->current_test_info()->name())),
        extractive_(nullptr) {}

  // The model is opened at the first call.
  void Model(const Script& script) {
    WriteScriptedModel(folder_, "m", script);
    EngineOptions options;
    options.threads = 1;
    models_ = std::make_unique<LanguageModels>(folder_, options);
    shelf_ = std::make_unique<ModelShelf>(models_.get(), &extractive_, nullptr,
                                          ModelWriterOptions());
  }

  static v1::ChatRequest Request(const std::string& question) {
    v1::ChatRequest request;
    request.set_model("m");
    v1::ChatRequest::Message* const message = request.add_messages();
    message->set_role("user");
    message->set_content(question);
    return request;
  }

  // A call and its result, as a caller adds them.
  static void AddResult(const std::string& name, const std::string& result,
                        v1::ChatRequest* request) {
    const std::string id = absl::StrCat(request->messages_size() / 2);
    v1::ChatRequest::Message* message = request->add_messages();
    message->set_role("assistant");
    v1::ToolCall* const call = message->add_tool_calls();
    call->set_id(id);
    call->set_name(name);
    call->set_parameters("{}");
    message = request->add_messages();
    message->set_role("tool");
    message->set_tool_call_id(id);
    message->set_content(result);
  }

  absl::StatusOr<v1::ChatEnd> Run(const v1::ChatRequest& request) {
    pieces_.clear();
    text_.clear();
    return Chat(
        request, shelf_.get(), nullptr, absl::InfiniteFuture(),
        [] { return false; },
        [this](const v1::ChatResponse& piece) {
          pieces_.push_back(piece);
          text_ += piece.delta();
          return true;
        });
  }

  const std::string folder_;
  const ExtractiveWriter extractive_;
  std::unique_ptr<LanguageModels> models_;
  std::unique_ptr<ModelShelf> shelf_;
  std::vector<v1::ChatResponse> pieces_;
  std::string text_;
};

// A caller may bring as many as its message holds.
TEST_F(ChatTest, VeryManyCallsAreReadInTheTimeOfTheirNumber) {
  Model(CommandScript());
  v1::ChatRequest request = Request("How high is it?");
  for (int i = 0; i < 40000; ++i) AddResult("search", "r", &request);
  const absl::Time begin = absl::Now();
  EXPECT_FALSE(Run(request).ok());
  EXPECT_LT(absl::Now() - begin, absl::Seconds(10));
}

TEST_F(ChatTest, JsonThatNestsWithoutEndIsRefused) {
  Model(CommandScript());
  const std::string deep = std::string(400000, '[') + std::string(400000, ']');
  v1::ChatRequest request = Request("How high is it?");
  request.set_tools_json(
      absl::StrCat(R"([{"name": "a", "parameters": {"b": )", deep, "}}]"));
  EXPECT_TRUE(absl::IsInvalidArgument(Run(request).status()));
  request.clear_tools_json();
  AddResult("search", "r", &request);
  request.mutable_messages(1)->mutable_tool_calls(0)->set_parameters(
      absl::StrCat(R"({"b": )", deep, "}"));
  EXPECT_TRUE(absl::IsInvalidArgument(Run(request).status()));
}

TEST_F(ChatTest, FewShortStringsMayEndAnAnswer) {
  Model(CommandScript());
  v1::ChatRequest request = Request("How high is it?");
  for (int i = 0; i < 64; ++i) request.add_stop(std::string(256, 'x'));
  EXPECT_TRUE(Run(request).ok());
  request.add_stop("x");
  EXPECT_EQ(Run(request).status().message(), "stop: 65, want 0 to 64");
  request.clear_stop();
  request.add_stop(std::string(257, 'x'));
  EXPECT_EQ(Run(request).status().message(),
            "stop[0]: 257 bytes, want at most 256");
}

TEST_F(ChatTest, RandomWeightsMakeLegalCalls) {
  for (const bool tagged : {false, true}) {
    for (unsigned seed = 1; seed <= 2; ++seed) {
      Script script = tagged ? TaggedScript() : CommandScript();
      script.seed = seed;
      Model(script);
      v1::ChatRequest request = Request("How high?");
      request.set_tools_json(kTools);
      request.set_tool_choice(v1::ChatRequest::REQUIRED);
      request.set_max_tool_calls(2);
      request.set_max_tokens(4000);
      const auto end = Run(request);
      ASSERT_TRUE(end.ok()) << end.status();
      EXPECT_EQ(end->finish(), "tools");
      ASSERT_GE(end->tool_calls_size(), 1);
      ASSERT_LE(end->tool_calls_size(), 2);
      for (int i = 0; i < end->tool_calls_size(); ++i) {
        const v1::ToolCall& call = end->tool_calls(i);
        EXPECT_EQ(call.id(), absl::StrCat(i));
        const auto parameters =
            nlohmann::json::parse(call.parameters(), nullptr, false);
        ASSERT_TRUE(parameters.is_object()) << call.parameters();
        const bool search = call.name() == "search";
        EXPECT_TRUE(search || call.name() == "calculate") << call.name();
        EXPECT_TRUE(
            parameters.value(search ? "query" : "expression", nlohmann::json())
                .is_string())
            << call.parameters();
      }
    }
  }
}

TEST_F(ChatTest, PlanAndParallelCalls) {
  Script script = CommandScript();
  script.next = {
      {"<|CHATBOT_TOKEN|>", "<|START_THINKING|>"},
      {"<|START_THINKING|>", "I will search and calculate."},
      {"I will search and calculate.", "<|END_THINKING|>"},
      {"<|END_THINKING|>", "<|START_ACTION|>"},
      {"<|START_ACTION|>",
       "\n[\n    {\"tool_call_id\": \"1\", \"tool_name\": \"search\", "
       "\"parameters\": {\"query\": \"height\"}},\n    {\"tool_call_id\": "
       "\"2\", \"tool_name\": \"calculate\", \"parameters\": "
       "{\"expression\": \"1+1\"}}\n]"},
  };
  Model(script);
  v1::ChatRequest request = Request("How high?");
  request.set_tools_json(kTools);
  request.add_documents()->set_text("A document is call 0.");
  const auto end = Run(request);
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_EQ(end->finish(), "tools");
  EXPECT_EQ(end->plan(), "I will search and calculate.");
  ASSERT_EQ(end->tool_calls_size(), 2);
  EXPECT_EQ(end->tool_calls(0).id(), "1");
  EXPECT_EQ(end->tool_calls(0).name(), "search");
  EXPECT_EQ(end->tool_calls(0).parameters(), "{\"query\": \"height\"}");
  EXPECT_EQ(end->tool_calls(1).id(), "2");
  EXPECT_EQ(text_, "");
  // The plan as it comes, then the calls.
  ASSERT_GE(pieces_.size(), 3u);
  EXPECT_TRUE(pieces_.front().has_plan());
  EXPECT_EQ(pieces_.back().tool_call().name(), "calculate");
}

TEST_F(ChatTest, TaggedCallsCountOn) {
  Script script = TaggedScript();
  script.next = {
      {"<|AFTER_1|>", "Let me look."},
      {"Let me look.", "<tool_call>"},
      {"<tool_call>",
       "{\"name\": \"search\", \"arguments\": {\"query\": \"height\"}}"},
      {"{\"name\": \"search\", \"arguments\": {\"query\": \"height\"}}",
       "</tool_call>"},
  };
  Model(script);
  v1::ChatRequest request = Request("How high?");
  AddResult("calculate", "1 + 1 = 2", &request);
  request.set_tools_json(kTools);
  const auto end = Run(request);
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_EQ(end->finish(), "tools");
  EXPECT_EQ(end->plan(), "Let me look.");
  ASSERT_EQ(end->tool_calls_size(), 1);
  EXPECT_EQ(end->tool_calls(0).id(), "1");
}

// Says `answer` after documents or a first result.
Script Says(const std::string& answer) {
  Script script = CommandScript();
  script.next = {{"<|CHATBOT_TOKEN|>", "<|START_RESPONSE|>"},
                 {"<|AFTER_1|>", "<|START_RESPONSE|>"},
                 {"<|START_RESPONSE|>", answer},
                 {answer, "<|END_RESPONSE|>"}};
  return script;
}

TEST_F(ChatTest, ResultsOfToolsAreCited) {
  Model(Says("The tower is <co>62 metres high</co: 0:[0]>."));
  v1::ChatRequest request = Request("How high is it twice?");
  AddResult("calculate", "31 * 2 = 62 metres high", &request);
  const auto end = Run(request);
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_EQ(end->finish(), "end");
  EXPECT_EQ(text_, "The tower is 62 metres high.");
  ASSERT_EQ(end->citations_size(), 1);
  const v1::ToolSpan& cited = end->citations(0).tools(0);
  EXPECT_EQ(cited.tool(), "calculate");
  EXPECT_EQ(cited.call_id(), "0");
  EXPECT_EQ(cited.quote(), "62 metres high");
  EXPECT_EQ(cited.span().begin(), 9u);
  const v1::Span& claim = end->citations(0).answer_span();
  EXPECT_EQ(text_.substr(claim.begin(), claim.end() - claim.begin()),
            cited.quote());
}

TEST_F(ChatTest, DocumentsAreCitedByTheirIds) {
  Model(Says("It was lit in 1859. It is blue."));
  v1::ChatRequest request = Request("When was it lit?");
  v1::ChatRequest::Document* document = request.add_documents();
  document->set_id("other");
  document->set_text("Herons nest there.");
  document = request.add_documents();
  document->set_id("tower");
  document->set_text("The lighthouse was lit in 1859.");
  request.set_citation_mode(v1::FAST);
  const auto end = Run(request);
  ASSERT_TRUE(end.ok()) << end.status();
  ASSERT_EQ(end->citations_size(), 1);
  EXPECT_EQ(end->citations(0).tools(0).call_id(), "tower");
  EXPECT_EQ(end->citations(0).tools(0).tool(), "");
  EXPECT_EQ(end->citations(0).tools(0).quote(), "was lit in 1859");
}

TEST_F(ChatTest, MarksNameOnlyWhatExists) {
  Script script = Says("The tower is <co>high");
  script.next.push_back({"The tower is <co>high", "</co: 0:[7]>"});
  Model(script);
  v1::ChatRequest request = Request("How high?");
  request.add_documents()->set_text("The tower is high.");
  request.set_max_tokens(60);
  const auto end = Run(request);
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_FALSE(absl::StrContains(text_, "7")) << text_;
}

TEST_F(ChatTest, NoCallWhereNoneMayBe) {
  Script script = CommandScript();
  script.next = {{"<|CHATBOT_TOKEN|>", "<|START_ACTION|>"},
                 {"<|START_ACTION|>", "[]"}};
  Model(script);
  v1::ChatRequest request = Request("How high?");
  request.set_tools_json(kTools);
  request.set_tool_choice(v1::ChatRequest::NONE);
  request.set_max_tokens(5);
  const auto end = Run(request);
  ASSERT_TRUE(end.ok()) << end.status();
  EXPECT_EQ(end->tool_calls_size(), 0);
  EXPECT_NE(end->finish(), "tools");
}

TEST_F(ChatTest, OnlyToolsEndsWhereTheAnswerBegins) {
  for (const bool tagged : {false, true}) {
    Script script = Says("An answer.");
    if (tagged) {
      script = TaggedScript();
      script.next.push_back({"<|CHATBOT_TOKEN|>", "An answer."});
    }
    Model(script);
    v1::ChatRequest request = Request("How high?");
    request.set_tools_json(kTools);
    request.set_only_tools(true);
    const auto end = Run(request);
    ASSERT_TRUE(end.ok()) << end.status();
    EXPECT_EQ(end->finish(), "answer");
    EXPECT_EQ(text_, "");
    EXPECT_LE(end->answer_tokens(), 1);
  }
}

TEST_F(ChatTest, AnswersAreJsonOfASchema) {
  Script script = CommandScript();
  script.seed = 7;
  Model(script);
  v1::ChatRequest request = Request("How high?");
  request.set_json_schema(
      R"({"type": "object", "properties": {"high": {"type": "boolean"},
          "kind": {"enum": ["tower", "mast"]}}, "required": ["high", "kind"]})");
  const auto end = Run(request);
  ASSERT_TRUE(end.ok()) << end.status();
  const auto json = nlohmann::json::parse(text_, nullptr, false);
  ASSERT_TRUE(json.is_object()) << text_;
  EXPECT_TRUE(json["high"].is_boolean());
}

TEST_F(ChatTest, SafetyModeReachesTheTemplate) {
  Model(Says("Yes."));
  v1::ChatRequest request = Request("How high?");
  const int plain = Run(request)->prompt_tokens();
  request.set_safety_mode("STRICT");
  EXPECT_EQ(Run(request)->prompt_tokens(), plain + 7);
}

TEST_F(ChatTest, WrongRequestsAreNamed) {
  Model(Says("Yes."));
  const auto expect = [&](const v1::ChatRequest& request,
                          const std::string& field) {
    const absl::Status status = Run(request).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_TRUE(absl::StrContains(status.message(), field)) << status;
    EXPECT_EQ(ErrorReason(status), "INVALID_REQUEST");
  };
  v1::ChatRequest request = Request("a");
  request.set_tools_json("[{\"description\": \"nameless\"}]");
  expect(request, "tools_json[0]");
  request = Request("a");
  request.set_tool_choice(v1::ChatRequest::REQUIRED);
  expect(request, "tools_json");
  request = Request("a");
  AddResult("search", "x", &request);
  request.mutable_messages(2)->set_tool_call_id("9");
  expect(request, "messages[2].tool_call_id");
  request = Request("a");
  AddResult("search", "x", &request);
  request.mutable_messages(1)->mutable_tool_calls(0)->set_parameters("[]");
  expect(request, "parameters");
  request = Request("a");
  request.add_documents()->set_id("d");
  request.add_documents()->set_id("d");
  expect(request, "documents[1].id");
  request = Request("a");
  request.set_json_schema("{}");
  request.set_tools_json(kTools);
  expect(request, "json_schema");
  request = Request("a");
  request.set_tools_json(R"([{"name": "t", "parameters": {"type": "array"}}])");
  expect(request, "\"t\"");
}

TEST_F(ChatTest, ModelWithoutToolsSaysSo) {
  Script script;
  script.chat_template = "{{ messages[0].content }}<|CHATBOT_TOKEN|>";
  script.controls = {"<|CHATBOT_TOKEN|>"};
  Model(script);
  v1::ChatRequest request = Request("a");
  request.set_tools_json(kTools);
  const absl::Status status = Run(request).status();
  EXPECT_TRUE(absl::IsFailedPrecondition(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "no tools")) << status;
}

}  // namespace
}  // namespace footnote
