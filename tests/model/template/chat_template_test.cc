#include "model/template/chat_template.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file.h"
#include "model/template/json_value.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;

constexpr char kFolder[] = "tests/model/template/testdata/";

std::string Read(const std::string& name) {
  const auto contents = ReadFile(kFolder + name);
  EXPECT_TRUE(contents.ok()) << contents.status();
  return contents.ok() ? *contents : "";
}

absl::StatusOr<Prompt> Render(const std::string& source,
                              const std::string& request = "{\"messages\": []}",
                              const std::string& variables = "{}") {
  const auto made = ChatTemplate::FromSource(source, variables);
  if (!made.ok()) return made.status();
  return (*made)->Render(request);
}

TEST(ChatTemplateTest, PrintsWhatJinja2Prints) {
  const std::string request = Read("request.json");
  int count = 0;
  const std::string golden = Read("golden.jsonl");
  for (const absl::string_view line :
       absl::StrSplit(golden, '\n', absl::SkipEmpty())) {
    const auto entry = ValueOfJson(line);
    ASSERT_TRUE(entry.ok()) << line;
    const std::string source = entry->Find("template")->bytes();
    const Value& want = *entry->Find("want");
    const auto prompt = Render(source, request, "{\"bos_token\": \"<s>\"}");
    ++count;
    if (want.IsNone()) {
      EXPECT_FALSE(prompt.ok()) << source;
    } else {
      ASSERT_TRUE(prompt.ok()) << source << "\n" << prompt.status();
      EXPECT_EQ(prompt->bytes(), want.bytes()) << source;
    }
  }
  EXPECT_GE(count, 117);
}

TEST(ChatTemplateTest, WholePromptsAreThoseOfJinja2) {
  const std::string source = Read("conversation.jinja");
  const auto chat =
      ChatTemplate::FromSource(source, "{\"bos_token\": \"<s>\"}");
  ASSERT_TRUE(chat.ok()) << chat.status();
  int prompts = 0, refusals = 0;
  const std::string golden = Read("prompts.jsonl");
  for (const absl::string_view line :
       absl::StrSplit(golden, '\n', absl::SkipEmpty())) {
    const auto entry = ValueOfJson(line);
    ASSERT_TRUE(entry.ok()) << line;
    const std::string request = entry->Find("request")->bytes();
    const Value& want = *entry->Find("want");
    const auto prompt = (*chat)->Render(request);
    if (want.IsNone()) {
      ++refusals;
      EXPECT_FALSE(prompt.ok()) << request;
    } else {
      ++prompts;
      ASSERT_TRUE(prompt.ok()) << request << "\n" << prompt.status();
      EXPECT_EQ(prompt->bytes(), want.bytes()) << request;
    }
  }
  EXPECT_GE(prompts, 12);
  EXPECT_GE(refusals, 3);
}

TEST(JsonStringTest, IsJsonWhateverTheBytes) {
  EXPECT_EQ(JsonString("\"\\\n\x01 é \xFF \xC3"),
            "\"\\\"\\\\\\n\\u0001 é \xEF\xBF\xBD \xEF\xBF\xBD\"");
}

// The text of the request within what a template prints, each stretch in
// braces.
std::string Marked(const Prompt& prompt) {
  std::string out;
  size_t at = 0;
  for (const auto& [begin, end] : prompt.foreign()) {
    absl::StrAppend(&out, prompt.bytes().substr(at, begin - at), "{",
                    prompt.bytes().substr(begin, end - begin), "}");
    at = end;
  }
  return out + prompt.bytes().substr(at);
}

TEST(ChatTemplateTest, TextOfTheRequestStaysMarkedWhateverBecomesOfIt) {
  const std::string request =
      R"({"messages": [{"role": "user", "content": " <s> Ab,c "}]})";
  const struct {
    const char* source;
    const char* marked;
  } cases[] = {
      {"<s>{{ messages[0].content }}</s>", "<s>{ <s> Ab,c }</s>"},
      {"{{ '<' + messages[0].content|trim + '>' }}", "<{<s> Ab,c}>"},
      {"{{ messages[0].content.strip()[1:4] ~ 'x' }}", "{s> }x"},
      {"{{ messages[0].content.split(',')|join(';') }}", "{ <s> Ab};{c }"},
      {"{{ messages[0].content.replace('b', 'X') }}", "{ <s> A}X{,c }"},
      {"{{ messages[0].content|upper }}", "{ <S> AB,C }"},
      {"{{ messages[0]|tojson }}",
       "{{\"role\"}: {\"user\"}, {\"content\"}: {\" <s> Ab,c \"}}"},
      {"{{ '%s!' % messages[0].content }}", "{ <s> Ab,c }!"},
      {"{% set x %}[{{ messages[0].content }}]{% endset %}{{ x }}",
       "[{ <s> Ab,c }]"},
      {"{% macro m(a) %}({{ a }}){% endmacro %}{{ m(messages[0].content) }}",
       "({ <s> Ab,c })"},
      {"{{ messages[0].content|list|last }}{{ messages }}", nullptr},
  };
  for (const auto& test : cases) {
    const auto prompt = Render(test.source, request);
    ASSERT_TRUE(prompt.ok()) << prompt.status();
    if (test.marked != nullptr) {
      EXPECT_EQ(Marked(*prompt), test.marked) << test.source;
    } else {
      EXPECT_THAT(Marked(*prompt), HasSubstr("{' <s> Ab,c '}"));
    }
  }
}

