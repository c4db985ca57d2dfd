#include "storage/postings_codec.h"

#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"

namespace footnote {
namespace {

TEST(PostingsCodecTest, UnpacksWhatWasPackedForEveryWidthAndCount) {
  std::mt19937 random(1);
  for (int bits = 0; bits <= 24; ++bits) {
    for (int count = 1; count <= kBlockPostings; ++count) {
      std::vector<uint32_t> values(count);
      for (uint32_t& value : values) value = random() & ((1u << bits) - 1);
      std::string packed;
      Pack(values.data(), count, bits, &packed);
      ASSERT_EQ(packed.size(), PackedBytes(count, bits));
      packed.append(16, '\xff');
      uint32_t unpacked[kBlockPostings];
      Unpack(reinterpret_cast<const uint8_t*>(packed.data()), count, bits,
             unpacked);
      for (int i = 0; i < count; ++i) {
        ASSERT_EQ(unpacked[i], values[i]) << bits << " bits, " << i;
      }
    }
  }
}

TEST(PostingsCodecTest, SumsGapsFromMinusOneAndFromAnOrdinal) {
  for (const int count : {1, 2, 3, 4, 5, 7, 8, 127, 128}) {
    for (const uint32_t previous : {~0u, 41u}) {
      uint32_t gaps[kBlockPostings];
      uint32_t want[kBlockPostings];
      uint32_t last = previous;
      for (int i = 0; i < count; ++i) {
        gaps[i] = (i * 7) % 5;
        last += gaps[i] + 1;
        want[i] = last;
      }
      SumGaps(previous, count, gaps);
      for (int i = 0; i < count; ++i) ASSERT_EQ(gaps[i], want[i]) << count;
    }
  }
}

TEST(PostingsCodecTest, NeedsNoBitsForZeroAndAllForTheLargest) {
  EXPECT_EQ(BitWidth(0), 0);
  EXPECT_EQ(BitWidth(1), 1);
  EXPECT_EQ(BitWidth((1u << 24) - 1), 24);
  EXPECT_EQ(BitWidth(~0u), 32);
}

TEST(PostingsCodecTest, NoPostingBeatsAllPairs) {
  std::mt19937 random(2);
  for (int round = 0; round < 2000; ++round) {
    const int count = 1 + random() % kBlockPostings;
    const uint32_t highest = round % 3 == 0 ? 65535 : 1 + random() % 40;
    std::vector<uint32_t> frequencies(count);
    std::vector<uint16_t> lengths(count);
    for (int i = 0; i < count; ++i) {
      frequencies[i] = 1 + random() % highest;
      lengths[i] = random() % 400;
    }
    BlockPair pairs[kBlockPairs];
    const int used = ChoosePairs(frequencies, lengths, pairs);
    ASSERT_GE(used, 1);
    ASSERT_LE(used, kBlockPairs);
    for (int i = 0; i < count; ++i) {
      bool covered = false;
      for (int p = 0; p < used; ++p) {
        covered |= pairs[p].frequency >= frequencies[i] &&
                   pairs[p].length <= lengths[i];
      }
      ASSERT_TRUE(covered) << frequencies[i] << " at " << lengths[i];
    }
  }
}

TEST(PostingsCodecTest, KeepsTheExactFrontWhenItIsShort) {
  BlockPair pairs[kBlockPairs];
  ASSERT_EQ(ChoosePairs({1, 3, 2, 1}, {10, 30, 40, 20}, pairs), 2);
  EXPECT_EQ(pairs[0].frequency, 3);
  EXPECT_EQ(pairs[0].length, 30);
  EXPECT_EQ(pairs[1].frequency, 1);
  EXPECT_EQ(pairs[1].length, 10);
}

}  // namespace
}  // namespace footnote
