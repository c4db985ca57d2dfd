// The inverted file: trained by FAISS, scanned by us. FAISS's own scan of the
// same lists and codes is the judge.
#include <faiss/IndexFlat.h>
#include <faiss/IndexIVFPQ.h>
#include <omp.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "retriever/ann/exact_scan.h"
#include "retriever/ann/ivf_builder.h"
#include "retriever/ann/ivf_format.h"
#include "retriever/ann/ivf_index.h"
#include "retriever/ann/nearest.h"
#include "tests/retriever/test_corpus.h"

namespace footnote {
namespace {

constexpr int kDimension = 64;
constexpr int kCount = 3000;

// Vectors in clusters, as sentences about the same things are.
class Clusters {
 public:
  // With `size` 0 they are scattered over the whole sphere.
  explicit Clusters(uint32_t seed, float size = 1.0f)
      : random_(seed), centres_(40) {
    for (auto& centre : centres_) centre = Normal(size);
  }

  std::vector<float> Next() {
    std::vector<float> v = Normal(0.6f);
    const auto& centre = centres_[random_() % centres_.size()];
    double square = 0;
    for (int d = 0; d < kDimension; ++d) {
      v[d] += centre[d];
      square += v[d] * v[d];
    }
    for (float& x : v) x /= std::sqrt(square);
    return v;
  }

 private:
  std::vector<float> Normal(float size) {
    std::normal_distribution<float> normal(0, size);
    std::vector<float> v(kDimension);
    for (float& x : v) x = normal(random_);
    return v;
  }

  std::mt19937 random_;
  std::vector<std::vector<float>> centres_;
};

class IvfTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    Clusters clusters(1);
    std::vector<TestDocument> documents(kCount);
    for (int i = 0; i < kCount; ++i) {
      documents[i] = {absl::StrCat(i), Language::kEn, {{"x", clusters.Next()}}};
    }
    TestSegmentOptions options;
    options.ann_builder = [](const VectorsView& vectors) {
      return BuildIvf(vectors, BuildOptions());
    };
    generation_ =
        new std::shared_ptr<Generation>(MakeGeneration({documents}, options));
    queries_ = new std::vector<std::vector<float>>;
    for (int i = 0; i < 40; ++i) queries_->push_back(clusters.Next());
  }
  static void TearDownTestSuite() {
    delete generation_;
    delete queries_;
  }

  static IvfBuildOptions BuildOptions() {
    IvfBuildOptions options;
    options.min_vectors = 1000;
    options.lists = 48;
    return options;
  }

  static const SegmentReader& Reader() {
    return *(*generation_)->segments[0].reader;
  }

  static IvfIndex Index() {
    auto index = IvfIndex::Parse(Reader().ann(), Reader().vectors());
    EXPECT_TRUE(index.ok()) << index.status();
    return *std::move(index);
  }

  static AllowedPassages All() { return {{}, kCount, kCount}; }

  static AllowedPassages EveryNth(uint32_t n) {
    AllowedPassages allowed = {std::vector<uint64_t>((kCount + 63) / 64, 0),
                               kCount, 0};
    for (uint32_t p = 0; p < kCount; p += n) {
      allowed.bits[p / 64] |= uint64_t{1} << (p % 64);
      ++allowed.count;
    }
    return allowed;
  }

  static std::set<uint32_t> Passages(const std::vector<VectorHit>& hits) {
    std::set<uint32_t> passages;
    for (const VectorHit& hit : hits) passages.insert(hit.passage);
    return passages;
  }

  static std::shared_ptr<Generation>* generation_;
  static std::vector<std::vector<float>>* queries_;
};

std::shared_ptr<Generation>* IvfTest::generation_ = nullptr;
std::vector<std::vector<float>>* IvfTest::queries_ = nullptr;

