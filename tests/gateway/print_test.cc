#include "gateway/print.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "base/terminal.h"
#include "base/utf8.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

// An answer whose sentences are `claims`, each quoted from one source.
v1::Answer AnswerOf(const std::vector<std::string>& claims) {
  v1::Answer answer;
  answer.set_id("01JD3ZK3B7Q8N5X2Y4W6V8T0RS");
  for (const std::string& claim : claims) {
    if (!answer.text().empty()) answer.mutable_text()->push_back(' ');
    v1::Citation& citation = *answer.add_citations();
    citation.mutable_answer_span()->set_begin(answer.text().size());
    answer.mutable_text()->append(claim);
    citation.mutable_answer_span()->set_end(answer.text().size());
    citation.set_verdict(v1::FOUND);
    v1::SourceSpan& source = *citation.add_sources();
    source.mutable_source()->set_document("guide/apt.html");
    source.mutable_source()->set_version(3);
    source.mutable_span()->set_begin(100);
    source.mutable_span()->set_end(100 + claim.size());
    source.mutable_span()->set_begin_code_point(90);
    source.mutable_span()->set_end_code_point(90 + CountCodePoints(claim));
    source.mutable_location()->set_line(7);
    source.set_quote(claim);
    source.set_title("Guide");
    source.add_heading_path("Packages");
    source.add_heading_path("apt");
    source.set_language("de");
  }
  answer.mutable_receipt()->set_sequence(12);
  answer.mutable_receipt()->set_record_sha256(std::string(32, '\xab'));
  answer.mutable_receipt()->set_time_us(1763925300000000);
  return answer;
}

// Line 7 of an attachment is not line 7 of the mail.
TEST(PrintAnswerTest, NamesThePartOfAFileThatItsLineIsOf) {
  struct Case {
    const char* document;
    const char* path;
    const char* wanted;
  };
  for (const Case& c : std::vector<Case>{
           {"a/mail.eml#costs.csv", "a/mail.eml", "a/mail.eml#costs.csv, line"},
           {"mail.eml#costs.csv", "/in/mail.eml",
            "/in/mail.eml#costs.csv, line"},
           {"C#.zip#x.txt", "a/C#.zip", "a/C#.zip#x.txt, line"},
           {"C#.txt", "a/C#.txt", "a/C#.txt, line"},
           {"given#id", "a/b.txt", "a/b.txt, line"},
           {"b.txt", "", "b.txt, line"}}) {
    v1::Answer answer = AnswerOf({"Sonst nichts."});
    v1::SourceSpan& source = *answer.mutable_citations(0)->mutable_sources(0);
    source.mutable_source()->set_document(c.document);
    source.set_path(c.path);
    EXPECT_THAT(PrintAnswer(answer, {}),
                HasSubstr(std::string("    ") + c.wanted));
  }
}

TEST(PrintAnswerTest, TellsAPlaceOnce) {
  struct Case {
    uint32_t page;
    uint32_t row;
    const char* element;
    const char* wanted;
  };
  for (const Case& c : std::vector<Case>{
           {0, 2, "row=2", "b.txt, line 7, row 2\n"},
           {0, 5, "Prices!A5:D5", "b.txt, line 7, row 5, Prices!A5:D5\n"},
           {3, 0, "page=3", "b.txt, page 3, line 7\n"},
           {3, 0, "page=3&box=1,2,3,4&page=4&box=1,2,3,4",
            "b.txt, page 3, line 7, box=1,2,3,4&page=4&box=1,2,3,4\n"},
           {3, 0, "page=31&box=1,2,3,4",
            "b.txt, page 3, line 7, page=31&box=1,2,3,4\n"},
           {3, 0, "slide=3", "b.txt, slide 3, line 7\n"},
           {0, 0, "install", "b.txt, line 7, install\n"}}) {
    v1::Answer answer = AnswerOf({"Sonst nichts."});
    v1::SourceSpan& source = *answer.mutable_citations(0)->mutable_sources(0);
    source.set_path("b.txt");
    source.mutable_source()->set_document("b.txt");
    source.mutable_location()->set_page(c.page);
    source.mutable_location()->set_row(c.row);
    source.mutable_location()->set_element(c.element);
    EXPECT_THAT(PrintAnswer(answer, {}), HasSubstr(c.wanted));
  }
}

