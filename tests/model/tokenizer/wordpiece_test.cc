#include "model/tokenizer/wordpiece.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace footnote {
namespace {

using Ids = std::vector<int32_t>;

constexpr char kJson[] = R"({
  "normalizer": {"type": "BertNormalizer", "lowercase": true,
                 "strip_accents": null, "handle_chinese_chars": true,
                 "clean_text": true},
  "model": {"type": "WordPiece", "unk_token": "[UNK]",
            "continuing_subword_prefix": "##",
            "max_input_chars_per_word": 10,
            "vocab": {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3,
                      "foot": 4, "##note": 5, "##s": 6, ".": 7, "uber": 8,
                      "中": 9, "文": 10, "note": 11, "[": 12, "]": 13,
                      "sep": 14, "i": 15, "##stanbul": 16, "#": 17}}})";

class WordPieceTest : public testing::Test {
 protected:
  Ids Encode(absl::string_view text, size_t limit = 100) {
    const auto tokenizer = WordPiece::FromJson(kJson, "test");
    EXPECT_TRUE(tokenizer.ok()) << tokenizer.status();
    Ids ids;
    (*tokenizer)->Encode(text, limit, &ids);
    return ids;
  }
};

TEST_F(WordPieceTest, LongestPiecesAreTakenFirst) {
  EXPECT_EQ(Encode("footnotes"), (Ids{2, 4, 5, 6, 3}));
  EXPECT_EQ(Encode("foot notes"), (Ids{2, 4, 11, 6, 3}));
}

TEST_F(WordPieceTest, WordThatCannotBeCutIsUnknownAsAWhole) {
  EXPECT_EQ(Encode("footx note"), (Ids{2, 1, 11, 3}));
}

TEST_F(WordPieceTest, TooLongWordIsUnknown) {
  EXPECT_EQ(Encode("footnotesss note"), (Ids{2, 1, 11, 3}));
}

TEST_F(WordPieceTest, CaseAndAccentsAreTakenAway) {
  EXPECT_EQ(Encode("Über FOOT"), (Ids{2, 8, 4, 3}));
  EXPECT_EQ(Encode("İstanbul"), (Ids{2, 15, 16, 3}));
}

TEST_F(WordPieceTest, PunctuationAndChineseCharactersAreWords) {
  EXPECT_EQ(Encode("foot.note中文"), (Ids{2, 4, 7, 11, 9, 10, 3}));
}

TEST_F(WordPieceTest, TextNeverMakesSpecialPieces) {
  EXPECT_EQ(Encode("[SEP]"), (Ids{2, 12, 14, 13, 3}));
  EXPECT_EQ(Encode("##note"), (Ids{2, 17, 17, 11, 3}));
}

TEST_F(WordPieceTest, ControlCharactersVanishAndBlanksSplit) {
  EXPECT_EQ(Encode("fo\x01ot\tnote\xc2\xa0note\xe2\x80\x8b"),
            (Ids{2, 4, 11, 11, 3}));
}

TEST_F(WordPieceTest, LimitHoldsWithBothEnds) {
  EXPECT_EQ(Encode("foot foot foot foot", 4), (Ids{2, 4, 4, 3}));
  EXPECT_EQ(Encode("footnotes", 3), (Ids{2, 4, 3}));
  EXPECT_EQ(Encode("foot", 2), (Ids{2, 3}));
}

TEST_F(WordPieceTest, EmptyTextHasOnlyTheEnds) {
  EXPECT_EQ(Encode(""), (Ids{2, 3}));
  EXPECT_EQ(Encode(" \n "), (Ids{2, 3}));
}

TEST_F(WordPieceTest, BrokenFilesAreErrors) {
  const auto code = [](absl::string_view json) {
    return WordPiece::FromJson(json, "test").status().code();
  };
  EXPECT_EQ(code("{"), absl::StatusCode::kDataLoss);
  EXPECT_EQ(code("{}"), absl::StatusCode::kDataLoss);
  EXPECT_EQ(code(R"({"model":{"type":"WordPiece","vocab":{"a":-1}}})"),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(code(R"({"model":{"type":"WordPiece","vocab":{"a":1}}})"),
            absl::StatusCode::kDataLoss);
  EXPECT_EQ(code(R"({"model":{"type":"BPE","vocab":{}}})"),
            absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace footnote
