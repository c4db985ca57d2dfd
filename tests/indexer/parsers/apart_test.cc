// RTF and e-mail through the real programs, sandbox and all.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <map>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "indexer/parsers/parse_apart.h"
#include "tests/indexer/formats/extracted_checks.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Pair;

constexpr char kUnrtf[] = "/usr/bin/unrtf";

// Texts by part; failures as "! reason".
std::map<std::string, std::string> Read(const std::string& bytes) {
  EXPECT_TRUE(IsReadApart(bytes));
  std::map<std::string, std::string> out;
  MarkupParser markup;
  const absl::Status status = ParseApart(
      bytes, {}, {}, Language::kUnknown, &markup,
      [&out](ParsedDocument parsed) {
        if (parsed.document.ok()) {
          EXPECT_EQ(BrokenPromise(*parsed.document), "");
        }
        out[parsed.part] =
            parsed.document.ok()
                ? parsed.document->text
                : absl::StrCat("! ", parsed.document.status().message());
        return absl::OkStatus();
      });
  EXPECT_TRUE(status.ok()) << status;
  return out;
}

// `text`, which has no surrogates, as RTF writes it.
std::string Rtf(const std::u16string& text) {
  std::string out = "{\\rtf1\\ansi\\ansicpg1252{\\info{\\title Lights}}";
  for (const char16_t c : text) {
    if (c < 0x80) {
      out.push_back(static_cast<char>(c));
    } else {
      absl::StrAppend(&out, "\\u", static_cast<int16_t>(c), "?");
    }
  }
  return out + "\\par}";
}

TEST(ApartTest, ReadsRtfInManyScripts) {
  if (access(kUnrtf, X_OK) != 0) GTEST_SKIP() << kUnrtf << " is missing";
  EXPECT_THAT(Read(Rtf(u"Gr\u00fc\u00dfe from \u041c\u0430\u044f\u043a, "
                       u"\u706f\u53f0, \u0645\u0646\u0627\u0631\u0629.")),
              ElementsAre(Pair("", "Grüße from Маяк, 灯台, منارة.\n")));
  EXPECT_THAT(Read("{\\rtf1 First.\\par Second {\\b words}.\\par}"),
              ElementsAre(Pair("", "First.\nSecond words.\n")));
}

TEST(ApartTest, ScansMayBeInEverythingReadApartButRtf) {
  EXPECT_FALSE(CanHoldScans("{\\rtf1 a}"));
  EXPECT_FALSE(CanHoldScans("Plain text.\n"));
  for (const std::string bytes :
       {"%PDF-1.4\n", "PK\x03\x04", "\x89PNG\r\n\x1a\n",
        "From: a@example.org\nSubject: Light\nDate: 1 May 2026 10:00:00\n\n"}) {
    EXPECT_TRUE(CanHoldScans(bytes)) << bytes;
  }
}

TEST(ApartTest, NamesWhyAnRtfFileHasNoText) {
  if (access(kUnrtf, X_OK) != 0) {
    EXPECT_THAT(Read("{\\rtf1 a}"),
                ElementsAre(Pair("", HasSubstr("package unrtf"))));
    return;
  }
  EXPECT_THAT(Read("{\\rtf1 }"), ElementsAre(Pair("", HasSubstr("no text"))));
}

TEST(ApartTest, ReadsMailWithItsFilesInEncodingsThatGMimeWouldAskIconvFor) {
  EXPECT_THAT(
      Read("From: =?koi8-r?B?7cnS?= <a@b.c>\nSubject: =?windows-1251?Q?=CC?=\n"
           "MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=X\n\n"
           "--X\nContent-Type: text/plain; charset=koi8-r\n\n\xed\xc9\xd2\n"
           "--X\nContent-Type: text/html; name=a.html\n"
           "Content-Disposition: attachment; filename=a.html\n\n"
           "<p>Attached</p>\n"
           "--X\nContent-Type: image/png; name=a.png\n\n\x89PNG\n--X--\n"),
      ElementsAre(Pair("", "М\nFrom: Мир <a@b.c>\nМир\n"),
                  Pair("a.html", "Attached\n")));
}

TEST(ApartTest, NumbersTheMessagesOfAMailbox) {
  EXPECT_THAT(
      Read("From a Wed May  1 10:02:03 2024\nFrom: a\nDate: b\n\nOne.\n"
           "\nFrom a Wed May  1 10:02:03 2024\nFrom: a\nDate: b\n\n"
           "Two.\n"),
      ElementsAre(Pair("1", HasSubstr("One.")), Pair("2", HasSubstr("Two."))));
}

}  // namespace
}  // namespace footnote
