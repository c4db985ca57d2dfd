#include "text/sound_key.h"

#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "text/span.h"

namespace footnote {
namespace {

TEST(SoundKeyTest, IsOneForANameInEveryScript) {
  for (const char* word : {"Люксембург", "لوكسمبورغ", "Λουξεμβούργο",
                           "Luksemburg", "LUXEMBOURG"}) {
    EXPECT_EQ(SoundKey(word), SoundKey("Luxembourg")) << word;
  }
  for (const char* word :
       {"Ньютон", "نيوتن", "Νεύτων", "न्यूटन", "ניוטון", "ニュートン", "뉴턴"}) {
    EXPECT_EQ(SoundKey(word), SoundKey("Newton")) << word;
  }
  EXPECT_EQ(SoundKey("النورماندي"), SoundKey("Normandy"));
}

TEST(SoundKeyTest, OfHanIsThatOfTheForeignName) {
  EXPECT_EQ(SoundKey("约塞米蒂"), SoundKey("Yosemite"));
  EXPECT_EQ(SoundKey("麦金德"), SoundKey("Mackinder").substr(0, 4));
  EXPECT_EQ(SoundKey("特斯拉"), SoundKey("Tesla"));
  EXPECT_EQ(SoundKey("維多利亞"), SoundKey("维多利亚"));
  EXPECT_GT(SoundLikeness(SoundKey("布朗利"), SoundKey("Brownlee")), 0.2f);
  EXPECT_EQ(SoundKey("苹果"), "");
}

TEST(SoundKeyTest, TellsWordsOfOtherConsonantsApart) {
  EXPECT_NE(SoundKey("Luxembourg"), SoundKey("Lisbon"));
  EXPECT_EQ(SoundLikeness(SoundKey("Victoria"), SoundKey("Virginia")), 0);
}

TEST(SoundKeyTest, OfOtherScriptsAndBytesThatAreNoneIsEmpty) {
  EXPECT_EQ(SoundKey("漢字"), "");
  EXPECT_EQ(SoundKey(""), "");
  EXPECT_EQ(SoundKey("2026"), "");
  EXPECT_EQ(SoundKey("\xff\xfe\xd0"), "");
  EXPECT_EQ(SoundKey(std::string("\0k", 2)), "K");
}

TEST(SoundKeyTest, IsMadeOfTheClasses) {
  for (const char* word : {"Psyche", "Ψυχή", "Xerxes", "Friedrich", "제주도",
                           "カムチャツカ", "斯特拉斯堡"}) {
    for (const char c : SoundKey(word)) {
      EXPECT_NE(kSoundClasses.find(c), absl::string_view::npos) << word;
    }
  }
}

TEST(SoundLikenessTest, RisesWithTheConsonantsThatBothHave) {
  EXPECT_EQ(SoundLikeness("", ""), 0);
  EXPECT_EQ(SoundLikeness("TS", "TS"), 0);
  EXPECT_GT(SoundLikeness("TSL", "TSL"), 0);
  EXPECT_GT(SoundLikeness("TSLN", "TSLN"), SoundLikeness("TSL", "TSL"));
  EXPECT_EQ(SoundLikeness("TSLNK", "TSLNK"), 1);
}

TEST(SoundLikenessTest, ForgivesOneConsonantOfFour) {
  EXPECT_EQ(SoundLikeness("TSN", "TSNK"), 0);
  EXPECT_GT(SoundLikeness("FKTL", "PKTL"), 0);
  EXPECT_GT(SoundLikeness("SNKTN", "FSNKTN"), 0);
  EXPECT_EQ(SoundLikeness("SNKTN", "FSNKTN"), SoundLikeness("FSNKTN", "SNKTN"));
  EXPECT_LT(SoundLikeness("SNKTN", "FSNKTN"), 1);
  EXPECT_EQ(SoundLikeness("NLMNT", "NKMNTM"), 0);
  EXPECT_EQ(SoundLikeness("NLMNT", "NLMNTSK"), 0);
}

TEST(SoundLikenessTest, ForgivesAnUnwrittenRMoreThanOthers) {
  EXPECT_GT(SoundLikeness("LFT", "LFLT"), 0);
  EXPECT_GT(SoundLikeness("MKNT", "MKNTL"), SoundLikeness("MKNT", "MKNTS"));
}

TEST(HanNamesTest, AreRunsOfCharactersThatStandForSounds) {
  const std::string text = "谁在约塞米蒂国家公园遇见马丁·路德？";
  std::vector<std::string> names;
  for (const TextSpan& span : HanNames(text)) {
    names.push_back(text.substr(span.begin, span.size()));
  }
  EXPECT_EQ(names, (std::vector<std::string>{"约塞米蒂", "马丁", "路德"}));
}

TEST(HanNamesTest, AreNotLongerThanAnyName) {
  std::string text;
  for (int i = 0; i < 9; ++i) text += "斯";
  EXPECT_TRUE(HanNames(text).empty());
  EXPECT_EQ(HanNames(text.substr(3)).size(), 1);
  EXPECT_TRUE(HanNames("\xe6\x96").empty());
}

}  // namespace
}  // namespace footnote
