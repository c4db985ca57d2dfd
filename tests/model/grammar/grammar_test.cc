#include "model/grammar/grammar.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "model/tokenizer/tokenizer_json.h"
#include "tests/model/tokenizer/toy_tokenizer.h"

namespace footnote {
namespace {

// "whole", "part" where more must follow, "no".
std::string Verdict(const Grammar& grammar, const std::string& text) {
  const std::unique_ptr<Grammar> reader = grammar.Copy();
  for (const char c : text) {
    if (!reader->Read(static_cast<uint8_t>(c))) return "no";
  }
  return reader->MayEnd() ? "whole" : "part";
}

TEST(CitationGrammarTest, AllowsOnlySourcesThatExist) {
  const auto grammar = NewCitationGrammar({3, 0, 12});
  const struct {
    const char* text;
    const char* verdict;
  } cases[] = {
      {"free text < </c </code> <co>", "whole"},
      {"<co>x</co: 0:[0]>", "whole"},
      {"x</co: 0:[0,2],2:[11]> y", "whole"},
      {"x</co:0:[1]>", "whole"},
      {"x</co: 0:[1", "part"},
      {"x</co: 0:[3]", "no"},
      {"x</co: 1", "no"},
      {"x</co: 3", "no"},
      {"x</co: 2:[1", "part"},
      {"x</co: 2:[12", "no"},
      {"x</co: 2:[011", "no"},
      {"x</co: 0:[]", "no"},
      {"x</co: 0:[1],", "part"},
      {"x</co: >", "no"},
      {"<</co: 2:[10]>", "whole"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(Verdict(*grammar, test.text), test.verdict) << test.text;
  }
  EXPECT_EQ(Verdict(*NewCitationGrammar({}), "x</co:"), "no");
  EXPECT_EQ(Verdict(*NewCitationGrammar({0}), "x</co"), "whole");
}

std::unique_ptr<Grammar> Json(const std::string& schema) {
  auto grammar = NewJsonGrammar(schema);
  EXPECT_TRUE(grammar.ok()) << grammar.status();
  return *std::move(grammar);
}

constexpr char kCall[] = R"({"type": "object", "properties": {
    "name": {"enum": ["search", "searches", "calculate"]},
    "k": {"type": "integer"}, "share": {"type": "number"},
    "tags": {"type": "array", "items": {"type": "string"}},
    "deep": {"type": "object", "properties": {"on": {"type": "boolean"}}}},
    "required": ["name", "tags"]})";

