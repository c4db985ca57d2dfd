#include "storage/manifest.h"

#include <random>

#include "gtest/gtest.h"

namespace footnote {
namespace {

Manifest Example() {
  Manifest manifest;
  manifest.collection = "c";
  manifest.generation = 12;
  manifest.analyzer_version = 3;
  manifest.encoder_hash = std::string(32, 'e');
  manifest.dimension = 512;
  manifest.documents = 8;
  manifest.passages = 80;
  manifest.total_length = {1, 2, 3, 4};
  manifest.created_us = 123456789;
  ManifestSegment segment;
  segment.name = "000000000001.seg";
  segment.file_bytes = 1 << 20;
  segment.documents = 10;
  segment.passages = 100;
  segment.deleted_documents = {0, 9};
  segment.deleted_passages = 20;
  manifest.segments = {segment, segment};
  return manifest;
}

TEST(ManifestTest, ReadsBackWhatWasWritten) {
  const Manifest want = Example();
  const Manifest got = DecodeManifest(EncodeManifest(want)).value();
  EXPECT_EQ(got.collection, want.collection);
  EXPECT_EQ(got.generation, want.generation);
  EXPECT_EQ(got.encoder_hash, want.encoder_hash);
  EXPECT_EQ(got.total_length, want.total_length);
  ASSERT_EQ(got.segments.size(), 2);
  EXPECT_EQ(got.segments[1].name, want.segments[1].name);
  EXPECT_EQ(got.segments[1].deleted_documents,
            want.segments[1].deleted_documents);
  EXPECT_EQ(got.segments[1].deleted_passages, 20);
}

TEST(ManifestTest, RefusesBytesThatAreCutOrFollowed) {
  const std::string bytes = EncodeManifest(Example());
  for (size_t size = 0; size < bytes.size(); ++size) {
    EXPECT_EQ(DecodeManifest(bytes.substr(0, size)).status().code(),
              absl::StatusCode::kDataLoss);
  }
  EXPECT_EQ(DecodeManifest(bytes + "x").status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(ManifestTest, SaysUnimplementedForANewerRelease) {
  std::string bytes = EncodeManifest(Example());
  bytes[0] = 2;
  EXPECT_EQ(DecodeManifest(bytes).status().code(),
            absl::StatusCode::kUnimplemented);
}

TEST(ManifestTest, RefusesSegmentNamesThatLeaveTheFolder) {
  Manifest manifest = Example();
  manifest.segments[0].name = "../db/CURRENT";
  EXPECT_EQ(DecodeManifest(EncodeManifest(manifest)).status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(ManifestTest, SurvivesAnyBytes) {
  std::mt19937 random(1);
  const std::string good = EncodeManifest(Example());
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = good;
    for (int i = 0; i < 3; ++i) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    const auto manifest = DecodeManifest(bytes);
    if (!manifest.ok()) continue;
    for (const ManifestSegment& segment : manifest->segments) {
      for (const uint32_t d : segment.deleted_documents) {
        ASSERT_LT(d, segment.documents);
      }
    }
  }
}

}  // namespace
}  // namespace footnote
