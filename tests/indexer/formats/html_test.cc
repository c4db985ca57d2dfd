#include "indexer/formats/html.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ctime>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/indexer/formats/extracted_checks.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;

Extracted Read(absl::string_view html) {
  absl::StatusOr<Extracted> read = ExtractHtml(html, {});
  EXPECT_TRUE(read.ok()) << read.status();
  if (!read.ok()) return Extracted();
  EXPECT_EQ(BrokenPromise(*read), "");
  return *std::move(read);
}

std::string Repeat(absl::string_view what, int times) {
  std::string out;
  for (int i = 0; i < times; ++i) absl::StrAppend(&out, what);
  return out;
}

TEST(HtmlTest, KeepsParagraphsHeadingsAndLists) {
  const Extracted page = Read(
      "<title>Caf\xc3\xa9</title><h1 id=a>One</h1><p>First\n   line.<p>Second."
      "<h2>Two</h2><ul><li>x</li><li>y <b>z</b></li></ul>");
  EXPECT_THAT(Outline(page),
              ElementsAre("#: One", "p: First line.", "p: Second.", "##: Two",
                          "-: x", "-: y z"));
  EXPECT_EQ(page.text, "One\nFirst line.\nSecond.\n\nTwo\nx\ny z\n");
  EXPECT_EQ(page.title, "Caf\xc3\xa9");
  EXPECT_EQ(page.sections[1].anchor, "a");
  EXPECT_THAT(page.HeadingPath(2), ElementsAre("One", "Two"));
}

TEST(HtmlTest, LeavesNavigationOut) {
  const Extracted page = Read(
      "<body><nav><a href=/>Home</a></nav>"
      "<div role=navigation>Go there</div><div class='x docnav'>Next</div>"
      "<div class=toc><a href=#a>Chapter</a></div><script>var p='<p>';</script>"
      "<style>p{}</style><noscript>Enable scripts</noscript>"
      "<p hidden>hidden</p><p style='display: none'>gone</p>"
      "<p>Content.</p><form><input><label>Search</label></form>"
      "<footer>Copyright</footer></body>");
  EXPECT_THAT(Outline(page), ElementsAre("p: Content."));
}

TEST(HtmlTest, LeavesShortLinkListsOutButKeepsHeadlines) {
  const Extracted page = Read(
      "<ul><li><a href=1>Home</a><li><a href=2>News</a><li><a href=3>Shop</a>"
      "<li><a href=4>About</a></ul>"
      "<ul><li>See <a href=5>the manual</a> for more.</ul>");
  EXPECT_THAT(Outline(page), ElementsAre("-: See the manual for more."));
}

TEST(HtmlTest, ReadsOnlyTheMainPartWhenThereIsOne) {
  const Extracted page = Read(
      "<div>Subscribe now!</div><main><h1>T</h1><p>Long enough text of "
      "the page itself.</p></main><div>Other posts</div>");
  EXPECT_THAT(Outline(page), ElementsAre("#: T",
                                         "p: Long enough text of the "
                                         "page itself."));
}

TEST(HtmlTest, KeepsTheHeadingOfAPageHeader) {
  const Extracted page =
      Read("<header><a href=/>Site</a><h1>The title</h1></header><p>Text.</p>");
  EXPECT_THAT(Outline(page), ElementsAre("#: The title", "p: Text."));
}

TEST(HtmlTest, KnowsWhatGeneratorsCallNavigationWhateverItsCase) {
  for (const char* mark :
       {"class='nav'", "class='NavBar'", "class=\"x  Site-Navigation\ty\"",
        "class='tableofcontents'", "id='TOC'", "id='visually-hidden'"}) {
    EXPECT_THAT(Outline(Read(absl::StrCat("<p>a<div ", mark, ">b</div>"))),
                ElementsAre("p: a"))
        << mark;
  }
  const std::string long_name(300, 'n');
  for (const std::string& mark :
       {std::string("class='navy'"), std::string("class=''"),
        std::string("class='na v'"), std::string("id='toc-1'"),
        absl::StrCat("class='", long_name, "'"),
        std::string("class='sitenavigationbar1'")}) {
    EXPECT_THAT(Outline(Read(absl::StrCat("<p>a<div ", mark, ">b</div>"))),
                ElementsAre("p: a", "p: b"))
        << mark;
  }
}

TEST(HtmlTest, KeepsAPageThatIsNothingButNavigation) {
  EXPECT_THAT(Outline(Read("<nav><p>Only this.</p></nav>")),
              ElementsAre("p: Only this."));
}