TEST(JsonGrammarTest, AllowsWhatTheSchemaSays) {
  const auto grammar = Json(kCall);
  const struct {
    const char* text;
    const char* verdict;
  } cases[] = {
      {R"({"name": "search", "tags": []})", "whole"},
      {R"({"name":"searches","k":-10,"share":1.5e-3,"tags":["a\u00e9\n"]})",
       "whole"},
      {R"({"name": "search", "tags": ["é"], "deep": {"on": true}})", "whole"},
      {R"({"name": "search", "tags": [], "deep": {}})", "whole"},
      {R"({"name": "search"})", "no"},
      {R"({"name": "delete)", "no"},
      {R"({"tags")", "no"},
      {R"({"name": "search", "k": 1.)", "no"},
      {R"({"name": "search", "k": 01)", "no"},
      {R"({"name": "search", "tags": [1)", "no"},
      {R"({"name": "search", "tags": ["a",])", "no"},
      {R"({"name": "search", "tags": [], "k")", "no"},
      {R"({"name": "search", "tags": [], "other")", "no"},
      {R"({"name": "search", "tags": []} )", "no"},
      {R"({"name": "search", "tags": ["\x)", "no"},
      {R"({"name": "search", "tags": [)", "part"},
      {R"({"name":  "s)", "no"},
      {"", "part"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(Verdict(*grammar, test.text), test.verdict) << test.text;
  }
  EXPECT_EQ(Verdict(*Json("{\"type\": \"integer\"}"), "12"), "whole");
  EXPECT_EQ(Verdict(*Json("{\"type\": \"number\"}"), "-"), "part");
  EXPECT_EQ(Verdict(*Json("{\"enum\": [1, 12]}"), "1"), "whole");
  EXPECT_EQ(Verdict(*Json("{\"enum\": [1, 12]}"), "12"), "whole");
  EXPECT_EQ(Verdict(*Json("{\"const\": {\"a\": 1}}"), "{\"a\": 1}"), "whole");
}

TEST(JsonGrammarTest, RefusesSchemasByName) {
  for (const char* schema :
       {"{\"$ref\": \"x\"}", "{\"anyOf\": []}", "{\"type\": \"date\"}",
        "{\"type\": [\"string\", \"null\"]}", "{\"pattern\": \"a\"}"}) {
    EXPECT_EQ(NewJsonGrammar(schema).status().code(),
              absl::StatusCode::kUnimplemented)
        << schema;
  }
  for (const char* schema : {"[]", "{", "{\"enum\": []}"}) {
    EXPECT_EQ(NewJsonGrammar(schema).status().code(),
              absl::StatusCode::kInvalidArgument)
        << schema;
  }
}

// Whatever pieces are drawn under the mask, the text is whole when they end.
TEST(GrammarConstraintTest, AnyChoiceUnderTheMaskMakesWhatIsAllowed) {
  auto spec = ReadTokenizerJson(ByteLevelJson(), "toy");
  const auto tokenizer = *Tokenizer::Create(*std::move(spec), "toy");
  std::mt19937 random(3);
  int whole = 0;
  for (int round = 0; round < 60; ++round) {
    GrammarConstraint constraint(*tokenizer, Json(kCall));
    const auto judge = Json(kCall);
    std::string text;
    for (int step = 0; step < 400; ++step) {
      std::vector<uint64_t> allowed((tokenizer->size() + 63) / 64,
                                    ~uint64_t{0});
      constraint.Mask(absl::MakeSpan(allowed));
      std::vector<int32_t> choices;
      for (size_t id = 0; id < allowed.size() * 64; ++id) {
        if ((allowed[id / 64] >> (id % 64)) & 1) {
          ASSERT_LT(id, tokenizer->size());
          choices.push_back(static_cast<int32_t>(id));
          // Signs of JSON more often, so that strings end.
          const absl::string_view spelled = tokenizer->Spelling(choices.back());
          if (spelled == "\"" || spelled == "]" || spelled == "}") {
            choices.insert(choices.end(), 200, choices.back());
          }
        }
      }
      ASSERT_FALSE(choices.empty()) << text;
      const int32_t id = choices[random() % choices.size()];
      if (tokenizer->IsControl(id)) {
        EXPECT_EQ(Verdict(*judge, text), "whole") << text;
        ++whole;
        break;
      }
      tokenizer->AppendText(id, &text);
      constraint.Accept(id);
      ASSERT_NE(Verdict(*judge, text), "no") << text;
    }
  }
  EXPECT_GT(whole, 20);
}

TEST(JsonGrammarTest, StringsAreUtf8) {
  const auto grammar = Json("{\"type\": \"string\"}");
  for (const char* good : {"\"\xc3\xa9\"", "\"\xe2\x82\xac\"",
                           "\"\xf0\x9f\x8c\x88\"", R"("\ud7ff")"}) {
    EXPECT_EQ(Verdict(*grammar, good), "whole") << good;
  }
  for (const char* bad :
       {"\"\xc3\"", "\"\x80", "\"\xc0\x80", "\"\xed\xa0\x80", "\"\xf5\x80",
        "\"\xe0\x80", "\"\xf4\x90", R"("\uD8)"}) {
    EXPECT_EQ(Verdict(*grammar, bad), "no") << bad;
  }
}

TEST(JsonGrammarTest, LimitsAreReachedNotPassed) {
  JsonLimits limits;
  limits.max_string = 3;
  limits.max_digits = 2;
  limits.max_items = 2;
  limits.layout = true;
  const auto grammar = *NewJsonGrammar(
      R"({"type": "object", "properties": {"s": {"type": "string"},
          "n": {"type": "number"},
          "l": {"type": "array", "items": {"type": "integer"}}}})",
      limits);
  const struct {
    const char* text;
    const char* verdict;
  } cases[] = {
      {R"({"s": "abc", "n": -12, "l": [1, 2]})", "whole"},
      {"{\n  \"s\": \"\xc3\xa9\xc3\xa9\xc3\xa9\",\n  \"l\": [\n 1\n]\n}",
       "whole"},
      {R"({"s": "abcd)", "no"},
      {R"({"n": 123)", "no"},
      {R"({"n": 12.)", "no"},
      {R"({"l": [1, 2,)", "no"},
      {"{                 \"s\"", "no"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(Verdict(*grammar, test.text), test.verdict) << test.text;
  }
}