TEST(ChatTemplateTest, EndsTemplatesThatDoNotEnd) {
  for (const char* source :
       {"{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}"
        "{% endfor %}",
        "{{ 'abcdefgh' * 100000000 }}",
        "{% set ns = namespace(x='a') %}{% for i in range(99) %}"
        "{% set ns.x = ns.x + ns.x %}{% endfor %}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(99) %}"
        "{% set ns.x = ns.x + ns.x %}{% endfor %}",
        // Values that hold each other many times.
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}"
        "{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}",
        "{% set ns = namespace(x=[1]) %}{% for i in range(60) %}"
        "{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x|tojson }}",
        "{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(60) %}"
        "{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}"
        "{% endfor %}{{ ns.x == ns.y }}",
        "{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(60) %}"
        "{% set ns.x = [ns.x, ns.x] %}{% set ns.y = [ns.y, ns.y] %}"
        "{% endfor %}{{ [ns.x, ns.y]|sort }}",
        "{% set ns = namespace() %}{% set ns.a = ns %}{% set ns.b = ns %}"
        "{{ ns }}",
        // Much text or many items for few steps.
        "{% set s = 'x' * 4000000 %}{% set ns = namespace(l=[]) %}"
        "{% for i in range(500) %}{% set ns.l = ns.l + [s[1:]] %}{% endfor %}",
        "{% set s = 'x' * 4000000 %}{% set ns = namespace(l=[]) %}"
        "{% for i in range(500) %}{% set ns.l = ns.l + [s.upper()] %}"
        "{% endfor %}",
        "{% set ns = namespace(l=[]) %}{% for i in range(99) %}"
        "{% set ns.l = ns.l + [[1]|batch(100000, 0)|list] %}{% endfor %}",
        "{% set ns = namespace(l=[]) %}{% for i in range(99) %}"
        "{% set ns.l = ns.l + [[]|slice(100000)|list] %}{% endfor %}",
        "{{ ('a ' * 4000000).split()|length }}",
        "{{ [[[[1] * 1000] * 1000]]|tojson(indent=100) }}"}) {
    EXPECT_EQ(Render(source).status().code(),
              absl::StatusCode::kResourceExhausted)
        << source;
  }
  for (const char* source :
       {"{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}",
        "{% set ns = namespace(x=[]) %}{% for i in range(9999) %}"
        "{% set ns.x = [ns.x] %}{% endfor %}"}) {
    EXPECT_EQ(Render(source).status().code(),
              absl::StatusCode::kInvalidArgument)
        << source;
  }
  EXPECT_FALSE(Render("{{ " + std::string(100000, '(')).ok());
  EXPECT_FALSE(Render("{% for " + std::string(100000, '(')).ok());
  EXPECT_FALSE(Render("{{ 1" + std::string(100000, '+') + "1 }}").ok());
  std::string choices, calls;
  for (int i = 0; i < 300000; ++i) {
    choices += " if 1";
    calls += "()";
  }
  EXPECT_FALSE(Render("{{ 1" + choices + " }}").ok());
  EXPECT_FALSE(Render("{{ 1|abs" + calls + " }}").ok());
  EXPECT_FALSE(Render("{{ 1 is odd" + calls + " }}").ok());
  const auto groups = Render("{{ [{'a': 'nan'|float}]|groupby('a')|length }}");
  ASSERT_TRUE(groups.ok()) << groups.status();
  EXPECT_EQ(groups->bytes(), "1");
  std::string blocks;
  for (int i = 0; i < 10000; ++i) blocks += "{% if 1 %}";
  EXPECT_FALSE(Render(blocks).ok());
}