TEST_F(IvfTest, ScoresEveryRowAsFaissDoesFromTheSameCodes) {
  const IvfIndex index = Index();
  const IvfHeader& header = index.header();
  // FAISS with our centroids and codebooks, which are the ones it trained.
  const auto* centroids =
      reinterpret_cast<const float*>(Reader().ann().data() + sizeof(IvfHeader));
  faiss::IndexFlatIP quantizer(kDimension);
  quantizer.add(header.lists, centroids);
  faiss::IndexIVFPQ judge(&quantizer, kDimension, header.lists,
                          header.pairs * 2, 4, faiss::METRIC_INNER_PRODUCT);
  const auto* codebooks = reinterpret_cast<const float*>(
      Reader().ann().data() + sizeof(IvfHeader) +
      IvfAligned(header.lists * kDimension * sizeof(float)));
  judge.pq.centroids.assign(codebooks, codebooks + kDimension * 16);
  judge.is_trained = true;
  judge.use_precomputed_table = 0;
  std::vector<float> rows(kCount * kDimension);
  for (int i = 0; i < kCount; ++i) {
    DecodeVector(Reader().vectors(), i, rows.data() + i * kDimension);
  }
  omp_set_num_threads(1);
  judge.add(kCount, rows.data());

  for (uint32_t nprobe : {1u, 7u, 48u}) {
    judge.nprobe = nprobe;
    for (const std::vector<float>& query : *queries_) {
      std::vector<float> want(kCount);
      std::vector<faiss::Index::idx_t> labels(kCount);
      judge.search(1, query.data(), kCount, want.data(), labels.data());
      std::vector<float> score_of(kCount, -9);
      size_t found = 0;
      for (int i = 0; i < kCount; ++i) {
        if (labels[i] < 0) continue;
        score_of[labels[i]] = want[i];
        ++found;
      }
      const auto got =
          index.Candidates(query, nprobe, kCount, Reader().vectors(), All());
      ASSERT_EQ(got.size(), found) << "the same lists";
      const float error = index.TableError(query);
      for (const IvfCandidate& candidate : got) {
        ASSERT_NEAR(candidate.approximate, score_of[candidate.row], error);
      }
    }
  }
}

TEST_F(IvfTest, EqualsTheScanWhenEveryListIsLookedAtAndReranked) {
  const IvfIndex index = Index();
  IvfSearchOptions options;
  options.nprobe = 48;
  options.rerank = kCount;
  for (const auto& query : *queries_) {
    const QueryCode code(query);
    auto got =
        NearestByIvf(index, Reader(), 0, query, code, All(), 20, options);
    auto want = NearestByScan(Reader(), 0, code, All(), 20);
    std::sort(got.begin(), got.end(), NearerFirst);
    std::sort(want.begin(), want.end(), NearerFirst);
    ASSERT_EQ(got.size(), want.size());
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i].passage, want[i].passage);
      EXPECT_EQ(got[i].similarity, want[i].similarity);
    }
  }
}

// Scattered, so that many of the nearest look far by their codes.
TEST_F(IvfTest, WhatOnlyItsCodeSaysIsFarIsFound) {
  Clusters scattered(2, 0);
  std::vector<TestDocument> documents(kCount);
  for (int i = 0; i < kCount; ++i) {
    documents[i] = {absl::StrCat(i), Language::kEn, {{"x", scattered.Next()}}};
  }
  TestSegmentOptions built;
  built.ann_builder = [](const VectorsView& vectors) {
    return BuildIvf(vectors, BuildOptions());
  };
  const auto generation = MakeGeneration({documents}, built);
  const SegmentReader& reader = *generation->segments[0].reader;
  const auto index = IvfIndex::Parse(reader.ann(), reader.vectors());
  ASSERT_TRUE(index.ok()) << index.status();
  IvfSearchOptions options;
  options.nprobe = 48;
  options.rerank = kCount;
  size_t looked_far = 0;
  for (int i = 0; i < 10; ++i) {
    const std::vector<float> query = scattered.Next();
    const QueryCode code(query);
    const auto want = Passages(NearestByScan(reader, 0, code, All(), 150));
    EXPECT_EQ(Passages(NearestByIvf(*index, reader, 0, query, code, All(), 150,
                                    options)),
              want);
    std::set<uint32_t> first;
    for (const IvfCandidate& candidate :
         index->Candidates(query, 48, 300, reader.vectors(), All())) {
      first.insert(reader.vectors().rows[candidate.row].passage);
    }
    for (const uint32_t passage : want) looked_far += 1 - first.count(passage);
  }
  EXPECT_GT(looked_far, 0);
}

