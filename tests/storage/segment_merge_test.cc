#include "storage/segment_merge.h"

#include "gtest/gtest.h"
#include "tests/storage/segment_builder.h"

namespace footnote {
namespace {

std::shared_ptr<const SegmentReader> Write(
    const std::string& path, const std::vector<WrittenDocument>& documents,
    const SegmentOptions& options = TestOptions()) {
  SegmentWriter writer(options);
  AddAll(documents, &writer);
  EXPECT_TRUE(writer.Finish(path).ok());
  auto reader = SegmentReader::Open(path);
  EXPECT_TRUE(reader.ok()) << reader.status();
  return *reader;
}

TEST(SegmentMergeTest, EqualsASegmentWrittenFromTheDocumentsThatRemain) {
  const std::string folder = MakeTestFolder();
  const auto a = RandomDocuments(0, 80, 4, 2000, 1);
  const auto b = RandomDocuments(100, 5, 2, 50, 2);
  const auto c = RandomDocuments(200, 90, 4, 2000, 3);
  const std::vector<uint32_t> deleted_a = {0, 7, 8, 79};
  std::vector<WrittenDocument> remain;
  for (uint32_t d = 0; d < a.size(); ++d) {
    if (std::find(deleted_a.begin(), deleted_a.end(), d) == deleted_a.end()) {
      remain.push_back(a[d]);
    }
  }
  remain.insert(remain.end(), c.begin(), c.end());
  const MergeInput inputs[] = {
      {Write(folder + "/a.seg", a), deleted_a},
      {Write(folder + "/b.seg", b), {0, 1, 2, 3, 4}},
      {Write(folder + "/c.seg", c), {}},
  };
  const absl::Status status = MergeSegments(inputs, nullptr, folder + "/m.seg");
  ASSERT_TRUE(status.ok()) << status;
  const auto merged = SegmentReader::Open(folder + "/m.seg");
  ASSERT_TRUE(merged.ok()) << merged.status();
  ExpectHolds(**merged, remain);

  const auto direct = Write(folder + "/direct.seg", remain);
  EXPECT_EQ((*merged)->info().string_count, direct->info().string_count);
  EXPECT_EQ((*merged)->info().posting_count, direct->info().posting_count);
  EXPECT_EQ((*merged)->info().text_bytes, direct->info().text_bytes);
  for (int g = 0; g < kLengthGroups; ++g) {
    EXPECT_EQ((*merged)->info().total_length[g],
              direct->info().total_length[g]);
  }
  // The bytes of deleted documents are gone.
  EXPECT_EQ(ReadWholeFile(folder + "/m.seg").find("Title of d7\1"),
            std::string::npos);
  EXPECT_FALSE((*merged)->FindString("Title of d7").has_value());
}

TEST(SegmentMergeTest, RefusesSegmentsMadeDifferently) {
  const std::string folder = MakeTestFolder();
  const auto a = Write(folder + "/a.seg", RandomDocuments(0, 9, 2, 50, 1));
  SegmentOptions other = TestOptions();
  other.analyzer_version = 8;
  const auto b =
      Write(folder + "/b.seg", RandomDocuments(10, 9, 2, 50, 1), other);
  const MergeInput inputs[] = {{a, {}}, {b, {}}};
  const absl::Status status = MergeSegments(inputs, nullptr, folder + "/m.seg");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_NE(status.message().find("analyser"), std::string::npos) << status;
}

TEST(SegmentMergeTest, ASegmentWithoutVectorsJoinsOneThatHasThem) {
  const std::string folder = MakeTestFolder();
  std::vector<WrittenDocument> texts = RandomDocuments(0, 9, 2, 50, 1);
  for (WrittenDocument& document : texts) {
    for (WrittenPassage& passage : document.passages) passage.vectors.clear();
  }
  SegmentOptions without = TestOptions();
  without.dimension = 0;
  const auto a = Write(folder + "/a.seg", texts, without);
  const auto others = RandomDocuments(10, 9, 2, 50, 1);
  const auto b = Write(folder + "/b.seg", others);
  ASSERT_GT(b->vectors().count, 0);
  std::vector<WrittenDocument> all = texts;
  all.insert(all.end(), others.begin(), others.end());
  std::vector<WrittenDocument> reversed = others;
  reversed.insert(reversed.end(), texts.begin(), texts.end());
  for (const bool text_first : {true, false}) {
    const MergeInput inputs[] = {{text_first ? a : b, {}},
                                 {text_first ? b : a, {}}};
    ASSERT_EQ(MergeSegments(inputs, nullptr, folder + "/m.seg"),
              absl::OkStatus());
    const auto merged = SegmentReader::Open(folder + "/m.seg");
    ASSERT_TRUE(merged.ok()) << merged.status();
    EXPECT_EQ((*merged)->info().dimension, b->info().dimension);
    ExpectHolds(**merged, text_first ? all : reversed);
  }
}

TEST(SegmentMergeTest, SaysSoWhenNothingIsLeft) {
  const std::string folder = MakeTestFolder();
  const auto a = Write(folder + "/a.seg", RandomDocuments(0, 2, 2, 50, 1));
  const MergeInput inputs[] = {{a, {0, 1}}};
  EXPECT_EQ(MergeSegments(inputs, nullptr, folder + "/m.seg").code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(SegmentMergeTest, BuildsTheVectorIndexAnew) {
  const std::string folder = MakeTestFolder();
  const auto a = Write(folder + "/a.seg", RandomDocuments(0, 20, 3, 50, 1));
  const auto b = Write(folder + "/b.seg", RandomDocuments(30, 20, 3, 50, 2));
  const MergeInput inputs[] = {{a, {}}, {b, {}}};
  const AnnBuilder builder =
      [](const VectorsView& vectors) -> absl::StatusOr<std::string> {
    return std::to_string(vectors.count);
  };
  ASSERT_TRUE(MergeSegments(inputs, builder, folder + "/m.seg").ok());
  const auto merged = SegmentReader::Open(folder + "/m.seg");
  ASSERT_TRUE(merged.ok());
  EXPECT_EQ((*merged)->ann(),
            std::to_string(a->vectors().count + b->vectors().count));
}

}  // namespace
}  // namespace footnote