TEST(HtmlTest, ReadsADocBookSidebarAsASectionOfItsOwn) {
  const Extracted page = Read(
      "<div class=section><div class=titlepage><h2 class=title>"
      "<a id='sect.x'></a>6.1. Setup</h2></div><div class=para>Before.</div>"
      "<div class=sidebar><div class=titlepage><p class=title><strong>TIP"
      "</strong> Faster</p></div><div class=para>Inside.</div></div>"
      "<div class=para>After.</div></div>");
  EXPECT_THAT(Outline(page),
              ElementsAre("##: 6.1. Setup", "p: Before.", "###: TIP Faster",
                          "p: Inside.", "p: After."));
  EXPECT_EQ(page.sections[1].anchor, "sect.x");
  EXPECT_THAT(page.HeadingPath(page.blocks[3].section),
              ElementsAre("6.1. Setup", "TIP Faster"));
  EXPECT_THAT(page.HeadingPath(page.blocks[4].section),
              ElementsAre("6.1. Setup"));
}

TEST(HtmlTest, ReadsTheTitleOfAFigureAsCaption) {
  const Extracted page = Read(
      "<div class=figure><img alt=x><p class=title>Figure 3.1. Roles</p>"
      "</div>");
  EXPECT_THAT(Outline(page), ElementsAre("=: Figure 3.1. Roles"));
}

TEST(HtmlTest, PutsTheColumnsHeaderBesideEachCell) {
  const Extracted page = Read(
      "<table><caption>Ports</caption><tr><th>Name<th>Port</tr>"
      "<tr><td>ssh<td>22</tr><tr><td><p>http</p><td>80</tr></table>");
  EXPECT_THAT(Outline(page), ElementsAre("=: Ports", "|: Name: ssh | Port: 22",
                                         "|: Name: http | Port: 80"));
}

TEST(HtmlTest, RepeatsACellThatSpansRows) {
  const Extracted page = Read(
      "<table><tr><th>Year<th>Event</tr><tr><td rowspan=2>1993<td>Start</tr>"
      "<tr><td>Name</tr></table>");
  EXPECT_THAT(Outline(page), ElementsAre("|: Year: 1993 | Event: Start",
                                         "|: Year: 1993 | Event: Name"));
}

TEST(HtmlTest, ARowOfVeryManyCellsTakesTheTimeOfItsLength) {
  const auto seconds_of = [](int cells) {
    std::string page = "<table><tr>";
    for (int i = 0; i < cells; ++i) page += "<td>a";
    const std::clock_t begin = std::clock();
    EXPECT_EQ(Read(page).blocks.size(), 1u);
    return static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  };
  const double once = seconds_of(10000);
  // It took 250 times as long.
  EXPECT_LT(seconds_of(160000), 100 * once + .1);
}

TEST(HtmlTest, ReadsALayoutTableCellByCell) {
  const Extracted page = Read(
      "<table><tr><td><p>Left one.</p><p>Left two.</p></td><td><ul><li>Right"
      "</ul></td></tr></table>");
  EXPECT_THAT(Outline(page),
              ElementsAre("p: Left one.", "p: Left two.", "-: Right"));
}

TEST(HtmlTest, KeepsCodeLinesAsTheyAre) {
  const Extracted page =
      Read("<pre>\n$ <b>ls</b>\n  a\tb  \n\nend</pre><p>x</p>");
  EXPECT_THAT(Outline(page),
              ElementsAre("$: $ ls", "$:   a\tb", "$: end", "p: x"));
  EXPECT_EQ(page.blocks[2].line, 5);
}

TEST(HtmlTest, JoinsWrappedJapaneseWithoutSpace) {
  EXPECT_THAT(Outline(Read("<p>\xe6\x97\xa5\xe6\x9c\xac\n"
                           "  \xe8\xaa\x9e\nabc</p>")),
              ElementsAre("p: \xe6\x97\xa5\xe6\x9c\xac\xe8\xaa\x9e abc"));
}

TEST(HtmlTest, SaysOnWhichLineABlockBegan) {
  const Extracted page = Read("<p>a</p>\n\n<div>\n   b\n</div>");
  ASSERT_EQ(page.blocks.size(), 2);
  EXPECT_EQ(page.blocks[0].line, 1);
  EXPECT_EQ(page.blocks[1].line, 4);
}

TEST(HtmlTest, SaysTheLineOfCodeBehindADroppedLineBreak) {
  EXPECT_EQ(Read("<p>x</p>\n<pre class=\"a\">\nb</pre>").blocks[1].line, 3);
  EXPECT_EQ(Read("<p>x</p>\n<pre class=\"a\">b\nc</pre>").blocks[1].line, 2);
  EXPECT_EQ(Read("<p>x</p>\r\n<pre>\r\nb</pre>").blocks[1].line, 3);
}