TEST_F(IvfTest, MissesLittleByItsOwnChoiceOfLists) {
  const IvfIndex index = Index();
  int found = 0;
  for (const auto& query : *queries_) {
    const QueryCode code(query);
    const auto want = Passages(NearestByScan(Reader(), 0, code, All(), 10));
    for (uint32_t passage : Passages(
             NearestByIvf(index, Reader(), 0, query, code, All(), 10, {}))) {
      found += want.count(passage);
    }
  }
  EXPECT_GE(found, 380) << "of 400";
}

TEST_F(IvfTest, FiltersBeforeItCutsOff) {
  const IvfIndex index = Index();
  const AllowedPassages allowed = EveryNth(37);
  IvfSearchOptions options;
  options.nprobe = 48;
  options.rerank = kCount;
  for (const auto& query : *queries_) {
    const QueryCode code(query);
    EXPECT_EQ(Passages(NearestByIvf(index, Reader(), 0, query, code, allowed,
                                    10, options)),
              Passages(NearestByScan(Reader(), 0, code, allowed, 10)));
  }
}

TEST_F(IvfTest, KeepsTheBestCandidatesOfThoseThatPass) {
  const IvfIndex index = Index();
  const auto better = [](const IvfCandidate& a, const IvfCandidate& b) {
    return a.approximate != b.approximate ? a.approximate > b.approximate
                                          : a.row < b.row;
  };
  const auto rows = [](const std::vector<IvfCandidate>& candidates) {
    std::set<uint32_t> rows;
    for (const IvfCandidate& candidate : candidates) rows.insert(candidate.row);
    return rows;
  };
  for (const AllowedPassages& allowed : {All(), EveryNth(3)}) {
    for (size_t count : {1u, 7u, 100u, 900u}) {
      for (const auto& query : *queries_) {
        auto want =
            index.Candidates(query, 30, kCount, Reader().vectors(), All());
        want.erase(std::remove_if(want.begin(), want.end(),
                                  [&](const IvfCandidate& candidate) {
                                    return !allowed.Has(candidate.row);
                                  }),
                   want.end());
        std::sort(want.begin(), want.end(), better);
        if (want.size() > count) want.resize(count);
        const auto got =
            index.Candidates(query, 30, count, Reader().vectors(), allowed);
        ASSERT_EQ(got.size(), want.size());
        ASSERT_EQ(rows(got), rows(want)) << count;
      }
    }
  }
}

TEST_F(IvfTest, LeavesOutWhatIsBelowTheFloor) {
  const IvfIndex index = Index();
  IvfSearchOptions options;
  options.nprobe = 48;
  options.rerank = kCount;
  for (const auto& query : *queries_) {
    const QueryCode code(query);
    auto best = NearestByScan(Reader(), 0, code, All(), 20);
    std::sort(best.begin(), best.end(), NearerFirst);
    const float floor = best[6].similarity;
    best.resize(7);
    EXPECT_EQ(Passages(NearestByScan(Reader(), 0, code, All(), 20, floor)),
              Passages(best));
    EXPECT_EQ(Passages(NearestByIvf(index, Reader(), 0, query, code, All(), 20,
                                    options, floor)),
              Passages(best));
  }
}

TEST_F(IvfTest, FindsInManySegmentsWhatEachOfThemHas) {
  Clusters clusters(1);
  std::vector<std::vector<TestDocument>> segments;
  for (const int count : {500, 2500, 1200}) {
    segments.emplace_back();
    for (int i = 0; i < count; ++i) {
      segments.back().push_back({absl::StrCat(count, "/", i),
                                 Language::kEn,
                                 {{"x", clusters.Next()}}});
    }
  }
  TestSegmentOptions built;
  built.ann_builder = [](const VectorsView& vectors) {
    return BuildIvf(vectors, BuildOptions());
  };
  const auto generation = MakeGeneration(segments, built);
  const VectorArm arm(generation);
  NearestOptions options;
  options.scan_vectors = 1000;
  std::vector<AllowedPassages> allowed;
  for (const auto& documents : segments) {
    const auto count = static_cast<uint32_t>(documents.size());
    allowed.push_back({{}, count, count});
  }
  for (const auto& query : *queries_) {
    const QueryCode code(query);
    std::vector<VectorHit> want;
    for (uint32_t s = 0; s < segments.size(); ++s) {
      const SegmentReader& reader = *generation->segments[s].reader;
      ASSERT_EQ(reader.ann().empty(), s == 0);
      const auto hits =
          s == 0
              ? NearestByScan(reader, s, code, allowed[s], 20)
              : NearestByIvf(*IvfIndex::Parse(reader.ann(), reader.vectors()),
                             reader, s, query, code, allowed[s], 20, {});
      want.insert(want.end(), hits.begin(), hits.end());
    }
    std::sort(want.begin(), want.end(), NearerFirst);
    want.resize(20);
    const auto got = arm.Nearest(query, code, allowed, 20, options);
    ASSERT_EQ(got.size(), want.size());
    for (size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i].segment, want[i].segment);
      EXPECT_EQ(got[i].passage, want[i].passage);
      EXPECT_EQ(got[i].similarity, want[i].similarity);
    }
  }
}

