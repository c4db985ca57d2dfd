#include "storage/segment_reader.h"

#include <string.h>

#include <random>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gtest/gtest.h"
#include "tests/storage/segment_builder.h"
#include "tests/storage/segment_damage.h"

namespace footnote {
namespace {

// A small segment with everything in it, as bytes.
const std::string& Bytes() {
  static const std::string* const bytes = [] {
    const std::string path = MakeTestFolder() + "/a.seg";
    SegmentOptions options = TestOptions();
    options.ann_builder =
        [](const VectorsView&) -> absl::StatusOr<std::string> {
      return std::string("a vector index");
    };
    SegmentWriter writer(options);
    AddAll(RandomDocuments(0, 60, 4, 60, 1), &writer);
    EXPECT_TRUE(writer.Finish(path).ok());
    return new std::string(ReadWholeFile(path));
  }();
  return *bytes;
}

TEST(SegmentReaderTest, ReportsTheSectionWhenOneByteIsFlipped) {
  const std::map<uint32_t, std::string> names = {{1, "info"},
                                                 {2, "strings"},
                                                 {3, "documents"},
                                                 {4, "document order"},
                                                 {5, "attributes"},
                                                 {6, "passages"},
                                                 {7, "sentences"},
                                                 {8, "term keys"},
                                                 {9, "terms"},
                                                 {10, "postings"},
                                                 {11, "position offsets"},
                                                 {12, "positions"},
                                                 {13, "vector rows"},
                                                 {14, "vector codes"},
                                                 {15, "vector exact"},
                                                 {16, "ann"}};
  const std::vector<SectionEntry> table = SectionTable(Bytes());
  EXPECT_EQ(table.size(), names.size());
  for (const SectionEntry& entry : table) {
    for (const uint64_t at : {uint64_t{0}, entry.size / 2, entry.size - 1}) {
      std::string bytes = Bytes();
      bytes[entry.offset + at] ^= 0x10;
      const auto reader = SegmentReader::OpenBytes(bytes, "000042.seg");
      ASSERT_EQ(reader.status().code(), absl::StatusCode::kDataLoss);
      EXPECT_TRUE(
          absl::StrContains(reader.status().message(),
                            absl::StrCat("segment 000042.seg: section ",
                                         names.at(entry.id), ": checksum")))
          << reader.status();
    }
  }
}

TEST(SegmentReaderTest, NoticesEveryFlippedByteOfHeaderTableAndFooter) {
  std::vector<size_t> places;
  for (size_t i = 0; i < sizeof(SegmentHeader); ++i) places.push_back(i);
  SegmentFooter footer;
  memcpy(&footer, Bytes().data() + Bytes().size() - sizeof(footer),
         sizeof(footer));
  for (size_t i = footer.table_offset; i < Bytes().size(); ++i) {
    places.push_back(i);
  }
  for (const size_t place : places) {
    std::string bytes = Bytes();
    bytes[place] ^= 0x01;
    EXPECT_FALSE(SegmentReader::OpenBytes(bytes, "a.seg").ok()) << place;
  }
}

TEST(SegmentReaderTest, SaysDataLossWhereverTheFileIsCut) {
  for (size_t size = 0; size < Bytes().size(); size += 1 + size / 20) {
    const auto reader =
        SegmentReader::OpenBytes(Bytes().substr(0, size), "a.seg");
    ASSERT_EQ(reader.status().code(), absl::StatusCode::kDataLoss) << size;
  }
  EXPECT_EQ(SegmentReader::OpenBytes(Bytes() + "x", "a.seg").status().code(),
            absl::StatusCode::kDataLoss);
}

TEST(SegmentReaderTest, SaysUnimplementedForANewerFormat) {
  std::string bytes = Bytes();
  ++bytes[offsetof(SegmentHeader, format_version)];
  const absl::Status status = SegmentReader::OpenBytes(bytes, "a.seg").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnimplemented);
  EXPECT_TRUE(absl::StrContains(status.message(), "format version 2"));
}

TEST(SegmentReaderTest, NeverReadsOutsideTheFileWhenChecksumsLie) {
  std::mt19937 random(3);
  const std::vector<SectionEntry> table = SectionTable(Bytes());
  int opened = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string bytes = Bytes();
    const SectionEntry& entry = table[random() % table.size()];
    const int flips = 1 + random() % 4;
    for (int i = 0; i < flips; ++i) {
      const uint64_t at = entry.offset + random() % entry.size;
      bytes[at] = static_cast<char>(random());
    }
    Reseal(&bytes);
    const auto reader = SegmentReader::OpenBytes(bytes, "a.seg");
    if (!reader.ok()) continue;
    ++opened;
    ASSERT_TRUE(ReadEverything(**reader));
  }
  // Many flips only change a word or a number.
  EXPECT_GT(opened, 300);
}

