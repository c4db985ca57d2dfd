#include "model/tokenizer/bpe.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>
#include <vector>

namespace footnote {
namespace {

using ::testing::ElementsAre;

// The definition, word for word.
std::vector<int32_t> Slowly(const MergeTable& table,
                            std::vector<int32_t> pieces) {
  while (true) {
    size_t best = 0;
    MergeTable::Merge merge;
    for (size_t i = 0; i + 1 < pieces.size(); ++i) {
      const MergeTable::Merge found = table.Find(pieces[i], pieces[i + 1]);
      if (found.rank < merge.rank) {
        merge = found;
        best = i;
      }
    }
    if (merge.rank == MergeTable::kNever) return pieces;
    pieces[best] = merge.piece;
    pieces.erase(pieces.begin() + best + 1);
  }
}

TEST(MergePiecesTest, TakesTheLowestRankAndThenTheLeftmost) {
  MergeTable table(3);
  table.Add(1, 1, 5, 2);
  table.Add(2, 1, 1, 3);
  std::vector<int32_t> pieces = {1, 1, 1, 1};
  MergePieces(table, &pieces);
  EXPECT_THAT(pieces, ElementsAre(3, 1));
}

TEST(MergePiecesTest, EqualsItsDefinitionForAllLengths) {
  std::mt19937 random(7);
  for (int round = 0; round < 300; ++round) {
    const int letters = 2 + random() % 5;
    std::vector<std::pair<int32_t, int32_t>> pairs;
    MergeTable table(60);
    for (int32_t made = letters; made < letters + 40; ++made) {
      // Several pairs may share a rank, as SentencePiece's do.
      table.Add(random() % made, random() % made, random() % 20, made);
    }
    std::vector<int32_t> pieces(random() % 200);
    for (int32_t& piece : pieces) {
      piece = random() % 20 == 0 ? -1 : random() % letters;
    }
    const std::vector<int32_t> want = Slowly(table, pieces);
    MergePieces(table, &pieces);
    ASSERT_EQ(pieces, want) << "round " << round;
  }
}

TEST(MergeTableTest, KeepsTheFirstOfTwoEntries) {
  MergeTable table(2);
  table.Add(0, 0, 7, 8);
  table.Add(0, 0, 1, 9);
  EXPECT_EQ(table.Find(0, 0).rank, 7u);
  EXPECT_EQ(table.size(), 1u);
  EXPECT_EQ(MergeTable().Find(0, 0).rank, MergeTable::kNever);
}

}  // namespace
}  // namespace footnote
