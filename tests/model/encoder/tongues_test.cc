#include "model/encoder/tongues.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "model/encoder/unigram_tokenizer.h"
#include "tests/model/encoder/toy_weights.h"

namespace footnote {
namespace {

using Rows = std::vector<int32_t>;

#define BLANK "\xe2\x96\x81"
// The letter that the tongue is known by, small and capital.
#define E_ACUTE "\xc3\xa9"

const std::vector<std::string> kFirst = {
    "", "", "", BLANK "Xnn", BLANK "b", "b", BLANK, "a", "n", E_ACUTE, "A"};
const std::vector<float> kFirstScores = {0,  0,  0,  -5, -3, -3,
                                         -3, -4, -4, -9, -6};
const std::vector<std::string> kOwn = {BLANK "b" E_ACUTE, BLANK "xn", "n", "b",
                                       BLANK "b" E_ACUTE BLANK "b"};
const std::vector<float> kOwnScores = {-2, -4, -4.5, -3.5, -5};
constexpr int32_t kRow = 100;

class TonguesTest : public testing::Test {
 protected:
  void Open(const Sections& changed = {}) {
    Sections sections = TokenizerSections(kFirst, kFirstScores);
    const Sections tongue = TongueSections(kOwn, kOwnScores, {0xe9, 0xc9});
    sections.insert(sections.end(), tongue.begin(), tongue.end());
    for (const auto& [name, content] : changed) {
      for (auto& section : sections) {
        if (section.first == name) section.second = content;
      }
    }
    bytes_ = WeightsFileOf(sections);
    auto file = WeightsFile::FromBytes(bytes_, "toy");
    ASSERT_TRUE(file.ok()) << file.status();
    file_ = *std::move(file);
    auto base = UnigramTokenizer::Open(*file_);
    ASSERT_TRUE(base.ok()) << base.status();
    base_ = *std::move(base);
    tongues_ = Tongues::Open(*file_, *base_, kRow);
  }

  std::string bytes_;
  std::unique_ptr<WeightsFile> file_;
  std::unique_ptr<UnigramTokenizer> base_;
  absl::StatusOr<std::unique_ptr<Tongues>> tongues_;
};

TEST_F(TonguesTest, TextWithoutALetterOfATongueIsOfTheFirstVocabulary) {
  Open();
  ASSERT_TRUE(tongues_.ok()) << tongues_.status();
  Rows rows;
  EXPECT_FALSE((*tongues_)->Encode("b Xnn", 10, &rows));
  EXPECT_EQ(rows, (Rows{4, 3}));
}

TEST_F(TonguesTest, NamesThatTheFirstVocabularyKnowsKeepItsRows) {
  Open();
  ASSERT_TRUE(tongues_.ok()) << tongues_.status();
  Rows rows;
  // _Xnn is -5 and 1 more, _xn + n -8.5.
  EXPECT_TRUE((*tongues_)->Encode("b" E_ACUTE " Xnn", 10, &rows));
  EXPECT_EQ(rows, (Rows{kRow, 3}));
  // A tongue's piece hides the first vocabulary's of the same letters, which
  // is likelier here.
  EXPECT_TRUE((*tongues_)->Encode("b" E_ACUTE "b", 10, &rows));
  EXPECT_EQ(rows, (Rows{kRow, kRow + 3}));
}

TEST_F(TonguesTest, PiecesAreFoundInFoldedLetters) {
  Open();
  ASSERT_TRUE(tongues_.ok()) << tongues_.status();
  Rows rows;
  EXPECT_TRUE((*tongues_)->Encode("B" E_ACUTE " XN", 10, &rows));
  EXPECT_EQ(rows, (Rows{kRow, kRow + 1}));
}

TEST_F(TonguesTest, TheFirstVocabularyKeepsATextThatItFitsBetter) {
  Open();
  ASSERT_TRUE(tongues_.ok()) << tongues_.status();
  Rows rows;
  // Each _Xnn costs 1 more as the tongue's: ten outweigh one letter.
  EXPECT_FALSE((*tongues_)->Encode(
      "Xnn Xnn Xnn Xnn Xnn Xnn Xnn Xnn Xnn Xnn " E_ACUTE, 20, &rows));
  EXPECT_EQ(rows.front(), 3);
}

TEST_F(TonguesTest, APieceMayHoldSeveralWords) {
  Open();
  ASSERT_TRUE(tongues_.ok()) << tongues_.status();
  Rows rows;
  // By themselves -2 and, _b of the first vocabulary, -4.
  EXPECT_TRUE((*tongues_)->Encode("B" E_ACUTE "  B", 10, &rows));
  EXPECT_EQ(rows, Rows{kRow + 4});
  // Never half of the last word.
  EXPECT_TRUE(
      (*tongues_)->Encode("b" E_ACUTE " b" E_ACUTE " b Xnn", 10, &rows));
  EXPECT_EQ(rows, (Rows{kRow, kRow + 4, 3}));
  EXPECT_TRUE((*tongues_)->Encode("b" E_ACUTE " bn", 10, &rows));
  EXPECT_EQ(rows, (Rows{kRow, 4, kRow + 2}));
}

TEST_F(TonguesTest, LimitAndOddTexts) {
  Open();
  ASSERT_TRUE(tongues_.ok()) << tongues_.status();
  Rows rows;
  EXPECT_TRUE(
      (*tongues_)->Encode("b" E_ACUTE " b" E_ACUTE " b" E_ACUTE, 2, &rows));
  EXPECT_EQ(rows, (Rows{kRow, kRow}));
  EXPECT_FALSE((*tongues_)->Encode("", 2, &rows));
  EXPECT_EQ(rows, Rows{UnigramTokenizer::kUnknown});
  EXPECT_TRUE((*tongues_)->Encode(BLANK BLANK "b" E_ACUTE BLANK, 9, &rows));
  EXPECT_EQ(rows, Rows{kRow});
}

TEST_F(TonguesTest, SectionsThatCannotBeAreNamed) {
  for (const char* name :
       {"tongues/names", "tongues/penalty", "tongues/folds",
        "tongue/xx/letters", "tongue/xx/label", "tongue/xx/first"}) {
    Open({{name, std::string("\xff\xff\xff\x7f\xff\xff\xff\x7f\xff", 9)}});
    ASSERT_FALSE(tongues_.ok()) << name;
    EXPECT_TRUE(absl::IsDataLoss(tongues_.status())) << tongues_.status();
  }
}

}  // namespace
}  // namespace footnote