TEST(SegmentReaderTest, PositionsThatFallAreDamage) {
  const std::string path = MakeTestFolder() + "/a.seg";
  SegmentOptions options = TestOptions();
  options.positions = true;
  SegmentWriter writer(options);
  SegmentDocument document;
  document.id = "d";
  const std::string hash(32, 'h');
  document.sha256 = hash;
  ASSERT_TRUE(writer.AddDocument(document).ok());
  std::vector<SegmentToken> tokens;
  for (uint32_t position = 1; position <= 7; ++position) {
    tokens.push_back({77, position, 0, 1});
  }
  SegmentPassage passage;
  passage.tokens = tokens;
  ASSERT_TRUE(writer.AddPassage(passage).ok());
  ASSERT_TRUE(writer.Finish(path).ok());
  std::string bytes = ReadWholeFile(path);
  for (const SectionEntry& entry : SectionTable(bytes)) {
    if (entry.id != static_cast<uint32_t>(SectionId::kPositions)) continue;
    // Behind the place of the stride: how many, and the gap before each. Two:
    // five, and two less.
    ASSERT_EQ(bytes[entry.offset + 4], 7);
    bytes.replace(entry.offset + 4, 7, "\x02\x05\xfe\xff\xff\xff\x0f");
  }
  Reseal(&bytes);
  const auto reader = SegmentReader::OpenBytes(bytes, "a.seg");
  ASSERT_TRUE(reader.ok()) << reader.status();
  PostingsIterator it = (*reader)->Postings(77);
  ASSERT_TRUE(it.Valid());
  ASSERT_EQ(it.Block().count, 1);
  std::vector<uint32_t> positions;
  const absl::Status status = it.Positions(0, &positions);
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "positions")) << status;
}

TEST(SegmentReaderTest, SkipsToTheBlockThatHoldsAnOrdinal) {
  const std::string path = MakeTestFolder() + "/a.seg";
  SegmentWriter writer(TestOptions());
  SegmentDocument document;
  document.id = "d";
  const std::string hash(32, 'h');
  document.sha256 = hash;
  ASSERT_TRUE(writer.AddDocument(document).ok());
  std::vector<uint32_t> holders;
  std::mt19937 random(4);
  for (uint32_t p = 0; p < 20000; ++p) {
    const SegmentToken tokens[] = {{77, 0, 0, 0}};
    SegmentPassage passage;
    if (random() % 3 == 0) {
      passage.tokens = tokens;
      holders.push_back(p);
    }
    ASSERT_TRUE(writer.AddPassage(passage).ok());
  }
  ASSERT_TRUE(writer.Finish(path).ok());
  const auto reader = SegmentReader::Open(path);
  ASSERT_TRUE(reader.ok());
  for (int round = 0; round < 200; ++round) {
    PostingsIterator it = (*reader)->Postings(77);
    uint32_t target = 0;
    while (true) {
      target += random() % (round < 100 ? 100 : 5000);
      it.SkipTo(target);
      const auto want =
          std::lower_bound(holders.begin(), holders.end(), target);
      if (want == holders.end()) {
        ASSERT_FALSE(it.Valid());
        break;
      }
      ASSERT_TRUE(it.Valid());
      const auto& block = it.Block();
      const auto found = std::lower_bound(block.ordinals,
                                          block.ordinals + block.count, target);
      ASSERT_NE(found, block.ordinals + block.count);
      ASSERT_EQ(*found, *want);
    }
  }
}

TEST(SegmentReaderTest, LeavesLargeSectionsToVerifyRest) {
  const std::string path = MakeTestFolder() + "/a.seg";
  std::string bytes = Bytes();
  for (const SectionEntry& entry : SectionTable(bytes)) {
    if (entry.id == static_cast<uint32_t>(SectionId::kVectorExact)) {
      bytes[entry.offset + 3] ^= 1;
    }
  }
  FILE* file = fopen(path.c_str(), "wb");
  fwrite(bytes.data(), 1, bytes.size(), file);
  fclose(file);
  EXPECT_FALSE(SegmentReader::Open(path).ok());
  SegmentOpenOptions options;
  options.verify_at_most_bytes = 1000;
  const auto reader = SegmentReader::Open(path, options);
  ASSERT_TRUE(reader.ok()) << reader.status();
  const absl::Status status = (*reader)->VerifyRest();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(absl::StrContains(status.message(), "vector exact")) << status;
}

TEST(SegmentReaderTest, SaysNotFoundForAFileThatIsNotThere) {
  EXPECT_EQ(SegmentReader::Open("/nowhere/a.seg").status().code(),
            absl::StatusCode::kNotFound);
}

}  // namespace
}  // namespace footnote