// The parser moves it in front of the table and forgets where it stood.
TEST(HtmlTest, SaysALineNotBehindTextThatStoodBetweenTableRows) {
  const Extracted page =
      Read("<p>a</p>\n<table>\n<tr><td>b</td></tr>\nc\n</table>\n<p>d</p>");
  ASSERT_EQ(page.blocks.size(), 4);
  EXPECT_GE(page.blocks[1].line, 1);
  EXPECT_LE(page.blocks[1].line, 4);
  EXPECT_EQ(page.blocks[2].line, 3);
  EXPECT_EQ(page.blocks[3].line, 6);
}

TEST(HtmlTest, LeavesOutAttributesThatNoPageHas) {
  std::string html = "<p";
  for (int i = 0; i < 3000; ++i) absl::StrAppend(&html, " a", i, "=1");
  EXPECT_THAT(Outline(Read(html + " hidden>seen<p hidden>hidden")),
              ElementsAre("p: seen"));
}

TEST(HtmlTest, TakesTheLanguageUnderWhichMostTextStands) {
  EXPECT_EQ(Read("<html lang=en><div lang=ja-JP><p>much text here</p></div>"
                 "</html>")
                .language,
            "ja-JP");
  EXPECT_EQ(
      Read("<html lang=de><p>viel Text hier</p><q lang=fr>peu</q>").language,
      "de");
  EXPECT_EQ(Read("<p>nothing said</p>").language, "");
}

TEST(HtmlTest, ReadsMetadataOfTheHead) {
  const Extracted page = Read(
      "<head><meta name=Author content='A. B.'><meta name=viewport "
      "content=x><meta name=keywords content='k1, k2'></head><p>t");
  EXPECT_THAT(page.metadata,
              ElementsAre(Pair("author", "A. B."), Pair("keywords", "k1, k2")));
}

TEST(HtmlTest, ReadsAPageNestedAThousandDeep) {
  const Extracted page =
      Read(Repeat("<div>", 1000) + "deep" + Repeat("</div>", 1000));
  EXPECT_THAT(Outline(page), ElementsAre("p: deep"));
}

TEST(HtmlTest, RefusesAPageNestedAMillionDeepAtOnce) {
  const absl::StatusOr<Extracted> read =
      ExtractHtml(Repeat("<div>", 1000000), {});
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(read.status().message()), HasSubstr("4096"));
}

// Tags that close nothing must not hide how deep it is.
TEST(HtmlTest, RefusesADeepPageWithStrayEndTagsAtOnce) {
  const absl::StatusOr<Extracted> read =
      ExtractHtml(Repeat("<div></i>", 500000), {});
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(read.status().message()), HasSubstr("4096"));
}

TEST(HtmlTest, RefusesAPageThatBlowsUp) {
  // Every new paragraph opens all the <b> of the first again.
  std::string html = "<p>";
  for (int i = 0; i < 2000; ++i) absl::StrAppend(&html, "<b a", i, "=1>");
  html += Repeat("<p>x", 20000);
  const absl::StatusOr<Extracted> read = ExtractHtml(html, {});
  EXPECT_EQ(read.status().code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(read.status().message()), HasSubstr("memory"));
}

TEST(HtmlTest, RefusesAPageLargerThanTheLimit) {
  ExtractLimits limits;
  limits.max_document_bytes = 100;
  EXPECT_EQ(ExtractHtml(Repeat("<p>text", 100), limits).status().code(),
            absl::StatusCode::kResourceExhausted);
}

TEST(HtmlTest, GivesAnEmptyDocumentForAPageWithoutText) {
  EXPECT_THAT(Read("<p><img src=x></p>").blocks, IsEmpty());
  EXPECT_THAT(Read("").blocks, IsEmpty());
}

TEST(HtmlTest, FindsTheDeclaredEncoding) {
  EXPECT_EQ(DeclaredHtmlEncoding("<meta charset=\"Windows-1251\">"),
            "windows-1251");
  EXPECT_EQ(DeclaredHtmlEncoding("<?xml version='1.0' encoding='koi8-r'?>"),
            "koi8-r");
  EXPECT_EQ(DeclaredHtmlEncoding("<p>no"), "");
  EXPECT_EQ(DeclaredHtmlEncoding("<a b=c><META CharSet=EUC-KR>"), "euc-kr");
  EXPECT_EQ(DeclaredHtmlEncoding("charset=; Encoding=big5"), "big5");
  EXPECT_EQ(DeclaredHtmlEncoding("charset koi8-r, encoding"), "");
}

}  // namespace
}  // namespace footnote