TEST_F(IvfTest, IsUsedAboveTheLimitAndNotWhereTheFilterIsSelective) {
  const VectorArm arm(*generation_);
  NearestOptions options;
  options.scan_vectors = 1000;
  options.ivf.nprobe = 1;
  options.ivf.rerank = 10;
  int differs = 0;
  for (const auto& query : *queries_) {
    const QueryCode code(query);
    const auto scan = Passages(NearestByScan(Reader(), 0, code, All(), 10));
    differs += Passages(arm.Nearest(query, code, {All()}, 10, options)) != scan;
    // Few vectors: the scan.
    EXPECT_EQ(Passages(arm.Nearest(query, code, {All()}, 10)), scan);
    // Few that pass: the scan again.
    EXPECT_EQ(Passages(arm.Nearest(query, code, {EveryNth(50)}, 10, options)),
              Passages(NearestByScan(Reader(), 0, code, EveryNth(50), 10)));
  }
  EXPECT_GT(differs, 20);
}

TEST_F(IvfTest, GivesTheSameBytesForTheSameVectors) {
  EXPECT_EQ(*BuildIvf(Reader().vectors(), BuildOptions()),
            std::string(Reader().ann()));
}

TEST_F(IvfTest, MakesNoIndexOverFewVectors) {
  EXPECT_EQ(*BuildIvf(Reader().vectors(), IvfBuildOptions()), "");
}

TEST_F(IvfTest, RefusesDamagedBlobs) {
  const std::string good(Reader().ann());
  // A copy on a multiple of 64, as a segment has it.
  const auto parse = [](std::string bytes) {
    std::vector<char> room(bytes.size() + 64);
    char* begin =
        room.data() + (64 - reinterpret_cast<uintptr_t>(room.data()) % 64) % 64;
    std::memcpy(begin, bytes.data(), bytes.size());
    return IvfIndex::Parse({begin, bytes.size()}, Reader().vectors())
        .status()
        .code();
  };
  EXPECT_EQ(parse(good), absl::StatusCode::kOk);
  for (size_t size : {size_t{1}, size_t{63}, size_t{64}, good.size() - 64}) {
    EXPECT_EQ(parse(good.substr(0, size)), absl::StatusCode::kDataLoss);
  }
  std::string magic = good;
  magic[7] = '9';
  EXPECT_EQ(parse(magic), absl::StatusCode::kUnimplemented);
  for (size_t field : {8, 12, 16, 20, 24, 28}) {
    for (unsigned char value : {0x00, 0x01, 0xff}) {
      std::string bytes = good;
      if (static_cast<unsigned char>(bytes[field]) == value) continue;
      bytes[field] = static_cast<char>(value);
      EXPECT_EQ(parse(bytes), absl::StatusCode::kDataLoss) << field;
    }
  }
  const IvfHeader& header = Index().header();
  const size_t rows =
      sizeof(IvfHeader) + IvfAligned(header.lists * kDimension * 4) +
      IvfAligned(kDimension * 16 * 4) + IvfAligned((header.lists + 1) * 4);
  std::string row = good;
  std::memset(&row[rows], 0x7f, 4);
  EXPECT_EQ(parse(row), absl::StatusCode::kDataLoss);
}

}  // namespace
}  // namespace footnote
