#include "indexer/formats/office.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/indexer/formats/extracted_checks.h"
#include "tests/indexer/formats/zip_maker.h"

namespace footnote {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Pair;
using Parts = std::vector<std::pair<std::string, std::string>>;

// One word or name in each of the 23 languages.
constexpr absl::string_view kWords[] = {"منارة",     "čtyři",
                                        "vuurtoren", "lighthouse",
                                        "phare",     "Grüße",
                                        "φάρος",     "מגדלור",
                                        "प्रकाशस्तंभ",  "mercusuar",
                                        "perché",    "灯台",
                                        "등대",      "فانوس\u200cدریایی",
                                        "świątynia", "ação",
                                        "județ",     "маяк",
                                        "señal",     "İstanbul",
                                        "маяк є",    "hải đăng",
                                        "灯塔"};

Extracted Read(const Parts& parts) {
  const absl::StatusOr<Extracted> read = ExtractOffice(MakeZip(parts), {});
  EXPECT_TRUE(read.ok()) << read.status();
  if (!read.ok()) return Extracted();
  EXPECT_EQ(BrokenPromise(*read), "");
  return *read;
}

std::string PlaceOf(const Extracted& document, const std::string& text) {
  for (const Block& block : document.blocks) {
    if (document.text.substr(block.span.begin, block.span.size()).find(text) ==
        std::string::npos) {
      continue;
    }
    return block.place == 0 ? "" : document.places[block.place - 1];
  }
  return "no such block";
}

constexpr char kCore[] =
    "<cp:coreProperties xmlns:cp='c' xmlns:dc='d' xmlns:dcterms='t'>"
    "<dc:title>Lights of the coast</dc:title><dc:creator>Ann Lee</dc:creator>"
    "<dc:language>de-DE</dc:language>"
    "<dcterms:created>2024-05-01T10:00:00Z</dcterms:created>"
    "</cp:coreProperties>";

Parts Docx(const std::string& body) {
  return {
      {"word/document.xml",
       absl::StrCat("<w:document xmlns:w='w' xmlns:mc='mc'><w:body>", body,
                    "</w:body></w:document>")},
      {"word/styles.xml",
       "<w:styles xmlns:w='w'>"
       "<w:style w:styleId='berschrift1'><w:name w:val='heading 1'/></w:style>"
       "<w:style w:styleId='Kapitel'><w:name w:val='Kapitel'/>"
       "<w:basedOn w:val='berschrift1'/></w:style>"
       "<w:style w:styleId='L'><w:name w:val='List Paragraph'/></w:style>"
       "<w:style w:styleId='O'><w:name w:val='Own'/><w:pPr>"
       "<w:outlineLvl w:val='1'/></w:pPr></w:style></w:styles>"},
      {"word/footnotes.xml",
       "<w:footnotes xmlns:w='w'><w:footnote w:type='separator' w:id='0'>"
       "<w:p/></w:footnote><w:footnote w:id='2'><w:p><w:r><w:t>See page 9."
       "</w:t></w:r></w:p></w:footnote></w:footnotes>"},
      {"word/header1.xml",
       "<w:hdr xmlns:w='w'><w:p><w:r><w:t>Confidential"
       "</w:t></w:r></w:p></w:hdr>"},
      {"docProps/core.xml", kCore}};
}

std::string P(const std::string& style, const std::string& text) {
  return absl::StrCat(
      "<w:p><w:pPr><w:pStyle w:val='", style,
      "'/><w:tabs><w:tab w:val='left'/></w:tabs></w:pPr><w:r><w:t ",
      "xml:space='preserve'>", text, "</w:t></w:r></w:p>");
}

TEST(DocxTest, ReadsHeadingsListsNotesAndProperties) {
  const Extracted document = Read(Docx(absl::StrCat(
      P("Kapitel", "Lighthouses"), P("", "Built in "),
      "<w:p><w:r><w:t>Smeaton</w:t></w:r><w:r><w:tab/><w:t>1759</w:t>"
      "<w:footnoteReference w:id='2'/></w:r><w:del><w:r><w:delText>gone"
      "</w:delText></w:r></w:del><w:ins><w:r><w:t>!</w:t></w:r></w:ins></w:p>",
      P("O", "Lenses"), P("L", "Fresnel"),
      "<w:p><w:pPr><w:numPr><w:numId w:val='4'/></w:numPr></w:pPr><w:r><w:t>"
      "Catoptric</w:t></w:r></w:p>")));
  EXPECT_THAT(Outline(document),
              ElementsAre("#: Lighthouses", "p: Built in",
                          "p: Smeaton 1759 [See page 9.]!", "##: Lenses",
                          "-: Fresnel", "-: Catoptric"));
  EXPECT_EQ(document.format, Format::kDocx);
  EXPECT_EQ(document.title, "Lights of the coast");
  EXPECT_EQ(document.language, "de-DE");
  EXPECT_THAT(document.metadata, Contains(Pair("author", "Ann Lee")));
  EXPECT_THAT(document.metadata,
              Contains(Pair("created", "2024-05-01T10:00:00Z")));
  EXPECT_EQ(document.blocks[2].line, 3);
}

TEST(DocxTest, PutsTheHeaderBesideEachCell) {
  const auto cell = [](const std::string& text) {
    return absl::StrCat("<w:tc><w:p><w:r><w:t>", text,
                        "</w:t></w:r></w:p></w:tc>");
  };
  const auto row = [&](const std::string& a, const std::string& b) {
    return absl::StrCat("<w:tr>", cell(a), cell(b), "</w:tr>");
  };
  const Extracted document = Read(Docx(absl::StrCat(
      "<w:tbl><w:tblPr/>", row("Light", "Height"), row("Eddystone", "49 m"),
      row("Skerryvore", "48 m"), "</w:tbl>")));
  EXPECT_THAT(Outline(document),
              ElementsAre("|: Light: Eddystone | Height: 49 m",
                          "|: Light: Skerryvore | Height: 48 m"));
}

TEST(DocxTest, ReadsATextBoxOnce) {
  const Extracted document = Read(Docx(
      "<w:p><w:r><w:t>Around</w:t><mc:AlternateContent><mc:Choice><w:drawing>"
      "<w:txbxContent><w:p><w:r><w:t>Inside</w:t></w:r></w:p></w:txbxContent>"
      "</w:drawing></mc:Choice><mc:Fallback><w:pict><w:txbxContent><w:p><w:r>"
      "<w:t>Inside</w:t></w:r></w:p></w:txbxContent></w:pict></mc:Fallback>"
      "</mc:AlternateContent></w:r></w:p>"));
  EXPECT_THAT(Outline(document), ElementsAre("p: Around", "p: Inside"));
}

Parts Xlsx(const std::string& rows) {
  return {
      {"xl/workbook.xml",
       "<workbook xmlns:r='r'><sheets><sheet name='Lights' sheetId='1' "
       "r:id='rId1'/></sheets></workbook>"},
      {"xl/_rels/workbook.xml.rels",
       "<Relationships><Relationship Id='rId1' Target='worksheets/sheet1.xml'/>"
       "</Relationships>"},
      {"xl/sharedStrings.xml",
       "<sst><si><t>Name</t></si><si><t>Built</t></si><si><r><t>Eddy</t></r>"
       "<r><t>stone</t></r><rPh><t>reading</t></rPh></si></sst>"},
      {"xl/styles.xml",
       "<styleSheet><numFmts><numFmt numFmtId='170' "
       "formatCode='[$-407]d. mmmm yyyy'/><numFmt numFmtId='171' "
       "formatCode='0.0 \"day\"'/></numFmts><cellXfs><xf numFmtId='0'/>"
       "<xf numFmtId='14'/><xf numFmtId='170'/><xf numFmtId='171'/>"
       "<xf numFmtId='22'/></cellXfs></styleSheet>"},
      {"xl/worksheets/sheet1.xml", absl::StrCat("<worksheet><sheetData>", rows,
                                                "</sheetData></worksheet>")}};
}

TEST(XlsxTest, ReadsRowsWithTheirNamesPlacesAndDates) {
  const Extracted sheet = Read(Xlsx(
      "<row r='2'><c r='B2' t='s'><v>0</v></c><c r='C2' t='s'><v>1</v></c>"
      "<c r='E2' t='inlineStr'><is><t>Height</t></is></c></row>"
      "<row r='4'><c r='B4' t='s'><v>2</v></c><c r='C4' s='1'><v>45292</v></c>"
      "<c r='E4'><v>0.10000000000000001</v></c></row>"
      "<row r='5'><c r='B5' t='str'><v>Bell Rock</v></c>"
      "<c r='C5' s='4'><v>45292.75</v></c><c r='E5' t='b'><v>1</v></c></row>"
      "<row r='6'><c r='B6' s='2'><v>1</v></c><c r='C6' s='3'><v>7</v></c>"
      "<c r='D6'><v>9</v></c></row>"));
  EXPECT_THAT(
      Outline(sheet),
      ElementsAre("#: Lights",
                  "|: Name: Eddystone | Built: 2024-01-01 | Height: 0.1",
                  "|: Name: Bell Rock | Built: 2024-01-01 18:00:00 | "
                  "Height: TRUE",
                  "|: Name: 1900-01-01 | Built: 7 | 9"));
  EXPECT_EQ(PlaceOf(sheet, "Eddystone"), "Lights!B4:E4");
  EXPECT_EQ(sheet.blocks[1].line, 4);
}

TEST(PptxTest, ReadsSlidesInTheirOrderWithTitlesFirstAndNotes) {
  const auto shape = [](const std::string& type, const std::string& text) {
    return absl::StrCat("<p:sp><p:nvSpPr><p:nvPr><p:ph type='", type,
                        "'/></p:nvPr></p:nvSpPr><p:txBody><a:p><a:r><a:t>",
                        text, "</a:t></a:r></a:p></p:txBody></p:sp>");
  };
  const auto slide = [](const std::string& shapes) {
    return absl::StrCat("<p:sld xmlns:p='p' xmlns:a='a'><p:cSld><p:spTree>",
                        shapes, "</p:spTree></p:cSld></p:sld>");
  };
  const Extracted show = Read(
      {{"ppt/presentation.xml",
        "<p:presentation xmlns:p='p' xmlns:r='r'><p:sldIdLst>"
        "<p:sldId id='256' r:id='rId3'/><p:sldId id='257' r:id='rId2'/>"
        "</p:sldIdLst></p:presentation>"},
       {"ppt/_rels/presentation.xml.rels",
        "<Relationships><Relationship Id='rId2' Target='slides/slide1.xml'/>"
        "<Relationship Id='rId3' Target='slides/slide2.xml'/></Relationships>"},
       {"ppt/slides/slide1.xml", slide(shape("body", "No title here"))},
       {"ppt/slides/slide2.xml",
        slide(absl::StrCat(shape("body", "Three keepers"),
                           shape("title", "Eddystone"), shape("sldNum", "1")))},
       {"ppt/slides/_rels/slide2.xml.rels",
        "<Relationships><Relationship Id='r1' "
        "Target='../notesSlides/notesSlide1.xml'/></Relationships>"},
       {"ppt/notesSlides/notesSlide1.xml",
        slide(absl::StrCat(shape("body", "Say it slowly."),
                           shape("sldNum", "1")))}});
  EXPECT_THAT(Outline(show),
              ElementsAre("#: Eddystone", "-: Three keepers",
                          "p: Say it slowly.", "-: No title here"));
  EXPECT_EQ(PlaceOf(show, "Three"), "slide=1");
  EXPECT_EQ(PlaceOf(show, "No title"), "slide=2");
  EXPECT_EQ(show.blocks.back().section, 0);
}

Parts OpenDocument(const std::string& body) {
  return {{"mimetype", "application/vnd.oasis.opendocument.text"},
          {"content.xml",
           absl::StrCat("<office:document-content xmlns:office='o' "
                        "xmlns:text='t' xmlns:table='b' xmlns:draw='d' "
                        "xmlns:presentation='p'><office:body>",
                        body, "</office:body></office:document-content>")},
          {"meta.xml",
           "<office:document-meta xmlns:office='o' xmlns:dc='d' "
           "xmlns:meta='m'><office:meta><dc:title>Logbook</dc:title>"
           "<meta:initial-creator>Ann</meta:initial-creator>"
           "<dc:creator>Bob</dc:creator><dc:language>pl</dc:language>"
           "</office:meta></office:document-meta>"}};
}

TEST(OdtTest, ReadsHeadingsListsNotesAndTables) {
  const Extracted document = Read(OpenDocument(
      "<office:text><text:tracked-changes><text:p>deleted</text:p>"
      "</text:tracked-changes><text:h text:outline-level='2'>Keepers</text:h>"
      "<text:p>Three<text:s text:c='3'/>men<text:note><text:note-citation>1"
      "</text:note-citation><text:note-body><text:p>In turns.</text:p>"
      "</text:note-body></text:note></text:p><text:list><text:list-item>"
      "<text:p>Winter</text:p><text:list><text:list-item><text:p>Ice</text:p>"
      "</text:list-item></text:list></text:list-item></text:list>"
      "<table:table table:name='T'><table:table-header-rows><table:table-row>"
      "<table:table-cell><text:p>Year</text:p></table:table-cell>"
      "<table:table-cell><text:p>Keeper</text:p></table:table-cell>"
      "</table:table-row></table:table-header-rows><table:table-row>"
      "<table:table-cell><text:p>1800</text:p></table:table-cell>"
      "<table:table-cell><text:p>Jan</text:p></table:table-cell>"
      "</table:table-row></table:table></office:text>"));
  EXPECT_THAT(
      Outline(document),
      ElementsAre("##: Keepers", "p: Three men [In turns.]", "-: Winter",
                  "-: Ice", "|: Year: 1800 | Keeper: Jan"));
  EXPECT_EQ(document.title, "Logbook");
  EXPECT_EQ(document.language, "pl");
  EXPECT_THAT(document.metadata, Contains(Pair("author", "Ann")));
}

TEST(OdsTest, CountsRepeatedRowsAndCells) {
  const Extracted sheet = Read(OpenDocument(
      "<office:spreadsheet><table:table table:name='Lights'><table:table-row>"
      "<table:table-cell><text:p>Name</text:p></table:table-cell>"
      "<table:table-cell table:number-columns-repeated='2'><text:p>m</text:p>"
      "</table:table-cell></table:table-row>"
      "<table:table-row table:number-rows-repeated='1000000'>"
      "<table:table-cell table:number-columns-repeated='1024'/>"
      "</table:table-row><table:table-row><table:table-cell><text:p>Eddystone"
      "</text:p></table:table-cell><table:table-cell/><table:table-cell>"
      "<text:p>49</text:p></table:table-cell></table:table-row></table:table>"
      "</office:spreadsheet>"));
  EXPECT_THAT(Outline(sheet),
              ElementsAre("#: Lights", "|: Name: Eddystone | m: 49"));
  EXPECT_EQ(PlaceOf(sheet, "Eddystone"), "Lights!1000002");
}

TEST(OdpTest, ReadsSlides) {
  const Extracted show = Read(OpenDocument(
      "<office:presentation><draw:page><draw:frame><draw:text-box><text:p>Body"
      "</text:p></draw:text-box></draw:frame><draw:frame "
      "presentation:class='title'><draw:text-box><text:p>First</text:p>"
      "</draw:text-box></draw:frame></draw:page><draw:page><draw:frame>"
      "<draw:text-box><text:p>Alone</text:p></draw:text-box></draw:frame>"
      "</draw:page></office:presentation>"));
  EXPECT_THAT(Outline(show), ElementsAre("#: First", "p: Body", "p: Alone"));
  EXPECT_EQ(PlaceOf(show, "Alone"), "slide=2");
}

TEST(EpubTest, ReadsChaptersInReadingOrder) {
  const Extracted book = Read(
      {{"mimetype", "application/epub+zip"},
       {"META-INF/container.xml",
        "<container><rootfiles><rootfile full-path='O/p.opf'/></rootfiles>"
        "</container>"},
       {"O/p.opf",
        "<package xmlns:dc='d'><metadata><dc:title>Keepers</dc:title>"
        "<dc:creator>Ann</dc:creator><dc:language>en</dc:language></metadata>"
        "<manifest><item id='n' href='nav.xhtml' properties='nav'/>"
        "<item id='b' href='two%20b.xhtml'/><item id='a' href='one.xhtml'/>"
        "</manifest><spine><itemref idref='n'/><itemref idref='a'/>"
        "<itemref idref='b'/></spine></package>"},
       {"O/nav.xhtml", "<html><body><p>Contents</p></body></html>"},
       {"O/two b.xhtml",
        "<html><body><h1 id='x'>Two</h1><p>Second.</p></body></html>"},
       {"O/one.xhtml",
        "<html><body><h1>One</h1><p>First.</p><h2>Deep</h2></body></html>"}});
  EXPECT_THAT(Outline(book), ElementsAre("#: One", "p: First.", "##: Deep",
                                         "#: Two", "p: Second."));
  EXPECT_EQ(book.title, "Keepers");
  EXPECT_EQ(PlaceOf(book, "Second."), "O/two b.xhtml#x");
  EXPECT_THAT(book.HeadingPath(3), ElementsAre("Two"));
}

// The words of 23 languages come through every format byte for byte.
TEST(OfficeTest, EveryQuoteIsWhereItWasFound) {
  for (const absl::string_view word : kWords) {
    const std::string text(word);
    const std::vector<Parts> files = {
        Docx(P("", text)),
        Xlsx(absl::StrCat("<row r='1'><c r='A1' t='inlineStr'><is><t>", text,
                          "</t></is></c></row>")),
        OpenDocument(absl::StrCat("<office:text><text:p>", text,
                                  "</text:p></office:text>"))};
    for (const Parts& parts : files) {
      const Extracted document = Read(parts);
      const Block& block = document.blocks.back();
      EXPECT_EQ(document.text.substr(block.span.begin, block.span.size()),
                text);
    }
  }
}

TEST(OfficeTest, ErrorsNameWhatIsWrong) {
  const auto why = [](absl::string_view bytes, const ExtractLimits& limits) {
    return ExtractOffice(bytes, limits).status();
  };
  EXPECT_EQ(why(MakeZip({{"a.txt", "x"}}), {}).code(),
            absl::StatusCode::kUnimplemented);
  EXPECT_THAT(
      std::string(
          why(MakeZip({{"word/document.xml", "<w:document"}}), {}).message()),
      HasSubstr("word/document.xml"));
  const std::string good = MakeZip(Docx(P("", "text")));
  for (size_t size = 0; size < good.size(); size += 7) {
    (void)why(absl::string_view(good).substr(0, size), {});
  }
  for (size_t at = 0; at < good.size(); at += 3) {
    std::string damaged = good;
    damaged[at] ^= 0x55;
    const absl::StatusOr<Extracted> read = ExtractOffice(damaged, {});
    if (read.ok()) {
      EXPECT_EQ(BrokenPromise(*read), "");
    }
  }
}

TEST(OfficeTest, AnArchiveThatOnlyMentionsAnOfficePartIsNone) {
  // One stored in another, and a name that ends like one.
  const std::string inner = MakeZip({{"word/document.xml", "<w/>"}});
  for (const std::string& zip :
       {MakeZip({{"letters/one.docx", inner}, {"page.html", "<p>one</p>"}}),
        MakeZip({{"src/page-content.xml", "<p/>"}, {"page.html", "<p/>"}})}) {
    EXPECT_EQ(ExtractOffice(zip, ExtractLimits()).status().code(),
              absl::StatusCode::kUnimplemented);
  }
  // The part itself is what counts, damaged or not.
  EXPECT_NE(ExtractOffice(inner, ExtractLimits()).status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST(OfficeTest, RefusesABombByName) {
  const std::string bomb =
      MakeZip({{"word/document.xml", std::string(size_t{64} << 20, ' ')}});
  ASSERT_LT(bomb.size(), 1 << 20);
  const absl::Status status = ExtractOffice(bomb, {}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_THAT(std::string(status.message()), HasSubstr("bomb"));
}

TEST(OfficeTest, RefusesDeepNesting) {
  std::string deep;
  for (int i = 0; i < 10000; ++i) deep += "<w:sdt>";
  for (int i = 0; i < 10000; ++i) deep += "</w:sdt>";
  EXPECT_THAT(
      std::string(ExtractOffice(MakeZip(Docx(deep)), {}).status().message()),
      HasSubstr("nested deeper"));
}

}  // namespace
}  // namespace footnote