TEST(PrintAnswerTest, MarksEachClaimAndNumbersItsFootnote) {
  const std::string page =
      PrintAnswer(AnswerOf({"Die Größe zählt.", "Sonst nichts."}), {});
  EXPECT_THAT(page, HasSubstr("Die Größe zählt. [1] Sonst nichts. [2]"));
  EXPECT_THAT(page, HasSubstr("[1] Guide › Packages › apt"));
  EXPECT_THAT(page, HasSubstr("[2] Guide"));
  EXPECT_THAT(page, HasSubstr("guide/apt.html, line 7"));
  EXPECT_THAT(page, HasSubstr("de · version 3 · bytes 100–119 · "
                              "code points 90–106 · FOUND"));
  EXPECT_THAT(page, HasSubstr("“Sonst nichts.”"));
}

TEST(PrintAnswerTest, EndsWithTheReceipt) {
  const std::string page = PrintAnswer(AnswerOf({"A."}), {});
  EXPECT_THAT(page, HasSubstr("answer 01JD3ZK3B7Q8N5X2Y4W6V8T0RS · record 12 "
                              "· 2025-11-23 19:15:00 UTC"));
  EXPECT_THAT(page, HasSubstr("sha256 abababab"));
}

TEST(PrintAnswerTest, SaysThatAnAnswerIsNotOnRecord) {
  v1::Answer answer = AnswerOf({"A."});
  answer.clear_id();
  answer.clear_receipt();
  const std::string page = PrintAnswer(answer, {});
  EXPECT_THAT(page, HasSubstr("not on record"));
  EXPECT_THAT(page, Not(HasSubstr("1970")));
}

TEST(PrintAnswerTest, NeverWritesALineWiderThanTheTerminal) {
  const v1::Answer answer = AnswerOf(
      {"設定を開き、ネットワークを選び、接続の名前を入力します。",
       "Packages are installed with the command apt install and a name.",
       "تُثبَّت الحزم بالأمر apt install متبوعًا باسم الحزمة المطلوبة."});
  for (const int columns : {20, 33, 60, 80}) {
    PrintOptions options;
    options.columns = columns;
    options.isolate = true;
    for (const auto line : absl::StrSplit(PrintAnswer(answer, options), '\n')) {
      EXPECT_LE(DisplayWidth(line), columns) << line;
    }
  }
}

TEST(PrintAnswerTest, IsolatesRightToLeftLinesWhereAsked) {
  PrintOptions options;
  EXPECT_THAT(PrintAnswer(AnswerOf({"שלום עולם."}), options),
              Not(HasSubstr("\u2068")));
  options.isolate = true;
  EXPECT_THAT(PrintAnswer(AnswerOf({"שלום עולם."}), options),
              HasSubstr("\u2068שלום עולם. [1]\u2069"));
}

TEST(PrintAnswerTest, MakesEscapeSequencesOfDocumentsHarmless) {
  v1::Answer answer = AnswerOf({"clear\x1b[2Jscreen"});
  answer.mutable_citations(0)->mutable_sources(0)->set_title("\x1b]0;x\x07");
  answer.mutable_citations(0)->mutable_sources(0)->set_path("a\rb");
  const std::string page = PrintAnswer(answer, {});
  EXPECT_THAT(page, Not(HasSubstr("\x1b")));
  EXPECT_THAT(page, Not(HasSubstr("\x07")));
  EXPECT_THAT(page, Not(HasSubstr("\r")));
}

TEST(PrintAnswerTest, GivesTheReasonOfAnAbstention) {
  v1::Answer answer;
  answer.set_abstention(v1::NOT_SUPPORTED);
  EXPECT_THAT(PrintAnswer(answer, {}),
              HasSubstr("No answer: passages were found, but none says"));
  answer.set_abstention_detail("nothing says how many");
  EXPECT_THAT(PrintAnswer(answer, {}),
              HasSubstr("No answer: nothing says how many"));
}

TEST(PrintAnswerTest, SurvivesSpansThatAreNotInTheText) {
  v1::Answer answer = AnswerOf({"Short."});
  answer.mutable_citations(0)->mutable_answer_span()->set_end(1000);
  EXPECT_THAT(PrintAnswer(answer, {}), HasSubstr("Short. [1]"));
}

}  // namespace
}  // namespace footnote