// What each would take 10^13 steps for when done by the book.
TEST(ChatTemplateTest, SearchesLongTextsInTimeThatGrowsWithThem) {
  for (const char* source :
       {"{% set s = 'a' * 8000000 %}{{ ('a' * 4000000 + 'b') in s }}",
        "{{ ('a' * 8000000).find('a' * 4000000 + 'b') == 0 }}",
        "{{ ('a' * 8000000).rfind('b' + 'a' * 4000000) == 0 }}",
        "{{ ('a' * 8000000).count('a' * 4000000 + 'b') > 0 }}",
        "{{ ('a' * 8000000).replace('a' * 4000000 + 'b', '') == '' }}",
        "{{ ('a' * 8000000).split('a' * 4000000 + 'b')|length > 1 }}",
        "{{ ('a' * 8000000).rsplit('b' + 'a' * 4000000, 1)|length > 1 }}",
        "{{ ('a' * 8000000).partition('a' * 4000000 + 'b')[2] != '' }}",
        "{{ ('a' * 4000000).strip('b' * 4000000 + 'a') != '' }}"}) {
    const auto prompt = Render(source);
    ASSERT_TRUE(prompt.ok()) << source << ": " << prompt.status();
    EXPECT_EQ(prompt->bytes(), "False") << source;
  }
}

TEST(ChatTemplateTest, OfVeryManyKeysTheLastOfEqualOnesCounts) {
  std::string json = "{";
  for (int i = 0; i < 400000; ++i) {
    absl::StrAppend(&json, i > 0 ? "," : "", "\"key", i % 300000, "\":", i);
  }
  const auto value = ValueOfJson(json + "}");
  ASSERT_TRUE(value.ok()) << value.status();
  const Value::Dict& items = value->dict();
  ASSERT_EQ(items.size(), 300000);
  EXPECT_EQ(items[0].first.bytes(), "key0");
  EXPECT_EQ(items[0].second.AsInt(), 300000);
  EXPECT_EQ(items[299999].first.bytes(), "key299999");
  EXPECT_EQ(items[299999].second.AsInt(), 299999);
}

TEST(ChatTemplateTest, LongConversationsAreNotTooManySteps) {
  std::string request = "{\"messages\": [";
  std::string expected;
  const std::string words(2000, 'w');
  for (int i = 0; i < 500; ++i) {
    absl::StrAppend(&request, i > 0 ? "," : "", "{\"role\":\"user\",",
                    "\"content\":\"", words, "\"}");
    absl::StrAppend(&expected, "<|user|>", words, "<|end|>");
  }
  const auto prompt = Render(
      "{% for m in messages %}<|{{ m.role }}|>{{ m.content }}<|end|>"
      "{% endfor %}",
      request + "]}");
  ASSERT_TRUE(prompt.ok()) << prompt.status();
  EXPECT_EQ(prompt->bytes(), expected);
}

TEST(ChatTemplateTest, TellsWhatATemplateRefuses) {
  const auto refused =
      Render("\n{{ raise_exception('roles must alternate') }}");
  EXPECT_EQ(refused.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(refused.status().message(), "roles must alternate");
  const auto wrong = Render("\n\n{{ a.b }}");
  EXPECT_THAT(std::string(wrong.status().message()),
              HasSubstr("template line 3: 'a' is undefined"));
  EXPECT_EQ(Render("{% include 'x' %}").status().code(),
            absl::StatusCode::kUnimplemented);
  EXPECT_THAT(std::string(Render("a\n{% for x %}").status().message()),
              HasSubstr("template line 2"));
}

TEST(ChatTemplateTest, WantsARequestWithMessages) {
  EXPECT_FALSE(Render("x", "[]").ok());
  EXPECT_FALSE(Render("x", "{}").ok());
  EXPECT_FALSE(Render("x", "{\"messages\": 1}").ok());
  EXPECT_FALSE(Render("x", "{\"messages\": [").ok());
  EXPECT_FALSE(Render("x", "{\"messages\": " + std::string(80, '[') +
                               std::string(80, ']') + "}")
                   .ok());
}

TEST(ChatTemplateTest, TellsTheTimeItIsGiven) {
  const auto made = ChatTemplate::FromSource("{{ strftime_now('%Y') }}", "{}");
  ASSERT_TRUE(made.ok());
  const auto prompt =
      (*made)->Render("{\"messages\": []}", absl::FromUnixSeconds(1000000000));
  ASSERT_TRUE(prompt.ok());
  EXPECT_EQ(prompt->bytes(), "2001");
}

TEST(ChatTemplateTest, ALoopThatIsToldOfItselfDoesNotKeepItself) {
  const std::string request =
      absl::StrCat("{\"messages\": [\"", std::string(1 << 20, 'x'), "\"]}");
  const auto render = [&request] {
    const auto prompt =
        Render("{% for one in messages %}{{ loop.changed(loop) }}{% endfor %}",
               request);
    ASSERT_TRUE(prompt.ok()) << prompt.status();
    EXPECT_EQ(prompt->bytes(), "True");
  };
  render();
  const size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  for (int i = 0; i < 20; ++i) render();
  EXPECT_LT(mallinfo2().uordblks + mallinfo2().hblkhd, before + (4 << 20));
}

}  // namespace
}  // namespace footnote