const std::vector<CallableTool>& Tools() {
  static const auto* const tools = new std::vector<CallableTool>{
      {"search", R"({"type": "object", "properties":
          {"query": {"type": "string"}, "k": {"type": "integer"}},
          "required": ["query"]})"},
      {"search_more", ""},
      {"calculate", R"({"type": "object", "properties":
          {"expression": {"type": "string"}}, "required": ["expression"]})"}};
  return *tools;
}

TEST(ToolCallsGrammarTest, AllowsCallsOfTheToolsThatThereAre) {
  ToolCallsForm form;
  form.first_id = 9;
  form.max_calls = 2;
  const auto grammar = *NewToolCallsGrammar(Tools(), form);
  const struct {
    const char* text;
    const char* verdict;
  } cases[] = {
      {"[\n    {\"tool_call_id\": \"9\", \"tool_name\": \"search\", "
       "\"parameters\": {\"query\": \"high\", \"k\": 2}},\n    "
       "{\"tool_call_id\": \"10\", \"tool_name\": \"search_more\", "
       "\"parameters\": {}}\n]",
       "whole"},
      {R"([{"tool_call_id":"9","tool_name":"calculate","parameters":)"
       R"({"expression":"1"}}])",
       "whole"},
      {R"([{"tool_call_id": "8)", "no"},
      {R"([{"tool_call_id": "9", "tool_name": "delete)", "no"},
      {R"([{"tool_call_id": "9", "tool_name": "search", "parameters": {}})",
       "no"},
      {R"([{"tool_call_id": "9", "tool_name": "search_more", "parameters": )"
       R"({}},)",
       "part"},
      {R"([{"tool_call_id": "9", "tool_name": "search_more", "parameters": )"
       R"({}},{"tool_call_id": "10", "tool_name": "search_more", )"
       R"("parameters": {}},)",
       "no"},
      {"[]", "no"},
      {"{", "no"},
  };
  for (const auto& test : cases) {
    EXPECT_EQ(Verdict(*grammar, test.text), test.verdict) << test.text;
  }
  form.list = false;
  const auto one = *NewToolCallsGrammar(Tools(), form);
  EXPECT_EQ(Verdict(*one,
                    "\n{\"name\": \"calculate\", \"arguments\": "
                    "{\"expression\": \"1+1\"}}\n"),
            "whole");
  EXPECT_EQ(Verdict(*one, "{\"name\": \"search\", \"arguments\": {\"k\""),
            "no");
}

TEST(ToolCallsGrammarTest, WrongToolsAreNamed) {
  const auto expect = [](const std::vector<CallableTool>& tools,
                         absl::StatusCode code, const std::string& word) {
    const absl::Status status = NewToolCallsGrammar(tools, {}).status();
    EXPECT_EQ(status.code(), code) << status;
    EXPECT_NE(status.message().find(word), absl::string_view::npos) << status;
  };
  expect({}, absl::StatusCode::kInvalidArgument, "none");
  expect({{"a", ""}, {"a", ""}}, absl::StatusCode::kInvalidArgument, "\"a\"");
  expect({{"b", "{\"type\": \"string\"}"}}, absl::StatusCode::kInvalidArgument,
         "\"b\"");
  expect({{"c", "{\"$ref\": \"x\"}"}}, absl::StatusCode::kUnimplemented,
         "\"c\"");
}

