#include "indexer/signature.h"

#include <gtest/gtest.h>

#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/hash.h"

namespace footnote {
namespace {

std::vector<std::string> Words(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<std::string> words;
  for (size_t i = 0; i < count; ++i) {
    words.push_back(absl::StrCat("w", random() % 5000));
  }
  return words;
}

std::string Text(const std::vector<std::string>& words) {
  return absl::StrJoin(words, " ");
}

double Similarity(const std::string& a, const std::string& b) {
  const auto first = SignatureOf(a);
  const auto second = SignatureOf(b);
  EXPECT_TRUE(first.has_value() && second.has_value());
  return SignatureSimilarity(*first, *second);
}

TEST(SignatureTest, ShortTextsHaveNone) {
  EXPECT_FALSE(SignatureOf("").has_value());
  EXPECT_FALSE(SignatureOf(Text(Words(23, 1))).has_value());
  EXPECT_TRUE(SignatureOf(Text(Words(24, 1))).has_value());
  EXPECT_FALSE(SignatureOf(std::string(1000, '-')).has_value());
}

TEST(SignatureTest, CasePunctuationAndSpacesDoNotCount) {
  const std::string text = Text(Words(100, 1));
  std::string other = absl::StrCat("\n\t", absl::StrJoin(Words(100, 1), ", "));
  other[2] = 'W';
  EXPECT_EQ(Similarity(text, other + "."), 1);
}

// Signatures are stored, and compared with those of later versions.
TEST(SignatureTest, IsTheOneThatEarlierVersionsStored) {
  const std::vector<std::string> pieces = {"the ",
                                           "Keeper, ",
                                           "of\n",
                                           "42",
                                           "été ",
                                           "не ",
                                           "Спал",
                                           "語",
                                           "のは",
                                           "한국어 ",
                                           "हिन्दी ",
                                           "\U00020000",
                                           "\U0001D4B3y ",
                                           "ﬁ ",
                                           "😀",
                                           "\xFF",
                                           "\xE2\x82",
                                           "\xED\xA0\x80z ",
                                           "\xF0\x90",
                                           "…",
                                           " ",
                                           "x",
                                           std::string(1, '\0'),
                                           std::string(700, 'a'),
                                           std::string(40, ' ')};
  std::mt19937 random(1);
  std::string all;
  for (const size_t count : {300, 1000, 3000}) {
    std::string text;
    for (size_t i = 0; i < count; ++i) {
      text.append(pieces[random() % pieces.size()]);
    }
    // Cut anywhere, also inside a character.
    for (size_t cut = 0; cut < 40; ++cut) {
      const auto signature = SignatureOf(
          absl::string_view(text).substr(cut, text.size() - 2 * cut));
      ASSERT_TRUE(signature.has_value());
      for (const uint16_t number : *signature)
        absl::StrAppend(&all, number, " ");
    }
  }
  EXPECT_EQ(Hex(Sha256(all)),
            "89db173c5959d79670daa0b25c0388e4"
            "08a190477f5449e78d8ff6f1a0b39689");
}

TEST(SignatureTest, EstimatesTheSharedRuns) {
  // Of n words, one in k changed breaks 4 runs of it: (n - 4n/k) of
  // (n + 4n/k) runs are shared.
  for (const size_t k : {100, 50, 20, 10}) {
    double sum = 0;
    constexpr int kTries = 40;
    for (uint32_t seed = 0; seed < kTries; ++seed) {
      std::vector<std::string> words = Words(2000, seed);
      const std::string before = Text(words);
      for (size_t i = 0; i < words.size(); i += k) words[i] = "changed";
      sum += Similarity(before, Text(words));
    }
    const double part = 4.0 / static_cast<double>(k);
    EXPECT_NEAR(sum / kTries, (1 - part) / (1 + part), 0.03) << "1 in " << k;
  }
  EXPECT_LT(Similarity(Text(Words(500, 1)), Text(Words(500, 2))), 0.05);
}

TEST(SignatureTest, LanguagesWithoutSpaces) {
  const std::string chinese =
      "灯塔建于一七五九年，由约翰·斯米顿设计。塔身用花岗岩砌成，石块之间以"
      "燕尾榫相互咬合，因此能够抵御英吉利海峡的风浪。一百多年以后，由于塔基"
      "下面的岩石被海水侵蚀，它被拆除并在普利茅斯重新竖立起来。";
  std::string copy = chinese;
  const std::string year = "一七五九";
  copy.replace(copy.find(year), year.size(), "一七六零");
  EXPECT_GE(Similarity(chinese, copy), 0.75);
  EXPECT_LT(Similarity(chinese, copy), 1);
  const std::string other =
      "绿茶应当用七十度左右的热水冲泡，水温过高会使茶汤发苦。冲泡的时间以两"
      "分钟为宜，茶叶可以反复冲泡三次，每一次的味道都略有不同，第二泡往往最"
      "为甘甜。喝剩的茶叶晒干之后还可以放进冰箱去除异味。";
  EXPECT_LT(Similarity(chinese, other), 0.1);
  const std::string japanese =
      "この灯台は一七五九年にジョン・スミートンによって建てられた。塔は花崗"
      "岩でできており、石は互いに噛み合っている。";
  EXPECT_EQ(Similarity(japanese, "【写し】" + japanese),
            Similarity("【写し】" + japanese, japanese));
  EXPECT_GE(Similarity(japanese, japanese + "。"), 1);
}

TEST(SignatureTest, AnyBytesAreTaken) {
  std::mt19937 random(3);
  for (int i = 0; i < 200; ++i) {
    std::string bytes(random() % 500, '\0');
    for (char& c : bytes) c = static_cast<char>(random());
    SignatureOf(bytes);
  }
}

}  // namespace
}  // namespace footnote
