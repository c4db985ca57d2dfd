#include "model/encoder/unigram_tokenizer.h"

#include <cstdlib>
#include <fstream>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/model/encoder/sentencepiece_oracle.h"
#include "tests/model/encoder/toy_weights.h"

namespace footnote {
namespace {

using Ids = std::vector<int32_t>;

#define BLANK "\xe2\x96\x81"

const std::vector<std::string> kPieces = {
    "", "", "", BLANK "a", "b", "ab", BLANK, BLANK "abc", "c", "\xc3\xa9", "a"};
const std::vector<float> kScores = {0, 0, 0, -2, -3, -2.5, -4, -4, -3, -1, -3};

class UnigramTokenizerTest : public testing::Test {
 protected:
  void SetUp() override {
    bytes_ = WeightsFileOf(TokenizerSections(kPieces, kScores));
    auto file = WeightsFile::FromBytes(bytes_, "toy");
    ASSERT_TRUE(file.ok()) << file.status();
    file_ = *std::move(file);
    auto tokenizer = UnigramTokenizer::Open(*file_);
    ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();
    tokenizer_ = *std::move(tokenizer);
  }

  Ids Encode(absl::string_view text, size_t limit = 100) {
    Ids ids;
    tokenizer_->Encode(text, limit, &ids);
    return ids;
  }

  std::string bytes_;
  std::unique_ptr<WeightsFile> file_;
  std::unique_ptr<UnigramTokenizer> tokenizer_;
};

TEST_F(UnigramTokenizerTest, BestSumOfScoresWins) {
  // _abc alone is -4, _a + b + c is -8.
  EXPECT_EQ(Encode("abc"), (Ids{7}));
  // _ + ab + b is -9.5, _a + b + b is -8.
  EXPECT_EQ(Encode("abb"), (Ids{3, 4, 4}));
}

TEST_F(UnigramTokenizerTest, BlanksAreFoldedAndTrimmed) {
  EXPECT_EQ(tokenizer_->Normalize("  ab   c "), BLANK "ab" BLANK "c");
  EXPECT_EQ(tokenizer_->Normalize("   "), "");
  EXPECT_EQ(Encode(" abc   abc "), (Ids{7, 7}));
}

TEST_F(UnigramTokenizerTest, NormaliserReplaces) {
  EXPECT_EQ(tokenizer_->Normalize("AbA"), BLANK "aba");
  EXPECT_EQ(Encode("Abc"), (Ids{7}));
}

TEST_F(UnigramTokenizerTest, UnknownCharactersAreOnePieceEach) {
  EXPECT_EQ(Encode("abc\xf0\x9f\x98\x80\xf0\x9f\x98\x80\xc3\xa9"),
            (Ids{7, 0, 0, 9}));
}

TEST_F(UnigramTokenizerTest, TextWithoutPiecesIsUnknown) {
  EXPECT_EQ(Encode(""), (Ids{0}));
  EXPECT_EQ(Encode("  "), (Ids{0}));
}

TEST_F(UnigramTokenizerTest, LimitCutsTheEnd) {
  EXPECT_EQ(Encode("abc abc abc", 2), (Ids{7, 7}));
}

TEST_F(UnigramTokenizerTest, ImpossibleSectionsAreDataLoss) {
  for (size_t damaged = 0; damaged < 6; ++damaged) {
    for (const int how : {0, 1, 2}) {
      Sections sections = TokenizerSections(kPieces, kScores);
      std::string& content = sections[damaged].second;
      if (how == 0) content.clear();
      if (how == 1) content.pop_back();
      if (how == 2) sections.erase(sections.begin() + damaged);
      const std::string bytes = WeightsFileOf(sections);
      const auto file = WeightsFile::FromBytes(bytes, "toy");
      ASSERT_TRUE(file.ok());
      const absl::Status status = UnigramTokenizer::Open(**file).status();
      EXPECT_TRUE(absl::IsDataLoss(status)) << damaged << " " << how;
      EXPECT_TRUE(absl::StrContains(status.message(), "tokenizer/")) << status;
    }
  }
}

TEST_F(UnigramTokenizerTest, WalkStaysInsideWhateverTheTreeSays) {
  // Every byte of every section, changed under a right hash: refused, or
  // encoding ends with pieces of the vocabulary.
  for (size_t section = 0; section < 6; ++section) {
    const Sections good = TokenizerSections(kPieces, kScores);
    const size_t size = std::min<size_t>(good[section].second.size(), 400);
    for (size_t i = 0; i < size; ++i) {
      Sections bad = good;
      bad[section].second[i] ^= 0x85;
      const std::string bytes = WeightsFileOf(bad);
      const auto file = WeightsFile::FromBytes(bytes, "toy");
      ASSERT_TRUE(file.ok());
      const auto tokenizer = UnigramTokenizer::Open(**file);
      if (!tokenizer.ok()) continue;
      Ids ids;
      (*tokenizer)->Encode("abc Abb \xc3\xa9 cab", 50, &ids);
      for (const int32_t id : ids) {
        ASSERT_GE(id, 0);
        ASSERT_LT(id, (*tokenizer)->size());
      }
    }
  }
}

// On the real model, SentencePiece cuts the same pieces. It joins unknown
// characters that stand together, so runs of them are joined here too.
TEST(UnigramTokenizerRealTest, PiecesAreThoseOfSentencePiece) {
  const char* folder = std::getenv("FOOTNOTE_MODELS");
  const std::string path =
      absl::StrCat(folder == nullptr ? "third_party/.cache/models" : folder,
                   "/use-multilingual-v3.enc");
  const auto file = WeightsFile::Open(path);
  if (absl::IsNotFound(file.status())) GTEST_SKIP() << file.status();
  ASSERT_TRUE(file.ok()) << file.status();
  const auto tokenizer = UnigramTokenizer::Open(**file);
  ASSERT_TRUE(tokenizer.ok()) << tokenizer.status();

  std::vector<std::string> texts = {"a",
                                    "  two  blanks ",
                                    "\xef\xbd\x81\xef\xbd\x82 \xe3\x80\x80 x",
                                    "\xf0\x9f\x98\x80\xf0\x9f\x98\x80 end",
                                    "tab\tand\nline",
                                    "\xc2\xbd \xef\xac\x81ne \xe2\x91\xa0",
                                    "(c) 2026, 12.5% <b>"};
  std::ifstream sentences("tests/model/encoder/testdata/sentences.txt");
  for (std::string line; std::getline(sentences, line);) {
    texts.push_back(line.substr(line.find('\t') + 1));
  }
  ASSERT_GT(texts.size(), 200);
  const std::string model(*(*file)->Section("tokenizer/sentencepiece"));
  const auto want = SentencePieceIds(model, texts);
  ASSERT_EQ(want.size(), texts.size());
  for (size_t i = 0; i < texts.size(); ++i) {
    Ids ids;
    (*tokenizer)->Encode(texts[i], 1000, &ids);
    Ids joined;
    for (const int32_t id : ids) {
      if (id == 0 && !joined.empty() && joined.back() == 0) continue;
      joined.push_back(id);
    }
    EXPECT_EQ(joined, want[i]) << texts[i];
  }
}

}  // namespace
}  // namespace footnote
