#include "indexer/parsers/markup_parser.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "indexer/formats/detect.h"
#include "indexer/parsers/parser_limits.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

// A parser that does what its texts say: bad_parser.cc.
class BadParser {
 public:
  explicit BadParser(absl::Duration patience = absl::Seconds(20))
      : parser_(Limits(patience), "../../tests/indexer/parsers/bad_parser") {}

  absl::StatusOr<Extracted> Order(const std::string& what) {
    return parser_.Read(what, Format::kHtml, {});
  }
  // All of them ahead, then read one by one: texts, or codes of errors.
  std::vector<std::string> OrderAhead(const std::vector<std::string>& orders) {
    std::vector<uint64_t> numbers;
    for (const std::string& what : orders) {
      numbers.push_back(parser_.ReadAhead(what, Format::kHtml, {}));
    }
    parser_.SendAhead();
    std::vector<std::string> out;
    for (size_t i = 0; i < orders.size(); ++i) {
      const absl::StatusOr<Extracted> read =
          parser_.Read(orders[i], Format::kHtml, {}, numbers[i]);
      out.push_back(read.ok() ? read->text
                              : absl::StatusCodeToString(read.status().code()));
    }
    return out;
  }
  MarkupParser& parser() { return parser_; }
  // What an "echo" brings.
  std::string Echo() {
    const absl::StatusOr<Extracted> read = Order("echo");
    return read.ok() ? read->text : read.status().ToString();
  }
  int started() const { return parser_.started(); }

 private:
  static ParserLimits Limits(absl::Duration patience) {
    ParserLimits limits;
    limits.memory_bytes = size_t{128} << 20;
    limits.output_bytes = size_t{4} << 20;
    limits.cpu_seconds = 1;
    limits.patience = patience;
    return limits;
  }
  MarkupParser parser_;
};

TEST(MarkupParserTest, ReadsEachFormatAsThisProcessWould) {
  const struct {
    Format format;
    const char* text;
  } kCases[] = {
      {Format::kHtml,
       "<html lang=de><title>Licht</title><h1 id=a>Türme</h1><p>Grüße</p>"
       "<table><tr><th>Name<th>Year<tr><td>Eddystone<td>1759</table></html>"},
      {Format::kMarkdown, "# Lights\n\n* one\n* two\n\n```\ncode\n```\n"},
      {Format::kMallard,
       "<page xmlns='http://projectmallard.org/1.0/' id='x'><title>T</title>"
       "<p>A light.</p></page>"},
      {Format::kDocBook,
       "<?xml version='1.0'?><book><title>B</title><sect1 id='s'>"
       "<title>S</title><para>A light.</para></sect1></book>"},
      {Format::kDocBook, "<?xml version='1.0'?><book><para>"},
      {Format::kCsv, "a,b\n"},
  };
  MarkupParser parser;
  for (const auto& one : kCases) {
    const absl::StatusOr<Extracted> here =
        ExtractMarkup(one.text, one.format, {});
    const absl::StatusOr<Extracted> apart =
        parser.Read(one.text, one.format, {});
    ASSERT_EQ(apart.status(), here.status()) << one.text;
    if (!here.ok()) continue;
    EXPECT_EQ(apart->format, one.format);
    EXPECT_EQ(apart->text, here->text);
    EXPECT_EQ(apart->title, here->title);
    EXPECT_EQ(apart->language, here->language);
    EXPECT_EQ(apart->metadata, here->metadata);
    ASSERT_EQ(apart->blocks.size(), here->blocks.size());
    for (size_t i = 0; i < here->blocks.size(); ++i) {
      EXPECT_EQ(apart->blocks[i].line, here->blocks[i].line);
      EXPECT_EQ(apart->blocks[i].kind, here->blocks[i].kind);
    }
    ASSERT_EQ(apart->sections.size(), here->sections.size());
    for (size_t i = 0; i < here->sections.size(); ++i) {
      EXPECT_EQ(apart->sections[i].anchor, here->sections[i].anchor);
    }
  }
  EXPECT_EQ(parser.started(), 1) << "one process reads them all";
}

TEST(MarkupParserTest, ObeysTheLimitsOfEachText) {
  MarkupParser parser;
  ExtractLimits small;
  small.max_document_bytes = 1000;
  const std::string page = absl::StrCat("<p>", std::string(2000, 'a'), "</p>");
  EXPECT_EQ(parser.Read(page, Format::kHtml, small).status().code(),
            absl::StatusCode::kResourceExhausted);
  EXPECT_TRUE(parser.Read(page, Format::kHtml, {}).ok());
}

