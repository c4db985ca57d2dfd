#include "retriever/ann/exact_scan.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "retriever/ann/nearest.h"
#include "tests/retriever/test_corpus.h"

namespace footnote {
namespace {

std::vector<float> RandomUnit(std::mt19937* random, int dimension) {
  std::normal_distribution<float> normal;
  std::vector<float> vector(dimension);
  double square = 0;
  for (float& value : vector) {
    value = normal(*random);
    square += value * value;
  }
  for (float& value : vector) value /= std::sqrt(square);
  return vector;
}

std::vector<TestDocument> RandomDocuments(uint32_t seed, int count,
                                          int dimension) {
  std::mt19937 random(seed);
  std::vector<TestDocument> documents(count);
  for (int i = 0; i < count; ++i) {
    documents[i].id = absl::StrCat(seed, "/", i);
    TestPassage passage;
    passage.text = "text";
    // Every tenth passage has no vector.
    if (i % 10 != 9) passage.vector = RandomUnit(&random, dimension);
    documents[i].passages.push_back(passage);
  }
  return documents;
}

std::vector<VectorHit> Nearest(const std::shared_ptr<Generation>& generation,
                               const std::vector<float>& vector,
                               const std::vector<AllowedPassages>& allowed,
                               size_t k) {
  return VectorArm(generation).Nearest(vector, QueryCode(vector), allowed, k);
}

std::vector<AllowedPassages> AllowAll(const Generation& generation) {
  std::vector<AllowedPassages> allowed;
  for (const LiveSegment& segment : generation.segments) {
    allowed.push_back({segment.live_passages, segment.reader->passage_count(),
                       segment.live_count});
  }
  return allowed;
}

float Product(const std::vector<float>& a, const std::vector<float>& b) {
  float sum = 0;
  for (size_t i = 0; i < a.size(); ++i) sum += a[i] * b[i];
  return sum;
}

TEST(ExactScanTest, FindsWhatFloatProductsFind) {
  for (int dimension : {64, 100, 512}) {
    const std::vector<std::vector<TestDocument>> segments = {
        RandomDocuments(1, 700, dimension), RandomDocuments(2, 90, dimension)};
    const auto generation = MakeGeneration(segments);
    std::mt19937 random(3);
    int same = 0;
    int all = 0;
    for (int round = 0; round < 20; ++round) {
      const auto query = RandomUnit(&random, dimension);
      std::vector<VectorHit> want;
      for (uint32_t s = 0; s < segments.size(); ++s) {
        for (uint32_t p = 0; p < segments[s].size(); ++p) {
          const auto& vector = segments[s][p].passages[0].vector;
          if (!vector.empty()) want.push_back({s, p, Product(query, vector)});
        }
      }
      std::sort(want.begin(), want.end(), NearerFirst);
      const auto got = Nearest(generation, query, AllowAll(*generation), 10);
      ASSERT_EQ(got.size(), 10u);
      for (size_t i = 0; i < got.size(); ++i) {
        EXPECT_NEAR(got[i].similarity, want[i].similarity, 0.01);
        ++all;
        for (size_t j = 0; j < 10; ++j) {
          same += got[i].segment == want[j].segment &&
                  got[i].passage == want[j].passage;
        }
      }
    }
    // Eight bits may swap neighbours at the border.
    EXPECT_GE(same, all * 95 / 100) << dimension;
  }
}

TEST(ExactScanTest, LooksOnlyAtWhatIsAllowed) {
  const auto generation = MakeGeneration({RandomDocuments(5, 1000, 64)});
  std::vector<AllowedPassages> allowed(1);
  allowed[0].passages = 1000;
  allowed[0].bits.assign((1000 + 63) / 64, 0);
  for (uint32_t p : {3u, 400u, 401u, 409u, 998u}) {
    allowed[0].bits[p / 64] |= uint64_t{1} << (p % 64);
    ++allowed[0].count;
  }
  std::mt19937 random(6);
  const auto hits = Nearest(generation, RandomUnit(&random, 64), allowed, 10);
  // 409 has no vector.
  ASSERT_EQ(hits.size(), 4u);
  for (const VectorHit& hit : hits) EXPECT_TRUE(allowed[0].Has(hit.passage));
}

TEST(ExactScanTest, FindsNothingWithoutVectorsOrInAnotherDimension) {
  const auto none = MakeGeneration({{{"a", Language::kEn, {{"x", {}}}}}});
  std::mt19937 random(7);
  const std::vector<float> query = RandomUnit(&random, 64);
  EXPECT_TRUE(Nearest(none, query, AllowAll(*none), 5).empty());
  const auto other = MakeGeneration({RandomDocuments(8, 20, 128)});
  EXPECT_TRUE(Nearest(other, query, AllowAll(*other), 5).empty());
  EXPECT_EQ(SimilarityOf(*other->segments[0].reader, 0, QueryCode(query)), 0);
}

TEST(ExactScanTest, GivesTheSameSimilarityAloneAndInTheScan) {
  const auto generation = MakeGeneration({RandomDocuments(9, 300, 512)});
  std::mt19937 random(10);
  const std::vector<float> query = RandomUnit(&random, 512);
  const auto hits = Nearest(generation, query, AllowAll(*generation), 300);
  EXPECT_EQ(hits.size(), 270u);
  for (const VectorHit& hit : hits) {
    EXPECT_EQ(hit.similarity, SimilarityOf(*generation->segments[0].reader,
                                           hit.passage, QueryCode(query)));
  }
}

TEST(ExactScanTest, TakesAQueryOfZeros) {
  const auto generation = MakeGeneration({RandomDocuments(11, 30, 64)});
  const auto hits =
      Nearest(generation, std::vector<float>(64, 0), AllowAll(*generation), 3);
  ASSERT_EQ(hits.size(), 3u);
  EXPECT_EQ(hits[0].similarity, 0);
}

}  // namespace
}  // namespace footnote
