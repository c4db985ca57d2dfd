#include "model/grammar/grammar.h"

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>
#include <vector>

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

}  // namespace
}  // namespace footnote
