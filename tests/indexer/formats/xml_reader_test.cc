#include "indexer/formats/xml_reader.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "indexer/formats/docbook.h"
#include "indexer/formats/mallard.h"
#include "tests/indexer/formats/extracted_checks.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

Extracted Checked(absl::StatusOr<Extracted> read) {
  EXPECT_TRUE(read.ok()) << read.status();
  if (!read.ok()) return Extracted();
  EXPECT_EQ(BrokenPromise(*read), "");
  return *std::move(read);
}

Extracted Mallard(absl::string_view inside) {
  return Checked(ExtractMallard(
      absl::StrCat("<page xmlns='http://projectmallard.org/1.0/' id='p' "
                   "xml:lang='uk'>",
                   inside, "</page>"),
      {}));
}

Extracted DocBook(absl::string_view xml) {
  return Checked(ExtractDocBook(xml, {}));
}

TEST(MallardTest, ReadsATask) {
  const Extracted page = Mallard(
      "<info><link type='guide' xref='x'/><credit><name>Ann</name></credit>"
      "<desc>About <app>Files</app>.</desc></info>"
      "<title>Browse</title>\n<p>Open <gui>Files</gui>\n   now.</p>"
      "<section id='s'><title>Steps</title><steps><item><p>Press "
      "<keyseq><key>Ctrl</key><key>C</key></keyseq>.</p></item><item><p>Choose "
      "<guiseq><gui>File</gui><gui>Open</gui></guiseq>.</p></item></steps>"
      "</section>");
  EXPECT_THAT(Outline(page), ElementsAre("#: Browse", "p: Open Files now.",
                                         "##: Steps", "-: Press Ctrl+C.",
                                         "-: Choose File \xe2\x96\xb8 Open."));
  EXPECT_EQ(page.title, "Browse");
  EXPECT_EQ(page.language, "uk");
  EXPECT_THAT(page.metadata, ElementsAre(Pair("description", "About Files.")));
  EXPECT_EQ(page.sections[1].anchor, "p");
  EXPECT_EQ(page.sections[2].anchor, "s");
  EXPECT_EQ(page.blocks[1].line, 2);
}

TEST(MallardTest, ReadsANoteAsASectionThatEnds) {
  const Extracted page = Mallard(
      "<title>T</title><note><title>Tip</title><p>In.</p></note><p>Out.</p>"
      "<note style='warning'><p>Without title.</p></note>");
  EXPECT_THAT(Outline(page), ElementsAre("#: T", "##: Tip", "p: In.", "p: Out.",
                                         "p: Without title."));
  EXPECT_EQ(page.blocks[3].section, 1);
}

TEST(MallardTest, ReadsTheFirstOfSeveralVariants) {
  const Extracted page = Mallard(
      "<p>a</p><if:choose xmlns:if='http://projectmallard.org/if/1.0/'>"
      "<if:when test='x'><p>first</p></if:when><if:when><p>second</p></if:when>"
      "<if:else><p>third</p></if:else></if:choose><p>b</p>");
  EXPECT_THAT(Outline(page), ElementsAre("p: a", "p: first", "p: b"));
}

TEST(MallardTest, ReadsTermsTablesAndCode) {
  const Extracted page = Mallard(
      "<terms><item><title>Word</title><p>Meaning.</p></item></terms>"
      "<table><title>Keys</title><thead><tr><td><p>Key</p></td><td><p>Does</p>"
      "</td></tr></thead><tbody><tr><td><p>F1</p></td><td><p>Help</p></td>"
      "</tr></tbody></table><screen>$ ls\n  x</screen><code>a=1</code>"
      "<p>In <code>line</code>.</p>");
  EXPECT_THAT(Outline(page), ElementsAre("-: Word", "-: Meaning.", "=: Keys",
                                         "|: Key: F1 | Does: Help", "$: $ ls",
                                         "$:   x", "$: a=1", "p: In line."));
}

TEST(MallardTest, KeepsPicturesInsideASentenceOnly) {
  EXPECT_THAT(
      Outline(Mallard("<media src='x'><p>Screenshot</p></media><p>Press "
                      "<media src='y'><span>view</span></media>.</p>")),
      ElementsAre("p: Press view."));
}

TEST(DocBookTest, ReadsABookWithItsParts) {
  const Extracted book = DocBook(
      "<?xml version='1.0'?><!DOCTYPE book PUBLIC '-//OASIS//DTD DocBook XML "
      "V4.5//EN' 'x'><book lang='de'><bookinfo><title>Buch</title></bookinfo>"
      "<chapter id='c'><title>Eins</title><para>Text<indexterm><primary>i"
      "</primary></indexterm><footnote><para>Fuss.</para></footnote> hier, "
      "<quote>so</quote>, siehe <citerefentry><refentrytitle>ls"
      "</refentrytitle><manvolnum>1</manvolnum></citerefentry>.</para>"
      "<warning><title>Halt</title><para>Nicht.</para></warning>"
      "<programlisting>int x;\n\tint y;</programlisting></chapter></book>");
  EXPECT_THAT(
      Outline(book),
      ElementsAre("#: Buch", "##: Eins",
                  "p: Text (Fuss.) hier, \xe2\x80\x9cso\xe2\x80\x9d, "
                  "siehe ls(1).",
                  "###: Halt", "p: Nicht.", "$: int x;", "$: \tint y;"));
  EXPECT_EQ(book.language, "de");
  EXPECT_EQ(book.title, "Buch");
}

TEST(DocBookTest, ReadsCalsTables) {
  const Extracted book = DocBook(
      "<article><table><title>T</title><tgroup cols='2'><thead><row><entry>A"
      "</entry><entry>B</entry></row></thead><tbody><row><entry morerows='1'>1"
      "</entry><entry>2</entry></row><row><entry>3</entry></row></tbody>"
      "</tgroup></table></article>");
  EXPECT_THAT(Outline(book),
              ElementsAre("=: T", "|: A: 1 | B: 2", "|: A: 1 | B: 3"));
}

TEST(XmlReaderTest, NamesTheLineThatIsNotWellFormed) {
  const absl::StatusOr<Extracted> read =
      ExtractMallard("<page>\n<p>x</q>\n</page>", {});
  EXPECT_EQ(read.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_THAT(std::string(read.status().message()), HasSubstr("line 2"));
}

TEST(XmlReaderTest, ExpandsNoEntities) {
  const Extracted page = Checked(ExtractMallard(
      "<!DOCTYPE page [<!ENTITY a 'aaaaaaaa'><!ENTITY b '&a;&a;'>]>"
      "<page><p>&b; &amp; &#233;</p></page>",
      {}));
  EXPECT_THAT(Outline(page), ElementsAre("p: &b; & \xc3\xa9"));
}

TEST(XmlReaderTest, RefusesElementsBeyondTheDepthLimit) {
  std::string xml;
  for (int i = 0; i < 100000; ++i) xml += "<p>";
  xml += "x";
  for (int i = 0; i < 100000; ++i) xml += "</p>";
  EXPECT_EQ(ExtractMallard(xml, {}).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(XmlReaderTest, ReadsPastZeros) {
  const Extracted page = Checked(
      ExtractMallard(absl::string_view("<page><p>a\0b</p></page>", 23), {}));
  EXPECT_THAT(Outline(page), ElementsAre("p: a b"));
}

}  // namespace
}  // namespace footnote
