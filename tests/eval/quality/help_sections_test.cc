#include "eval/quality/help_sections.h"

#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "base/file.h"

namespace footnote {
namespace {

constexpr char kGerman[] =
    "Die Pakete werden aus dem Archiv geladen und danach eingerichtet; das "
    "dauert je nach Leitung einige Minuten, und man sollte den Rechner "
    "währenddessen nicht ausschalten.";
constexpr char kEnglish[] =
    "The packages are loaded from the archive and set up afterwards; this "
    "takes some minutes, and the computer should not be switched off.";

// A folder like the one that tools/docs_23 makes, with one German page.
std::string Folder(const std::string& name, const std::string& body) {
  const std::string folder = absl::StrCat(testing::TempDir(), "/", name);
  const std::string html = folder + "/de/handbook";
  EXPECT_TRUE(MakeFolder(html).ok());
  EXPECT_TRUE(
      WriteFileAtomically(html + "/a.html",
                          absl::StrCat("<html><body>", body, "</body></html>"))
          .ok());
  return folder;
}

std::string Section(const std::string& heading, const std::string& text) {
  return absl::StrCat("<h2 id=\"", heading.size(), "\">", heading, "</h2><p>",
                      text, "</p>");
}

std::vector<HelpSection> German(const std::string& folder) {
  const auto sections = ReadHelpSections(folder, [](size_t) {});
  EXPECT_TRUE(sections.ok()) << sections.status();
  return sections.ok() ? sections->at("de") : std::vector<HelpSection>();
}

TEST(HelpSectionsTest, HeadingIsNotInTheText) {
  const auto sections =
      German(Folder("plain", Section("6.2. Einrichtung", kGerman)));
  ASSERT_EQ(sections.size(), 1u);
  EXPECT_EQ(sections.front().heading, "Einrichtung");
  EXPECT_EQ(sections.front().text.find("Einrichtung"), std::string::npos);
}

TEST(HelpSectionsTest, ASectionEndsWhereOneInsideItBegins) {
  const auto sections = German(
      Folder("inside",
             absl::StrCat("<h1 id=\"a\">6. Wie man Pakete einrichtet</h1><p>",
                          kGerman, "</p><h2 id=\"b\">6.1. Einrichtung</h2><p>",
                          kGerman, " Danach ist alles fertig.</p>")));
  ASSERT_EQ(sections.size(), 2u);
  EXPECT_TRUE(sections[0].has_sections);
  EXPECT_EQ(sections[0].text.find("fertig"), std::string::npos);
  EXPECT_FALSE(sections[1].has_sections);
  EXPECT_EQ(sections[1].heading, "Einrichtung");
}

TEST(HelpSectionsTest, KnowsTheHeadingsAboveButNotItsOwn) {
  const auto sections = German(Folder(
      "path", absl::StrCat("<h1 id=\"a\">6. Wie man Pakete einrichtet</h1><p>",
                           kGerman, "</p><h2 id=\"b\">6.1. Einrichtung</h2><p>",
                           kGerman, " Danach ist alles fertig.</p>")));
  ASSERT_EQ(sections.size(), 2u);
  EXPECT_TRUE(sections[0].path.empty());
  ASSERT_EQ(sections[1].path.size(), 1u);
  EXPECT_EQ(sections[1].path[0], "Wie man Pakete einrichtet");
}

TEST(HelpSectionsTest, ABoxBelongsToItsSection) {
  const auto sections = German(Folder(
      "box",
      absl::StrCat("<h1 id=\"a\">6. Wie man Pakete einrichtet</h1><p>", kGerman,
                   "</p><h2 id=\"sidebar.b\">KULTUR Namen</h2><p>",
                   "Danach ist alles fertig.</p>")));
  ASSERT_EQ(sections.size(), 1u);
  EXPECT_FALSE(sections[0].has_sections);
  EXPECT_NE(sections[0].text.find("fertig"), std::string::npos);
}

TEST(HelpSectionsTest, WhatIsStillEnglishIsLeftOut) {
  EXPECT_TRUE(
      German(Folder("english", Section("Installation of packages", kEnglish)))
          .empty());
}

TEST(HelpSectionsTest, HeadingsInEnglishAreLeftOut) {
  EXPECT_TRUE(
      German(Folder("heading", Section("How to set up the packages", kGerman)))
          .empty());
}

TEST(HelpSectionsTest, HeadingsThatStandTwiceAreLeftOut) {
  EXPECT_TRUE(
      German(Folder("twice", Section("Einführung", kGerman) +
                                 Section("Einführung",
                                         absl::StrCat("Zweitens: ", kGerman))))
          .empty());
}

TEST(HelpSectionsTest, PagesOfABookStandBelowTheirChapter) {
  const std::string folder = Folder("book", Section("Einrichtung", kGerman));
  const auto page = [&](const std::string& name, const std::string& up,
                        const std::string& heading) {
    ASSERT_TRUE(
        WriteFileAtomically(
            absl::StrCat(folder, "/de/handbook/", name, ".html"),
            absl::StrCat("<html><head>", up, "</head><body>",
                         Section(heading, absl::StrCat(heading, ": ", kGerman)),
                         "</body></html>"))
            .ok());
  };
  const std::string book =
      "<link rel=\"up\" href=\"index.html\" title=\"Buch\"/>";
  const std::string chapter =
      "<link rel=\"up\" href=\"c.html\" title=\"Kapitel 6. Das Paket\"/>";
  page("c", book, "Kapitel 6. Das Paket");
  page("d", chapter, "6.1. Das Archiv");
  for (const HelpSection& section : German(folder)) {
    if (section.heading == "Das Archiv") {
      EXPECT_EQ(section.path, std::vector<std::string>({"Das Paket"}));
      EXPECT_FALSE(section.has_sections);
    } else {
      EXPECT_TRUE(section.path.empty()) << section.heading;
      EXPECT_EQ(section.has_sections, section.heading == "Das Paket");
    }
  }
}

TEST(HelpSectionsTest, WhatIsHalfEnglishIsLeftOut) {
  const std::string english = absl::StrCat("</p><p>", kEnglish);
  const std::string half = absl::StrCat(kGerman, english);
  EXPECT_TRUE(German(Folder("half", Section("Einrichtung", half))).empty());
  // Code is not prose, and a few words are none either.
  const std::string code = absl::StrCat(
      kGerman, "</p><pre>while the archive is not loaded do wait for it; done ",
      "and then print all that was loaded</pre><p>The end.");
  EXPECT_EQ(German(Folder("code", Section("Einrichtung", code))).size(), 1u);
}

TEST(HelpSectionsTest, AHeadingWithinAnotherNamesNoSection) {
  const auto sections = German(Folder(
      "named", absl::StrCat(Section("Einrichtung", kGerman),
                            Section("Einrichtung der Quellen",
                                    absl::StrCat("Erstens: ", kGerman)),
                            Section("Sicherung und Wiederherstellung",
                                    absl::StrCat("Zweitens: ", kGerman)))));
  ASSERT_EQ(sections.size(), 3u);
  for (const HelpSection& section : sections) {
    EXPECT_EQ(section.can_be_asked(), section.heading != "Einrichtung")
        << section.heading;
  }
}

TEST(HelpSectionsTest, LanguagesWithoutFilesHaveAnEmptyList) {
  const auto sections = ReadHelpSections(Folder("few", ""), [](size_t) {});
  ASSERT_TRUE(sections.ok()) << sections.status();
  EXPECT_EQ(sections->size(), 23u);
  EXPECT_TRUE(sections->at("he").empty());
}

TEST(HelpSectionsTest, NumbersBeforeHeadingsGo) {
  EXPECT_EQ(WithoutNumber("6.2.1. Initialization"), "Initialization");
  EXPECT_EQ(WithoutNumber("6.2.1.\xC2\xA0Start"), "Start");
  EXPECT_EQ(WithoutNumber("A.3. Shared Files"), "Shared Files");
  EXPECT_EQ(WithoutNumber("Chapter 12. Services"), "Services");
  EXPECT_EQ(WithoutNumber("Anexa A. Instalarea"), "Instalarea");
  EXPECT_EQ(WithoutNumber("第 12 章 高度な管理"), "高度な管理");
  EXPECT_EQ(WithoutNumber("2.6 kernels"), "2.6 kernels");
  EXPECT_EQ(WithoutNumber("Users of 2.6 kernels"), "Users of 2.6 kernels");
  EXPECT_EQ(WithoutNumber("IPv6"), "IPv6");
}

}  // namespace
}  // namespace footnote
