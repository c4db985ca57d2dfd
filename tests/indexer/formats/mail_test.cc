// Messages and mailboxes, as they are found.
#include "indexer/formats/mail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "tests/indexer/formats/extracted_checks.h"

namespace footnote {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::Pair;

constexpr char kPlain[] =
    "From: Ann Lee <ann@light.example>\n"
    "To: Bob <bob@light.example>\n"
    "Subject: =?utf-8?Q?Der_Leuchtturm_von_Gr=C3=BCn?=\n"
    "Date: Wed, 01 May 2024 10:02:03 +0200\n"
    "Message-ID: <1@light.example>\n"
    "\n"
    "The lamp was lit in 1759.\n"
    "\n"
    "It burns sperm oil.\n";

std::vector<MailMessage> Read(const std::string& bytes) {
  std::vector<MailMessage> out;
  const absl::Status status = ReadMail(bytes, {}, [&out](MailMessage message) {
    if (message.document.ok()) {
      EXPECT_EQ(BrokenPromise(*message.document), "");
    }
    out.push_back(std::move(message));
    return true;
  });
  EXPECT_TRUE(status.ok()) << status;
  return out;
}

std::vector<std::string> Lines(const MailMessage& message) {
  return message.document.ok() ? Outline(*message.document)
                               : std::vector<std::string>{std::string(
                                     message.document.status().message())};
}

TEST(MailTest, ReadsSubjectHeadersTextAndMetadata) {
  const auto messages = Read(kPlain);
  ASSERT_EQ(messages.size(), 1);
  EXPECT_THAT(
      Lines(messages[0]),
      ElementsAre("#: Der Leuchtturm von Grün",
                  "p: From: Ann Lee <ann@light.example>",
                  "p: To: Bob <bob@light.example>",
                  "p: Date: Wed, 01 May 2024 10:02:03 +0200",
                  "p: The lamp was lit in 1759.", "p: It burns sperm oil."));
  const Extracted& document = *messages[0].document;
  EXPECT_EQ(document.title, "Der Leuchtturm von Grün");
  EXPECT_THAT(document.metadata, Contains(Pair("message_id", HasSubstr("1@"))));
  EXPECT_THAT(document.metadata,
              Contains(Pair("date", HasSubstr("2024-05-01T10:02:03"))));
  EXPECT_EQ(document.places[document.blocks.back().place - 1], "part=1&line=3");
}

TEST(MailTest, TakesPlainTextOfAlternativesAndFilesBeside) {
  const auto messages = Read(
      "From: a@b.c\nMIME-Version: 1.0\nSubject: Lamps\n"
      "Content-Type: multipart/mixed; boundary=X\n\n"
      "--X\nContent-Type: multipart/alternative; boundary=Y\n\n"
      "--Y\nContent-Type: text/html; charset=utf-8\n\n<p>Rich lamps</p>\n"
      "--Y\nContent-Type: text/plain; charset=windows-1252\n"
      "Content-Transfer-Encoding: quoted-printable\n\nBig lamps =96 gr=FCn\n"
      "--Y--\n"
      "--X\nContent-Type: text/csv; name=\"oil.csv\"\n"
      "Content-Disposition: attachment; filename=\"oil.csv\"\n"
      "Content-Transfer-Encoding: "
      "base64\n\nTGlnaHQsWWVhcgpFZGR5c3RvbmUsMTc1OQo="
      "\n--X\nContent-Type: message/rfc822\n\n"
      "From: c@d.e\nSubject: Inner\nDate: Wed, 01 May 2024 10:02:03 +0200\n\n"
      "Inner text.\n--X--\n");
  ASSERT_EQ(messages.size(), 1);
  EXPECT_THAT(Lines(messages[0]),
              ElementsAre("#: Lamps", "p: From: a@b.c", "p: Big lamps – grün"));
  EXPECT_EQ(messages[0].document->places.back(), "part=1.2&line=1");
  ASSERT_EQ(messages[0].attachments.size(), 2);
  EXPECT_EQ(messages[0].attachments[0].name, "oil.csv");
  EXPECT_EQ(messages[0].attachments[0].bytes, "Light,Year\nEddystone,1759\n");
  EXPECT_THAT(messages[0].attachments[1].bytes, HasSubstr("Inner text."));
}

TEST(MailTest, ReadsHtmlWhereThereIsNothingElse) {
  const auto messages = Read(
      "From: a@b.c\nSubject: Lamps\nContent-Type: text/html\n\n"
      "<h1>Oil</h1><p>Sperm oil.</p><h2>Gas</h2><p>Town gas.</p>");
  ASSERT_EQ(messages.size(), 1);
  EXPECT_THAT(Lines(messages[0]),
              ElementsAre("#: Lamps", "p: From: a@b.c", "##: Oil",
                          "p: Sperm oil.", "###: Gas", "p: Town gas."));
}

TEST(MailTest, ReadsEveryMessageOfAMailbox) {
  const auto messages =
      Read(absl::StrCat("From ann Wed May  1 10:02:03 2024\n", kPlain, "\n",
                        "From bob Thu May  2 10:02:03 2024\n",
                        absl::StrReplaceAll(kPlain, {{"1759", "1882"}})));
  ASSERT_EQ(messages.size(), 2);
  EXPECT_THAT(Lines(messages[0]), Contains("p: The lamp was lit in 1759."));
  EXPECT_THAT(Lines(messages[1]), Contains("p: The lamp was lit in 1882."));
}

TEST(MailTest, RefusesEncryptedMessages) {
  const auto messages = Read(
      "From: a@b.c\nSubject: Secret\n"
      "Content-Type: multipart/encrypted; boundary=X\n\n"
      "--X\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--X--\n");
  ASSERT_EQ(messages.size(), 1);
  EXPECT_EQ(messages[0].document.status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST(MailTest, DecodesHeadersOfManyEncodings) {
  const std::pair<const char*, const char*> kRows[] = {
      {"plain", "plain"},
      {"=?iso-8859-1?q?gr=FC=DFe?= und mehr", "grüße und mehr"},
      {"=?utf-8?B?5pel5pys?=\r\n =?utf-8?B?6Kqe?=", "日本語"},
      // A character cut between two words.
      {"=?utf-8?Q?=E6=97?= =?utf-8?Q?=A5?=", "日"},
      {"=?koi8-r?B?7cnS?=", "Мир"},
      {"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"},
      {"folded\r\n\tvalue", "folded value"},
      {"=?utf-8?Q?unfinished", "=?utf-8?Q?unfinished"},
      {"=?nonsense?Q?a=20b?=", "a b"},
      {"raw gr\xC3\xBC\xC3\x9F", "raw grüß"},
  };
  for (const auto& row : kRows)
    EXPECT_EQ(DecodeMailHeader(row.first), row.second);
}

// The text of each language, in an encoding that its mail has, comes back as
// it was, at a place that names the part and line that hold it.
TEST(MailTest, KeepsTheTextOfEveryLanguageAndNamesItsLine) {
  const std::vector<std::string> kTexts = {
      "المنارة بنيت في عام ألف",     "Maják byl postaven roku 1759",
      "Der Leuchtturm wurde gebaut", "Ο φάρος χτίστηκε το 1759",
      "The lighthouse was built",    "El faro fue construido en el año",
      "فانوس دریایی ساخته شد",       "Le phare a été construit",
      "המגדלור נבנה בשנת",           "प्रकाशस्तंभ बनाया गया था",
      "Mercusuar itu dibangun",      "Il faro fu costruito",
      "灯台は千七百年に建てられた",  "등대는 천칠백년에 지어졌다",
      "De vuurtoren werd gebouwd",   "Latarnia została zbudowana",
      "O farol foi construído",      "Farul a fost construit în",
      "Маяк был построен",           "Deniz feneri inşa edildi",
      "Маяк був збудований",         "Ngọn hải đăng được xây",
      "灯塔建于一七五九年"};
  ASSERT_EQ(kTexts.size(), 23);
  for (const std::string& text : kTexts) {
    for (const bool html : {false, true}) {
      const auto messages = Read(
          absl::StrCat("From: a@b.c\nDate: Wed, 01 May 2024 10:02:03 +0200\n"
                       "Subject: =?utf-8?B?",
                       absl::Base64Escape(text), "?=\n", "Content-Type: text/",
                       html ? "html" : "plain",
                       "; charset=utf-8\nContent-Transfer-Encoding: base64\n\n",
                       absl::Base64Escape(html ? "<p>x</p>\n<p>" + text + "</p>"
                                               : "x.\n\n" + text + "\n"),
                       "\n"));
      ASSERT_EQ(messages.size(), 1);
      ASSERT_TRUE(messages[0].document.ok());
      const Extracted& document = *messages[0].document;
      EXPECT_EQ(document.title, text);
      const Block& block = document.blocks.back();
      EXPECT_EQ(document.text.substr(block.span.begin, block.span.size()),
                text);
      EXPECT_EQ(document.places[block.place - 1],
                html ? "part=1&line=2" : "part=1&line=3");
    }
  }
}

TEST(MailTest, ReadsTheSentencesOfAMessageThatIsAnsweredWhole) {
  const auto messages = Read(
      "From: a@b.c\nSubject: Re: Crane\n\n"
      "The inspector comes on Thursday.\n\n"
      "> the crane in the third hall needs its yearly inspection, and the\n"
      "> certificate runs out on the last day of the month. Please call the\n"
      "> office.\n"
      ">> Earlier.\n");
  ASSERT_EQ(messages.size(), 1);
  ASSERT_TRUE(messages[0].document.ok());
  const std::string& text = messages[0].document->text;
  EXPECT_THAT(text, HasSubstr("the third hall needs its yearly inspection, and "
                              "the certificate runs out on the last day of the "
                              "month."));
  EXPECT_THAT(text, Not(HasSubstr(">")));
}

TEST(MailTest, WhoIsAnsweredIsNoPartOfWhatHeWrote) {
  const auto messages = Read(
      "From: a@b.c\nSubject: Re: Crane\n\n"
      "The inspector comes on Thursday.\n\n"
      "On Monday, 2 March 2026, Ann Berg of the harbour in Dublin wrote:\n"
      "> the crane in the third hall needs its yearly inspection, and the\n"
      "> certificate runs out on the last day of the month. On Friday it "
      "said:\n"
      ">> the crane stands still.\n");
  ASSERT_EQ(messages.size(), 1);
  ASSERT_TRUE(messages[0].document.ok());
  const Extracted& document = *messages[0].document;
  EXPECT_THAT(
      Outline(document),
      ElementsAre(
          "#: Re: Crane", "p: From: a@b.c",
          "p: The inspector comes on Thursday.",
          "p: On Monday, 2 March 2026, Ann Berg of the harbour in Dublin "
          "wrote:",
          "p: the crane in the third hall needs its yearly inspection, and "
          "the certificate runs out on the last day of the month. On Friday "
          "it said:",
          "p: the crane stands still."));
  // Lines are the message's.
  EXPECT_EQ(document.places[document.blocks[4].place - 1], "part=1&line=4");
  EXPECT_EQ(document.places[document.blocks[5].place - 1], "part=1&line=6");
}

TEST(MailTest, SurvivesDamage) {
  const std::string whole = absl::StrCat(
      "From: a@b.c\nContent-Type: multipart/mixed; boundary=X\n\n--X\n\n",
      "text\n--X\nContent-Type: text/html\nContent-Transfer-Encoding: "
      "base64\n\nPHA+aGVsbG8=\n--X--\n");
  for (size_t cut = 0; cut < whole.size(); cut += 3) {
    const absl::Status ignored = ReadMail(
        whole.substr(0, cut), {}, [](const MailMessage&) { return true; });
    (void)ignored;
  }
}

}  // namespace
}  // namespace footnote
