#include "indexer/parsers/kind.h"

#include <gtest/gtest.h>

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
  EXPECT_TRUE(NeedsParser(std::string(257, 'x') + "ustar 00"));
  EXPECT_FALSE(NeedsParser("%PDF-1.4"));
}

}  // namespace
}  // namespace footnote