TEST(MarkupParserTest, WhatATextDoesToTheProcessCostsThatText) {
  const struct {
    const char* order;
    absl::StatusCode code;
    const char* why;
  } kCases[] = {
      {"crash", absl::StatusCode::kInternal, "signal 11"},
      {"abort", absl::StatusCode::kInternal, "signal 6"},
      {"exit", absl::StatusCode::kInternal, "ended with 7: no luck"},
      {"half", absl::StatusCode::kInternal, "ended before"},
      {"spin", absl::StatusCode::kResourceExhausted, "processor time"},
      {"memory", absl::StatusCode::kResourceExhausted, "out of memory"},
      {"boast", absl::StatusCode::kResourceExhausted, "want at most"},
      {"socket", absl::StatusCode::kInternal, "sandbox"},
      {"fork", absl::StatusCode::kInternal, "sandbox"},
      {"exec", absl::StatusCode::kInternal, "sandbox"},
      {"kill", absl::StatusCode::kInternal, "sandbox"},
      {"nonsense", absl::StatusCode::kDataLoss, "document"},
      {"nothing", absl::StatusCode::kDataLoss, "no document"},
      {"broken", absl::StatusCode::kDataLoss, "UTF-8"},
  };
  BadParser parser;
  EXPECT_EQ(parser.Echo(), "heard echo\n");
  for (const auto& one : kCases) {
    const absl::Status status = parser.Order(one.order).status();
    EXPECT_EQ(status.code(), one.code) << one.order << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(one.why)) << one.order;
    const int before = parser.started();
    EXPECT_EQ(parser.Echo(), "heard echo\n") << "after " << one.order;
    EXPECT_EQ(parser.started(), before + 1) << "after " << one.order;
  }
}

TEST(MarkupParserTest, ATextThatHangsIsGivenUp) {
  BadParser parser(absl::Milliseconds(300));
  const absl::Status status = parser.Order("hang").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded) << status;
}

TEST(MarkupParserTest, AReplyThatStopsOrDripsIsGivenUpInTime) {
  BadParser parser(absl::Milliseconds(300));
  for (const char* order : {"half and hang", "drop by drop"}) {
    const absl::Time begin = absl::Now();
    const absl::Status status = parser.Order(order).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded)
        << order << ": " << status;
    // What it said keeps nobody waiting: a million drops would take hours.
    EXPECT_LT(absl::Now() - begin, absl::Seconds(15)) << order;
  }
}

TEST(MarkupParserTest, ProcessesThatEndLeaveNoDescriptors) {
  const auto open = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  BadParser parser(absl::Seconds(3));
  EXPECT_EQ(parser.Echo(), "heard echo\n");
  const auto before = open();
  for (const char* order :
       {"crash", "half", "hang", "half and hang", "boast"}) {
    EXPECT_FALSE(parser.Order(order).ok()) << order;
  }
  MarkupParser nowhere({}, "footnote-nothing");
  EXPECT_FALSE(nowhere.Read("<p>a", Format::kHtml, {}).ok());
  EXPECT_EQ(parser.Echo(), "heard echo\n");
  EXPECT_EQ(open(), before);
}

TEST(MarkupParserTest, NoTextIsAnsweredByTheOneBefore) {
  BadParser parser;
  ASSERT_TRUE(parser.Order("echo twice").ok());
  EXPECT_EQ(parser.Echo(), "heard echo\n");
  EXPECT_EQ(parser.started(), 2);
}

TEST(MarkupParserTest, EachTextHasItsOwnProcessorTime) {
  BadParser parser;
  // The same process spends more than its second on all of them.
  for (int i = 0; i < 3; ++i)
    EXPECT_EQ(parser.Order("work").status().code(), absl::StatusCode::kOk);
  EXPECT_EQ(parser.started(), 1);
}

TEST(MarkupParserTest, AProcessIsReplacedBeforeItsLifeCostsATextItsTime) {
  BadParser parser;
  // Three seconds are its life's.
  for (int i = 0; i < 6; ++i) {
    EXPECT_EQ(parser.Order("work").status(), absl::OkStatus()) << i;
  }
  EXPECT_EQ(parser.started(), 2);
}

TEST(MarkupParserTest, NoTextMakesItsProcessLiveForEver) {
  BadParser parser(absl::Seconds(60));
  EXPECT_EQ(parser.Echo(), "heard echo\n");
  const absl::Status status = parser.Order("usurp").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("processor time"));
  EXPECT_EQ(parser.started(), 1) << "its time is not given to it again";
  EXPECT_EQ(parser.Echo(), "heard echo\n");
}

TEST(MarkupParserTest, ADeathAfterTheReplyDoesNotCostTheNextText) {
  BadParser parser;
  ASSERT_EQ(parser.Order("last words").status(), absl::OkStatus());
  EXPECT_EQ(parser.Echo(), "heard echo\n");
  EXPECT_EQ(parser.started(), 2);
}

