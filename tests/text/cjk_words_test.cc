#include "text/cjk_words.h"

#include <random>
#include <string>
#include <vector>

#include "base/utf8.h"
#include "gtest/gtest.h"

namespace footnote {
namespace {

std::string Join(absl::string_view run, const std::vector<TextSpan>& spans) {
  std::string joined;
  for (const TextSpan& span : spans) {
    if (!joined.empty()) joined.push_back('|');
    joined.append(run.data() + span.begin, span.size());
  }
  return joined;
}

std::string Cut(absl::string_view run) {
  std::vector<TextSpan> spans;
  CjkWords(run, &spans);
  return Join(run, spans);
}

std::string CutByIcu(absl::string_view run) {
  std::vector<TextSpan> spans;
  CjkWordsByIcu(run, &spans);
  return Join(run, spans);
}

TEST(CjkWordsTest, CutLikeReaders) {
  EXPECT_EQ(Cut("我们在北京大学学习"), "我们|在|北京|大学|学习");
  EXPECT_EQ(Cut("東京に住む"), "東京|に|住む");
  EXPECT_EQ(Cut("データベース"), "データベース");
}

TEST(CjkWordsTest, CutLikeIcuOnSentences) {
  for (const char* run :
       {"自然言語処理の研究が進んでいる", "这本手册介绍了如何安装和管理系统",
        "臺灣的計算機網絡發展迅速", "コンピューターネットワークの管理者",
        "国々の人々", "カカカカカカカカカカカカカカカカカカカカカカカカカ",
        "ゝゞヽヾ", "〇一二三", "龘龘龘龘", "ー", "ッ", "㐀㐁㐂", "ｶﾒﾗを買った",
        "か\u3099き", "\U00020000\U00020001的", "〆切"}) {
    EXPECT_EQ(Cut(run), CutByIcu(run)) << run;
  }
}

TEST(CjkWordsTest, CutLikeIcuOnRandomRuns) {
  std::mt19937 random(23);
  for (int round = 0; round < 3000; ++round) {
    std::string run;
    const size_t length = 1 + random() % 60;
    // Common characters, so that the dictionary has something to say.
    for (size_t i = 0; i < length; ++i) {
      switch (random() % 4) {
        case 0:
          AppendUtf8(0x3041 + random() % 0x56, &run);
          break;
        case 1:
          AppendUtf8(0x30A1 + random() % 0x5A, &run);
          break;
        case 2:
          AppendUtf8(0x4E00 + random() % 0x300, &run);
          break;
        default:
          AppendUtf8(0x4E00 + random() % 0x51FF, &run);
      }
    }
    ASSERT_EQ(Cut(run), CutByIcu(run)) << run;
  }
}

TEST(CjkWordsTest, CoverEveryByte) {
  std::mt19937 random(5);
  for (int round = 0; round < 2000; ++round) {
    std::string run;
    const size_t length = random() % 50;
    for (size_t i = 0; i < length; ++i) {
      run.push_back(static_cast<char>(0x80 + random() % 0x80));
    }
    std::vector<TextSpan> spans;
    CjkWords(run, &spans);
    uint32_t at = 0;
    for (const TextSpan& span : spans) {
      ASSERT_EQ(span.begin, at);
      ASSERT_LT(span.begin, span.end);
      at = span.end;
    }
    ASSERT_EQ(at, run.size());
  }
}

}  // namespace
}  // namespace footnote