// Even drawn blindly, it ends, and is whole when it ends.
TEST(ToolCallsGrammarTest, EndsWhoeverWritesIt) {
  auto spec = ReadTokenizerJson(ByteLevelJson(), "toy");
  const auto tokenizer = *Tokenizer::Create(*std::move(spec), "toy");
  std::mt19937 random(5);
  for (int round = 0; round < 20; ++round) {
    ToolCallsForm form;
    form.list = round % 2 == 0;
    const auto judge = *NewToolCallsGrammar(Tools(), form);
    GrammarConstraint constraint(*tokenizer, judge->Copy());
    std::string text;
    while (Verdict(*judge, text) != "whole") {
      ASSERT_LT(text.size(), 20000u);
      std::vector<uint64_t> allowed((tokenizer->size() + 63) / 64,
                                    ~uint64_t{0});
      constraint.Mask(absl::MakeSpan(allowed));
      std::vector<int32_t> choices;
      for (size_t id = 0; id < allowed.size() * 64; ++id) {
        if ((allowed[id / 64] >> (id % 64)) & 1) choices.push_back(id);
      }
      ASSERT_FALSE(choices.empty()) << text;
      const int32_t id = choices[random() % choices.size()];
      tokenizer->AppendText(id, &text);
      constraint.Accept(id);
    }
  }
}

// In free text only pieces with "<" need a look: the masks are the same.
TEST(PieceTextsTest, FreeTextIsMaskedAsIfEachPieceWereRead) {
  struct Unwatched : Grammar {
    explicit Unwatched(std::unique_ptr<Grammar> grammar)
        : of(std::move(grammar)) {}
    std::unique_ptr<Grammar> Copy() const override {
      return std::make_unique<Unwatched>(of->Copy());
    }
    void Assign(const Grammar& other) override {
      of->Assign(*static_cast<const Unwatched&>(other).of);
    }
    bool Read(uint8_t byte) override { return of->Read(byte); }
    bool MayEnd() const override { return of->MayEnd(); }
    std::unique_ptr<Grammar> of;
  };
  auto spec = ReadTokenizerJson(ByteLevelJson(), "toy");
  const auto tokenizer = *Tokenizer::Create(*std::move(spec), "toy");
  const PieceTexts texts(*tokenizer);
  for (const std::string before :
       {"", "a", "<", "</co", "</co:", "</co: 0:["}) {
    auto grammar = NewCitationGrammar({2});
    for (const char c : before) ASSERT_TRUE(grammar->Read(c));
    const Unwatched slow(grammar->Copy());
    std::vector<uint64_t> a((tokenizer->size() + 63) / 64, ~uint64_t{0});
    std::vector<uint64_t> b = a;
    texts.Mask(*grammar, grammar->Copy().get(), absl::MakeSpan(a));
    texts.Mask(slow, slow.Copy().get(), absl::MakeSpan(b));
    EXPECT_EQ(a, b) << before;
  }
}

// A request may bring a schema of a million bytes.
TEST(JsonGrammarTest, ASchemaOfVeryManyRequiredKeysIsReadInTheTimeOfItsSize) {
  std::string properties, required;
  for (int i = 0; i < 50000; ++i) {
    const absl::string_view comma = i > 0 ? "," : "";
    absl::StrAppend(&properties, comma, "\"", i, "\":{}");
    absl::StrAppend(&required, comma, "\"", i, "\"");
  }
  const absl::Time begin = absl::Now();
  const auto grammar = NewJsonGrammar(
      absl::StrCat("{\"type\":\"object\",\"properties\":{", properties,
                   "},\"required\":[", required, "]}"));
  ASSERT_TRUE(grammar.ok()) << grammar.status();
  EXPECT_LT(absl::Now() - begin, absl::Seconds(2));
}

}  // namespace
}  // namespace footnote