TEST(MarkupParserTest, ATextThatKillsGetsASecondProcessAndNoThird) {
  BadParser parser;
  EXPECT_EQ(parser.Order("crash").status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(parser.started(), 1) << "the first was its own";
  EXPECT_EQ(parser.Echo(), "heard echo\n");
  EXPECT_EQ(parser.Order("crash").status().code(), absl::StatusCode::kInternal);
  EXPECT_EQ(parser.started(), 3);
}

TEST(MarkupParserTest, TextsAheadAreAnsweredInTheirOrder) {
  MarkupParser parser;
  std::vector<std::string> pages;
  std::vector<uint64_t> numbers;
  for (int i = 0; i < 40; ++i) {
    pages.push_back(
        absl::StrCat("<p>Page ", i, std::string(i * 100, 'x'), "</p>"));
    numbers.push_back(parser.ReadAhead(pages[i], Format::kHtml, {}));
    EXPECT_NE(numbers[i], 0) << i;
  }
  parser.SendAhead();
  for (int i = 0; i < 40; ++i) {
    // One that nobody asks for any more.
    if (i == 7) continue;
    // And one that was not ahead.
    if (i == 20) {
      EXPECT_EQ(parser.Read("<p>Between", Format::kHtml, {})->text,
                "Between\n");
    }
    const absl::StatusOr<Extracted> read =
        parser.Read(pages[i], Format::kHtml, {}, numbers[i]);
    ASSERT_TRUE(read.ok()) << i << ": " << read.status();
    EXPECT_EQ(read->text,
              absl::StrCat(pages[i].substr(3, pages[i].size() - 7), "\n"));
  }
  EXPECT_EQ(parser.started(), 1);
}

TEST(MarkupParserTest, OnlySoMuchIsTakenAhead) {
  BadParser bad;
  MarkupParser& parser = bad.parser();
  EXPECT_NE(parser.ReadAhead("echo", Format::kHtml, {}), 0);
  EXPECT_EQ(parser.ReadAhead(std::string(128 << 10, ' '), Format::kHtml, {}),
            0);
  EXPECT_NE(parser.ReadAhead(std::string(100 << 10, ' '), Format::kHtml, {}),
            0);
  EXPECT_EQ(parser.ReadAhead(std::string(100 << 10, ' '), Format::kHtml, {}),
            0);
}

TEST(MarkupParserTest, WhatATextAheadDoesToTheProcessCostsThatText) {
  const std::string echo = "heard echo\n";
  BadParser parser;
  for (const auto& [order, is] :
       std::vector<std::pair<std::string, std::string>>{
           {"crash", "INTERNAL"},
           {"exit", "INTERNAL"},
           {"half", "INTERNAL"},
           {"boast", "RESOURCE_EXHAUSTED"},
           {"nonsense", "DATA_LOSS"},
           {"echo twice", "heard echo twice\n"},
           {"last words", "heard last words\n"}}) {
    EXPECT_THAT(
        parser.OrderAhead({"echo", "echo", order, "echo", order, "echo"}),
        ElementsAre(echo, echo, is, echo, is, echo))
        << order;
  }
  EXPECT_THAT(parser.OrderAhead({"echo", "memory", "echo"}),
              ElementsAre(echo, "RESOURCE_EXHAUSTED", echo));
  BadParser impatient(absl::Seconds(2));
  EXPECT_THAT(impatient.OrderAhead({"echo", "hang", "echo"}),
              ElementsAre(echo, "DEADLINE_EXCEEDED", echo));
}

TEST(MarkupParserTest, TextsThatAreLostDoNotDisturbLaterOnes) {
  BadParser bad;
  MarkupParser& parser = bad.parser();
  const auto read_ahead = [&parser](absl::string_view what) {
    const uint64_t number = parser.ReadAhead(what, Format::kHtml, {});
    parser.SendAhead();
    return number;
  };
  const uint64_t crash = read_ahead("crash");
  const uint64_t first = read_ahead("echo");
  EXPECT_FALSE(parser.Read("crash", Format::kHtml, {}, crash).ok());
  const uint64_t second = read_ahead("last words");
  EXPECT_EQ(parser.Read("echo", Format::kHtml, {}, first)->text,
            "heard echo\n");
  EXPECT_EQ(parser.Read("last words", Format::kHtml, {}, second)->text,
            "heard last words\n");
}

TEST(MarkupParserTest, TheProcessIsReplacedAfterFourThousandTexts) {
  BadParser parser;
  for (int i = 0; i < 4000; ++i) ASSERT_EQ(parser.Echo(), "heard echo\n");
  EXPECT_EQ(parser.started(), 1);
  EXPECT_EQ(parser.Echo(), "heard echo\n");
  EXPECT_EQ(parser.started(), 2);
}

TEST(MarkupParserTest, AProgramThatIsNotThereIsAnError) {
  MarkupParser parser({}, "footnote-nothing");
  EXPECT_EQ(parser.Read("<p>a", Format::kHtml, {}).status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace footnote
