#include "indexer/parsers/kind.h"

#include <gtest/gtest.h>

#include <cstdio>
#include <string>

namespace footnote {
namespace {

TEST(KindTest, KnowsMailByTheHeadersThatItHasToHave) {
  EXPECT_TRUE(IsMail("From: a@b.c\r\nDate: today\r\n\r\ntext"));
  EXPECT_TRUE(IsMail("Received: from x\n by y\nFrom: a@b.c\n\n"));
  EXPECT_TRUE(IsMail("From ann Wed May  1 10:02:03 2024\nFrom: a\nDate: b\n"));
  EXPECT_TRUE(NeedsParser("From: a@b.c\nMIME-Version: 1.0\n\n"));
}

TEST(KindTest, TakesOtherTextsForWhatTheyAre) {
  for (const char* text :
       {"", "From here on it is dark.", "From: the keeper\n\nDear Bob,",
        "Date: 1759\nLight: oil\n\nFrom: nobody", "Name: value\nOther\nFrom: a",
        " From: a\nDate: b\n", "{\"From\": \"a\"}", "# From: a\nDate: b\n"}) {
    EXPECT_FALSE(IsMail(text)) << text;
    EXPECT_FALSE(NeedsParser(text)) << text;
  }
}

TEST(KindTest, KnowsPdfRtfAndArchives) {
  EXPECT_TRUE(IsPdf("%PDF-1.4"));
  EXPECT_TRUE(IsRtf("{\\rtf1\\ansi"));
  EXPECT_TRUE(NeedsParser("PK\x03\x04"));
  EXPECT_TRUE(NeedsParser("BZh91AY&SY\x01\x02"));
  EXPECT_FALSE(NeedsParser("%PDF-1.4"));
}

// The header of an archive's first entry, as POSIX has it.
std::string TarHeader(const std::string& name) {
  std::string header(512, '\0');
  header.replace(0, name.size(), name);
  header.replace(100, 8, std::string("0000644\0", 8));
  header.replace(124, 12, std::string("00000000005\0", 12));
  header.replace(148, 8, "        ");
  header[156] = '0';
  header.replace(257, 8,
                 std::string("ustar\000"
                             "00",
                             8));
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  char digits[8];
  snprintf(digits, sizeof(digits), "%06o", sum);
  header.replace(148, 7, std::string(digits, 7));
  return header;
}

TEST(KindTest, KnowsTarByTheSumOfItsHeader) {
  std::string header = TarHeader(
      "gr\xc3\xb6\xc3\x9f"
      "e.txt");
  EXPECT_TRUE(NeedsParser(header));
  EXPECT_TRUE(NeedsParser(header + std::string(512, 'x')));
  header[0] = 'x';
  EXPECT_FALSE(NeedsParser(header)) << "the sum is of another header";
  EXPECT_FALSE(NeedsParser(header.substr(0, 511)));
}

TEST(KindTest, TakesTextsWithMagicWordsForTexts) {
  // "I tried mustard": the magic word of TAR where TAR has it.
  std::string text;
  while (text.size() < 600) text += "mustard ";
  for (int shift = 0; shift < 8; ++shift) {
    EXPECT_FALSE(NeedsParser(std::string(shift, 'x') + text)) << shift;
  }
  EXPECT_FALSE(NeedsParser("BZh is not a word, but it may begin a text."));
  EXPECT_FALSE(NeedsParser("BZh9"));
}

TEST(KindTest, ImagesAreToldByTheirSignatures) {
  EXPECT_EQ(ImageFormat("\x89PNG\r\n\x1a\n"), Format::kPng);
  EXPECT_EQ(ImageFormat("\xff\xd8\xff\xe0 JFIF"), Format::kJpeg);
  EXPECT_EQ(ImageFormat(std::string("MM\0*", 4)), Format::kTiff);
  EXPECT_EQ(ImageFormat(std::string("II*\0", 4)), Format::kTiff);
  for (const char* text : {"", "PNG", "II* stars", "MM* stars", "GIF89a"}) {
    EXPECT_EQ(ImageFormat(text), Format::kUnknown) << text;
  }
}

}  // namespace
}  // namespace footnote
