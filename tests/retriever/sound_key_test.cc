#include "retriever/translation/sound_key.h"

#include <string>

#include "gtest/gtest.h"

namespace footnote {
namespace {

TEST(SoundKeyTest, IsOneForANameInEveryScript) {
  for (const char* word : {"Люксембург", "لوكسمبورغ", "Λουξεμβούργο",
                           "Luksemburg", "LUXEMBOURG"}) {
    EXPECT_EQ(SoundKey(word), SoundKey("Luxembourg")) << word;
  }
  for (const char* word : {"Ньютон", "نيوتن", "Νεύτων", "न्यूटन", "ניוטון"}) {
    EXPECT_EQ(SoundKey(word), SoundKey("Newton")) << word;
  }
  EXPECT_EQ(SoundKey("النورماندي"), SoundKey("Normandy"));
}

TEST(SoundKeyTest, TellsWordsOfOtherConsonantsApart) {
  EXPECT_NE(SoundKey("Luxembourg"), SoundKey("Lisbon"));
  EXPECT_FALSE(SoundAlike(SoundKey("Victoria"), SoundKey("Virginia")));
}

TEST(SoundKeyTest, OfOtherScriptsAndBytesThatAreNoneIsEmpty) {
  EXPECT_EQ(SoundKey("東京"), "");
  EXPECT_EQ(SoundKey(""), "");
  EXPECT_EQ(SoundKey("2026"), "");
  EXPECT_EQ(SoundKey("\xff\xfe\xd0"), "");
  EXPECT_EQ(SoundKey(std::string("\0k", 2)), "K");
}

TEST(SoundAlikeTest, WantsThreeConsonantsOrFourWithOneWrong) {
  EXPECT_TRUE(SoundAlike("TSL", "TSL"));
  EXPECT_FALSE(SoundAlike("TS", "TS"));
  EXPECT_FALSE(SoundAlike("", ""));
  EXPECT_FALSE(SoundAlike("TSL", "TSLN"));
  EXPECT_TRUE(SoundAlike("FKTR", "PKTR"));
  EXPECT_TRUE(SoundAlike("SNKTN", "FSNKTN"));
  EXPECT_TRUE(SoundAlike("FSNKTN", "SNKTN"));
  EXPECT_TRUE(SoundAlike("NRMNT", "NRMNTM"));
  EXPECT_FALSE(SoundAlike("NRMNT", "NLMNTM"));
  EXPECT_FALSE(SoundAlike("NRMNT", "NRMNTSK"));
}

}  // namespace
}  // namespace footnote
