#include "indexer/prepare.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/hash.h"
#include "storage/locator.h"
#include "tests/indexer/formats/zip_maker.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

struct Prepared {
  std::vector<PreparedDocument> documents;
  std::vector<std::pair<std::string, std::string>> failures;
};

Prepared Read(SourceFile file) {
  Prepared out;
  MarkupParser markup;
  const absl::Status status = PrepareDocuments(
      std::move(file), "col", {}, {}, &markup,
      [&](const std::string& document,
          absl::StatusOr<PreparedDocument> prepared) {
        if (prepared.ok()) {
          EXPECT_EQ(prepared->record.document, document);
          out.documents.push_back(*std::move(prepared));
        } else {
          out.failures.emplace_back(document,
                                    std::string(prepared.status().message()));
        }
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  return out;
}

SourceFile File(const std::string& document, const std::string& bytes) {
  SourceFile file;
  file.document = document;
  file.bytes = bytes;
  return file;
}

TEST(PrepareTest, AnArchiveWithoutADocumentIsAFailureWithAReason) {
  const std::string picture("\x89PNG\r\n\x1a\n\0\0", 10);
  const Prepared read = Read(File("a.zip", MakeZip({{"a.png", picture}})));
  EXPECT_TRUE(read.documents.empty());
  EXPECT_THAT(read.failures,
              ElementsAre(Pair("a.zip", HasSubstr("want a document"))));
}

TEST(PrepareTest, ReadsAnArchiveInAProcessOfItsOwn) {
  const std::string workbook = MakeZip(
      {{"xl/workbook.xml",
        "<workbook xmlns:r='r'><sheets><sheet name='Lights' r:id='r1'/>"
        "</sheets></workbook>"},
       {"xl/_rels/workbook.xml.rels",
        "<R><R Id='r1' Target='worksheets/s.xml'/></R>"},
       {"xl/worksheets/s.xml",
        "<w><sheetData><row r='3'><c r='B3' t='str'><v>Eddystone</v></c></row>"
        "</sheetData></w>"}});
  const Prepared read =
      Read(File("a.zip", MakeZip({{"d/t.txt", "Some text in a file.\n"},
                                  {"lights.xlsx", workbook},
                                  {"empty.txt", ""}})));
  ASSERT_EQ(read.documents.size(), 2);
  EXPECT_EQ(read.documents[0].record.document, "a.zip#d/t.txt");
  EXPECT_EQ(read.documents[0].record.source_bytes, 0);
  EXPECT_EQ(read.documents[1].record.document, "a.zip#lights.xlsx");
  EXPECT_THAT(read.documents[1].record.media_type, HasSubstr("spreadsheetml"));
  const std::string& text = read.documents[1].extracted.text;
  EXPECT_EQ(text, "Lights\nEddystone\n");
  const auto locator = Locator::Decode(read.documents[1].locator);
  ASSERT_TRUE(locator.ok());
  EXPECT_EQ(locator->Find(text.find("Eddystone")).element, "Lights!B3:B3");
  EXPECT_EQ(locator->Find(text.find("Eddystone")).line, 3);
  EXPECT_EQ(locator->Find(0).element, "Lights");
  EXPECT_THAT(read.failures,
              ElementsAre(Pair("a.zip#empty.txt", HasSubstr("0 bytes"))));
  const Prepared damaged = Read(File("b.zip", "PK\x03\x04 and then nothing"));
  EXPECT_THAT(damaged.failures,
              ElementsAre(Pair("b.zip", HasSubstr("damaged"))));
}

TEST(PrepareTest, ANoteNamedMarkdownIsThatInAnArchiveToo) {
  const std::string note = "# Gannet\n\nThe gannet dives.\n";
  const Prepared read =
      Read(File("a.zip", MakeZip({{"d/note.md", note}, {"note.txt", note}})));
  ASSERT_EQ(read.documents.size(), 2);
  EXPECT_EQ(read.documents[0].extracted.text, "Gannet\nThe gannet dives.\n");
  EXPECT_EQ(read.documents[1].extracted.text, "# Gannet\nThe gannet dives.\n");
}

TEST(PrepareTest, FillsTheRecord) {
  const std::string html =
      "<html><head><title>Titel</title><meta name=author content=Eva></head>"
      "<body><h1 id=eins>Eins</h1><p>Der schnelle braune Fuchs springt über "
      "den "
      "faulen Hund, und niemand hat es gesehen.</p></body></html>";
  const Prepared read = Read(File("dir/a.html", html));
  ASSERT_EQ(read.documents.size(), 1);
  const VersionRecord& record = read.documents[0].record;
  EXPECT_EQ(record.collection, "col");
  EXPECT_EQ(record.title, "Titel");
  EXPECT_EQ(record.language, "de");
  EXPECT_EQ(record.media_type, "text/html");
  EXPECT_EQ(record.source, "dir/a.html");
  EXPECT_EQ(record.source_sha256, Sha256(html));
  EXPECT_EQ(record.source_bytes, html.size());
  EXPECT_EQ(record.sha256, Sha256(read.documents[0].extracted.text));
  EXPECT_EQ(record.code_points + 1, record.bytes);
  EXPECT_THAT(record.metadata, ElementsAre(Pair("author", "Eva")));
  ASSERT_EQ(record.headings.size(), 1);
  EXPECT_EQ(record.headings[0].text, "Eins");
  EXPECT_EQ(record.passages, 1);
}

TEST(PrepareTest, WithoutATitleTheHeadingThatTheTextBeginsWithIsIt) {
  const auto title = [](const std::string& name, const std::string& body) {
    const Prepared read = Read(File(name, body));
    return read.documents.empty() ? "nothing" : read.documents[0].record.title;
  };
  const std::string html = "<html><body>";
  EXPECT_EQ(title("a.html", html + "<h1>Pump 40</h1><p>Red.</p>"), "Pump 40");
  EXPECT_EQ(title("a.html", html + "<p>3 May</p><h2>Pump</h2><p>Red.</p>"),
            "Pump");
  EXPECT_EQ(title("a.html", html + "<h1>2024 in figures</h1><p>Red.</p>"),
            "2024 in figures");
  EXPECT_EQ(title("a.html", html + "<h1>1.2. Safety</h1><p>Red.</p>"), "");
  EXPECT_EQ(title("a.html", html + "<p>" + std::string(101, 'x') +
                                "</p><h1>Pump</h1><p>Red.</p>"),
            "");
  EXPECT_EQ(title("a.html", html + "<p>1</p><p>2</p><p>3</p><p>4</p>" +
                                "<h1>Pump</h1><p>Red.</p>"),
            "");
  EXPECT_EQ(title("a.txt", "The gannet dives.\n"), "");
}

TEST(PrepareTest, TheCallersWordCountsMore) {
  SourceFile file = File("a",
                         "<html lang=fr><title>X</title><meta name=author "
                         "content=Eva><p>Bonjour tout le monde</p>");
  file.title = "Given";
  file.language = "nl";
  file.path = "https://example.org/a";
  file.metadata = {{"author", "Ann"}};
  file.labels = {"staff"};
  const Prepared read = Read(file);
  ASSERT_EQ(read.documents.size(), 1);
  const VersionRecord& record = read.documents[0].record;
  EXPECT_EQ(record.title, "Given");
  EXPECT_EQ(record.language, "nl");
  EXPECT_EQ(record.source, "https://example.org/a");
  EXPECT_THAT(record.metadata, ElementsAre(Pair("author", "Ann")));
  EXPECT_THAT(record.labels, ElementsAre("staff"));
}

TEST(PrepareTest, MakesADocumentOfEachJsonLine) {
  SourceFile file = File("all",
                         "{\"id\":\"x\",\"text\":\"one\"}\n"
                         "{\"text\":\"two\"}\n{\"no\":1}\n");
  file.lines_before = 10;
  const Prepared read = Read(file);
  ASSERT_EQ(read.documents.size(), 2);
  EXPECT_EQ(read.documents[0].record.document, "all#x");
  EXPECT_EQ(read.documents[1].record.document, "all#12");
  ASSERT_EQ(read.failures.size(), 1);
  EXPECT_EQ(read.failures[0].first, "all#13");
}

TEST(PrepareTest, NamesALineByAnIdThatPeopleSay) {
  const std::pair<const char*, const char*> names[] = {
      {"\"T-1042\"", "T-1042"},
      {"\"ERR_QUOTA_77\"", "ERR_QUOTA_77"},
      {"40018", "40018"},
      {"4711", "4711"},
      {"\"returns\"", "returns"},
      {"\"Regeln für Gäste\"", "Regeln für Gäste"},
      // A year, what counts lines, and what nobody says.
      {"2024", ""},
      {"17", ""},
      {"\"x\"", ""},
      {"\"5f3b6a0e9d1c4b2a8f7e6d5c\"", ""},
      {"\"123e4567-e89b-12d3-a456-426614174000\"", ""},
      {"\"AVxK2fQz9sLm4TqWn7Yb\"", ""},
      {"\"https://example.org/17\"", ""}};
  for (const auto& [id, name] : names) {
    const Prepared read =
        Read(File("all", absl::StrCat("{\"id\":", id, ",\"text\":\"one\"}\n")));
    ASSERT_EQ(read.documents.size(), 1) << id;
    EXPECT_EQ(read.documents[0].name, name);
    EXPECT_EQ(read.documents[0].extracted.text, "one\n");
    EXPECT_EQ(read.documents[0].PathTo(0).size(), *name == 0 ? 0 : 1) << id;
  }
}

TEST(PrepareTest, ALineThatIsCalledAsItIsTitledIsNamedOnce) {
  const Prepared read = Read(File(
      "all", "{\"id\":\"T-1042\",\"title\":\"T-1042\",\"text\":\"one\"}\n"));
  ASSERT_EQ(read.documents.size(), 1);
  EXPECT_EQ(read.documents[0].name, "T-1042");
  EXPECT_TRUE(read.documents[0].PathTo(0).empty());
}

TEST(PrepareTest, OfVeryManyKeysTheFirstAreKeptAndTheOthersRemarkedOn) {
  std::string line = "{\"text\": \"The lighthouse was lit in 1859.\"";
  for (int i = 0; i < 100000; ++i) {
    absl::StrAppend(&line, ", \"key", i, "\": ", i);
  }
  SourceFile file = File("a.jsonl", line + "}\n");
  for (int i = 0; i < 1000; ++i) {
    file.metadata.emplace_back(absl::StrCat("key", i), "given");
  }
  const Prepared read = Read(std::move(file));
  ASSERT_EQ(read.documents.size(), 1);
  const auto& metadata = read.documents[0].record.metadata;
  ASSERT_EQ(metadata.size(), 2000);
  EXPECT_THAT(metadata[999], Pair("key999", "given"));
  EXPECT_THAT(metadata[1000], Pair("key1000", "1000"));
  EXPECT_THAT(metadata[1999], Pair("key1999", "1999"));
  EXPECT_THAT(read.documents[0].warnings,
              ElementsAre(HasSubstr("98000 pairs of metadata")));
}

TEST(PrepareTest, ReportsAFileThatCannotBeReadOnce) {
  const Prepared read = Read(File("a.png", "\x89PNG\r\n"));
  EXPECT_TRUE(read.documents.empty());
  ASSERT_EQ(read.failures.size(), 1);
  EXPECT_EQ(read.failures[0].first, "a.png");
  EXPECT_THAT(read.failures[0].second, HasSubstr("PNG"));
}

TEST(PrepareTest, RefusesIdsThatAreNoIds) {
  EXPECT_EQ(Read(File("", "text")).failures.size(), 1);
  EXPECT_EQ(Read(File(std::string(1025, 'x'), "text")).failures.size(), 1);
  EXPECT_EQ(Read(File("a\nb", "text")).failures.size(), 1);
  EXPECT_EQ(Read(File("\xff", "text")).failures.size(), 1);
}

TEST(PrepareTest, RemarksOnReplacedBytes) {
  std::string text;
  for (int i = 0; i < 20; ++i)
    text +=
        "gr\xc3\xb6\xc3\x9f"
        "er ";
  const Prepared read = Read(File("a", text + "\xff"));
  ASSERT_EQ(read.documents.size(), 1);
  ASSERT_EQ(read.documents[0].warnings.size(), 1);
  EXPECT_THAT(read.documents[0].warnings[0], HasSubstr("U+FFFD"));
}

TEST(PrepareTest, FindsTheLanguageOfEachPassage) {
  const Prepared read = Read(File(
      "a",
      "<h1>A</h1><p>The installation of the system takes about an hour and "
      "needs at least four gigabytes of memory; it can be started from a stick "
      "or from the network, and asks some questions along the way.</p>"
      "<h1>B</h1><p>Die Installation des Systems dauert ungefähr eine Stunde "
      "und braucht mindestens vier Gigabyte Speicher; man kann sie von einem "
      "Stick oder aus dem Netz starten, und sie stellt dabei einige Fragen."
      "</p>"));
  ASSERT_EQ(read.documents.size(), 1);
  EXPECT_THAT(read.documents[0].passage_languages,
              ElementsAre(Language::kEn, Language::kDe));
}

TEST(PrepareTest, GuessesTheLanguageOfATextThatQuotesAnother) {
  const Prepared read = Read(File(
      "a",
      "Le gouverneur du comté exprime son sentiment que les persécutions "
      "visent des personnes dont le seul tort est d'être pauvres, et que leurs "
      "biens sont confisqués sans que personne ne s'en mêle : « It is no "
      "secret that a persecution is now "
      "raging in this country, and the only crime is to be poor ».\n"));
  ASSERT_EQ(read.documents.size(), 1);
  EXPECT_NE(read.documents[0].language, Language::kUnknown);
}

TEST(PrepareTest, PassagesWithFewCommonWordsAreNotOutweighedByOneInEnglish) {
  std::string page = "<html lang=de><body>";
  for (int i = 0; i < 12; ++i) {
    absl::StrAppend(
        &page,
        "<h2>Lieferumfang</h2><p>Bohrmaschine, Akkuschrauber, Schlagbohrer, "
        "Winkelschleifer, Schwingschleifer, Bandschleifer, Heckenschere, "
        "Rasentrimmer, Hochdruckreiniger, Staubsauger, Werkzeugkoffer, "
        "Schraubendreher, Sechskantschrauben, Unterlegscheiben und "
        "Schutzbrille.</p>");
  }
  absl::StrAppend(
      &page,
      "<h2>Note</h2><p>The keeper of the lighthouse came down the stairs in "
      "the morning and said that he had not slept, because the fog had been "
      "there all night and the horn was not to be heard from the bay.</p>");
  const Prepared read = Read(File("a.html", page));
  ASSERT_EQ(read.documents.size(), 1);
  EXPECT_EQ(read.documents[0].language, Language::kDe);
  std::vector<Language> wanted(12, Language::kDe);
  wanted.push_back(Language::kEn);
  EXPECT_EQ(read.documents[0].passage_languages, wanted);
}

TEST(PrepareTest, TheLocatorLeadsBackToLineAndElement) {
  const Prepared read = Read(
      File("a", "<h1 id=top>A</h1>\n<p>one</p>\n<h2 id=sub>B</h2>\n\n<p>two"));
  ASSERT_EQ(read.documents.size(), 1);
  const PreparedDocument& document = read.documents[0];
  const absl::StatusOr<Locator> locator = Locator::Decode(document.locator);
  ASSERT_TRUE(locator.ok()) << locator.status();
  const size_t one = document.extracted.text.find("one");
  EXPECT_EQ(locator->Find(one + 1).line, 2);
  EXPECT_EQ(locator->Find(one).element, "top");
  const size_t two = document.extracted.text.find("two");
  EXPECT_EQ(locator->Find(two).line, 5);
  EXPECT_EQ(locator->Find(two).element, "sub");
}

}  // namespace
}  // namespace footnote
