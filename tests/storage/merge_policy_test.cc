#include "storage/merge_policy.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint64_t kMega = 1 << 20;

std::vector<ManifestSegment> Segments(const std::vector<uint64_t>& megabytes) {
  std::vector<ManifestSegment> segments;
  for (const uint64_t size : megabytes) {
    ManifestSegment segment;
    segment.file_bytes = size * kMega;
    segment.documents = 10;
    segment.passages = 100;
    segments.push_back(segment);
  }
  return segments;
}

TEST(MergePolicyTest, TakesSegmentsOfOneTierAndLeavesLargerOnes) {
  MergePolicy policy;
  policy.fan_in = 3;
  EXPECT_THAT(PickMerge(Segments({1, 2, 100}), policy), IsEmpty());
  EXPECT_THAT(PickMerge(Segments({100, 1, 2, 2}), policy),
              ElementsAre(1, 2, 3));
  EXPECT_THAT(PickMerge(Segments({100, 1, 90, 2, 110}), policy),
              ElementsAre(0, 2, 4));
}

TEST(MergePolicyTest, StaysUnderTheLargestSize) {
  MergePolicy policy;
  policy.fan_in = 3;
  policy.max_segment_bytes = 100 * kMega;
  EXPECT_THAT(PickMerge(Segments({60, 60, 60}), policy), IsEmpty());
  EXPECT_THAT(PickMerge(Segments({40, 40, 40}), policy), ElementsAre(0, 1));
}

TEST(MergePolicyTest, RewritesWhatIsMostlyDeleted) {
  MergePolicy policy;
  auto segments = Segments({500, 500});
  segments[1].deleted_documents = {3};
  segments[1].deleted_passages = 10;
  EXPECT_THAT(PickMerge(segments, policy), IsEmpty());
  segments[1].deleted_passages = 26;
  EXPECT_THAT(PickMerge(segments, policy), ElementsAre(1));
  segments[1].deleted_passages = 10;
  policy.drop_all_deleted = true;
  EXPECT_THAT(PickMerge(segments, policy), ElementsAre(1));
}

// What the rule promises, played through: few segments, and each passage
// written once per tier.
TEST(MergePolicyTest, KeepsFewSegmentsAndWritesEachPassageFewTimes) {
  MergePolicy policy;
  std::vector<ManifestSegment> segments;
  uint64_t written = 0;
  size_t most = 0;
  constexpr int kCommits = 2000;
  for (int i = 0; i < kCommits; ++i) {
    segments.push_back(Segments({1})[0]);
    while (true) {
      const std::vector<size_t> picked = PickMerge(segments, policy);
      if (picked.empty()) break;
      ManifestSegment merged = Segments({0})[0];
      for (auto it = picked.rbegin(); it != picked.rend(); ++it) {
        merged.file_bytes += segments[*it].file_bytes;
        segments.erase(segments.begin() + *it);
      }
      written += merged.file_bytes;
      segments.push_back(merged);
    }
    most = std::max(most, segments.size());
  }
  EXPECT_LE(most, 25);
  EXPECT_LE(written, 5 * kCommits * kMega);
}

}  // namespace
}  // namespace footnote
