#include "kernels/write_gaps.h"

#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/dispatch.h"

namespace footnote {
namespace {

struct Postings {
  std::vector<uint32_t> counts, positions;
};

void AppendVarint(uint32_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) {
    out->push_back(static_cast<char>(value | 0x80));
  }
  out->push_back(static_cast<char>(value));
}

// As the header says it.
std::string Defined(const Postings& postings) {
  std::string out;
  size_t at = 0;
  for (const uint32_t count : postings.counts) {
    AppendVarint(count, &out);
    for (uint32_t i = 0; i < count; ++i, ++at) {
      const uint32_t before = i == 0 ? 0 : postings.positions[at - 1];
      AppendVarint(postings.positions[at] - before, &out);
    }
  }
  return out;
}

std::string ByKernel(Isa isa, const Postings& postings) {
  constexpr char kGuard = 'g';
  const size_t most =
      (postings.counts.size() + postings.positions.size()) * 5 + kGapsBeyond;
  std::string out(most + 1, kGuard);
  const char* const end =
      WriteGapsKernelFor(isa)(postings.counts.data(), postings.counts.size(),
                              postings.positions.data(), &out[0]);
  EXPECT_EQ(out.back(), kGuard) << "written too far beyond";
  out.resize(static_cast<size_t>(end - out.data()));
  return out;
}

// Counts up to `most_count`, positions under 2^`bits`.
Postings Some(size_t size, uint32_t most_count, int bits,
              std::mt19937* random) {
  Postings out;
  for (size_t i = 0; i < size; ++i) {
    out.counts.push_back(1 + (*random)() % most_count);
    const size_t begin = out.positions.size();
    for (uint32_t j = 0; j < out.counts.back(); ++j) {
      out.positions.push_back((*random)() >> (32 - bits));
    }
    std::sort(out.positions.begin() + static_cast<ptrdiff_t>(begin),
              out.positions.end());
  }
  return out;
}

TEST(WriteGapsTest, EveryInstructionSetGivesWhatTheHeaderSays) {
  std::mt19937 random(1);
  for (const Isa isa : kAllIsas) {
    if (!IsaIsSupported(isa)) continue;
    for (size_t size = 0; size <= kMostGapPostings; ++size) {
      for (const uint32_t most_count : {1u, 2u, 3u, 17u, kMostGapCount}) {
        for (const int bits : {1, 7, 8, 14, 15, 21, 24, 28, 29, 32}) {
          const Postings postings = Some(size, most_count, bits, &random);
          EXPECT_EQ(ByKernel(isa, postings), Defined(postings))
              << IsaName(isa) << ", " << size << " postings of up to "
              << most_count << " positions of " << bits << " bits";
        }
      }
    }
  }
}

TEST(WriteGapsTest, TakesTheMostPositionsThatPostingsMayHave) {
  Postings postings;
  for (size_t i = 0; i < kMostGapPostings; ++i) {
    postings.counts.push_back(kMostGapCount);
    for (uint32_t j = 0; j < kMostGapCount; ++j) {
      postings.positions.push_back(j == 100 ? 1000000 + j
                                            : j * 130 + j / 101 * 1000000);
    }
  }
  for (const Isa isa : kAllIsas) {
    if (!IsaIsSupported(isa)) continue;
    EXPECT_EQ(ByKernel(isa, postings), Defined(postings)) << IsaName(isa);
  }
}

// Titles' words stand at 2^20 and beyond, behind those of the passage.
TEST(WriteGapsTest, GapsOfTwoBytesAndMoreStandBesideThoseOfOne) {
  const Postings postings = {{3, 1, 2},
                             {5, 132, 1 << 20, 127, 128, 16384 + 127}};
  const std::string want("\x03\x05\x7f\xfc\xfe\x3f\x01\x7f\x02\x80\x01\xff\x7f",
                         13);
  ASSERT_EQ(Defined(postings), want);
  for (const Isa isa : kAllIsas) {
    if (!IsaIsSupported(isa)) continue;
    EXPECT_EQ(ByKernel(isa, postings), want) << IsaName(isa);
  }
}

}  // namespace
}  // namespace footnote
