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
  const std::string html = folder + "/usr/share/doc/debian-handbook/html/de-DE";
  EXPECT_TRUE(MakeFolder(html).ok());
  EXPECT_TRUE(
      WriteFileAtomically(html + "/a.html",
                          absl::StrCat("<html><body>", body, "</body></html>"))
          .ok());
  return folder;
}

std::string Section(const std::string& heading, const std::string& text) {
  return absl::StrCat("<h2>", heading, "</h2><p>", text, "</p>");
}

TEST(HelpSectionsTest, HeadingIsNotInTheText) {
  const auto sections = ReadHelpSections(
      Folder("plain", Section("6.2. Einrichtung", kGerman)), "de");
  ASSERT_TRUE(sections.ok()) << sections.status();
  ASSERT_EQ(sections->size(), 1u);
  EXPECT_EQ(sections->front().heading, "Einrichtung");
  EXPECT_EQ(sections->front().text.find("Einrichtung"), std::string::npos);
}

TEST(HelpSectionsTest, WhatIsStillEnglishIsLeftOut) {
  const auto sections = ReadHelpSections(
      Folder("english", Section("Installation of packages", kEnglish)), "de");
  ASSERT_TRUE(sections.ok()) << sections.status();
  EXPECT_TRUE(sections->empty());
}

TEST(HelpSectionsTest, HeadingsThatStandTwiceAreLeftOut) {
  const auto sections = ReadHelpSections(
      Folder("twice",
             Section("Einführung", kGerman) +
                 Section("Einführung", absl::StrCat("Zweitens: ", kGerman))),
      "de");
  ASSERT_TRUE(sections.ok()) << sections.status();
  EXPECT_TRUE(sections->empty());
}

TEST(HelpSectionsTest, NumbersBeforeHeadingsGo) {
  EXPECT_EQ(WithoutNumber("6.2.1. Initialization"), "Initialization");
  EXPECT_EQ(WithoutNumber("6.2.1.\xC2\xA0Start"), "Start");
  EXPECT_EQ(WithoutNumber("A.3. Shared Files"), "Shared Files");
  EXPECT_EQ(WithoutNumber("2.6 kernels"), "2.6 kernels");
  EXPECT_EQ(WithoutNumber("IPv6"), "IPv6");
}

}  // namespace
}  // namespace footnote
