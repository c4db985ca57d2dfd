#include "storage/segment_writer.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <limits>
#include <random>
#include <set>

#include "gtest/gtest.h"
#include "tests/storage/segment_builder.h"

namespace footnote {
namespace {

std::set<std::string> Files(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    names.insert(entry.path().filename());
  }
  return names;
}

TEST(SegmentWriterTest, ReaderFindsEverythingThatWasWritten) {
  const std::string path = MakeTestFolder() + "/a.seg";
  const auto documents = RandomDocuments(0, 200, 4, 3000, 1);
  SegmentWriter writer(TestOptions());
  AddAll(documents, &writer);
  ASSERT_TRUE(writer.Finish(path).ok());
  const auto reader = SegmentReader::Open(path);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->info().analyzer_version, 7);
  EXPECT_EQ((*reader)->info().encoder_hash[31], 0x5a);
  ExpectHolds(**reader, documents);
}

TEST(SegmentWriterTest, IsEmptyAndUsableAfterFinish) {
  const std::string folder = MakeTestFolder();
  SegmentWriter writer(TestOptions());
  AddAll(RandomDocuments(0, 20, 3, 100, 2), &writer);
  ASSERT_TRUE(writer.Finish(folder + "/a.seg").ok());
  EXPECT_EQ(writer.passage_count(), 0);
  const auto second = RandomDocuments(50, 20, 3, 100, 3);
  AddAll(second, &writer);
  ASSERT_TRUE(writer.Finish(folder + "/b.seg").ok());
  const auto reader = SegmentReader::Open(folder + "/b.seg");
  ASSERT_TRUE(reader.ok());
  ExpectHolds(**reader, second);
  EXPECT_EQ(Files(folder), (std::set<std::string>{"a.seg", "b.seg"}));
}

TEST(SegmentWriterTest, WritesDocumentsWithoutPassagesOrTerms) {
  const std::string path = MakeTestFolder() + "/a.seg";
  SegmentOptions options;
  SegmentWriter writer(options);
  SegmentDocument document;
  document.id = "empty";
  const std::string hash(32, 'h');
  document.sha256 = hash;
  ASSERT_TRUE(writer.AddDocument(document).ok());
  ASSERT_TRUE(writer.Finish(path).ok());
  const auto reader = SegmentReader::Open(path);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->passage_count(), 0);
  EXPECT_EQ((*reader)->vectors().count, 0);
  EXPECT_FALSE((*reader)->Postings(1).Valid());
  EXPECT_EQ((*reader)->ann(), "");
  EXPECT_TRUE((*reader)->VerifyAll().ok());
}

TEST(SegmentWriterTest, SortsVectorsThatArriveBehindTheirPassages) {
  const std::string path = MakeTestFolder() + "/a.seg";
  SegmentOptions options = TestOptions();
  options.exact = ExactVectors::kFloat32;
  SegmentWriter writer(options);
  SegmentDocument document;
  document.id = "d";
  const std::string hash(32, 'h');
  document.sha256 = hash;
  ASSERT_TRUE(writer.AddDocument(document).ok());
  for (int p = 0; p < 5; ++p) {
    ASSERT_TRUE(writer.AddPassage(SegmentPassage()).ok());
  }
  for (const int p : {3, 0, 4}) {
    const std::vector<float> row(20, p + .25f);
    ASSERT_TRUE(writer.AddVectorOf(p, row).ok());
  }
  ASSERT_TRUE(writer.Finish(path).ok());
  const auto reader = SegmentReader::Open(path);
  ASSERT_TRUE(reader.ok());
  const VectorsView& vectors = (*reader)->vectors();
  ASSERT_EQ(vectors.count, 3);
  const uint32_t want[] = {0, 3, 4};
  for (int r = 0; r < 3; ++r) {
    EXPECT_EQ(vectors.rows[r].passage, want[r]);
    float row[20];
    DecodeVector(vectors, r, row);
    EXPECT_EQ(row[7], want[r] + .25f);
  }
  EXPECT_EQ((*reader)->VectorRowsOf(1).first,
            (*reader)->VectorRowsOf(1).second);
  EXPECT_EQ((*reader)->VectorRowsOf(3).first, 1);
}

TEST(SegmentWriterTest, StoresTheBlobThatTheAnnBuilderMakesOfTheVectors) {
  const std::string path = MakeTestFolder() + "/a.seg";
  SegmentOptions options = TestOptions();
  options.ann_builder =
      [](const VectorsView& vectors) -> absl::StatusOr<std::string> {
    float row[20];
    DecodeVector(vectors, vectors.count - 1, row);
    return "rows " + std::to_string(vectors.count);
  };
  SegmentWriter writer(options);
  AddAll(RandomDocuments(0, 30, 3, 100, 4), &writer);
  ASSERT_TRUE(writer.Finish(path).ok());
  const auto reader = SegmentReader::Open(path);
  ASSERT_TRUE(reader.ok());
  EXPECT_EQ((*reader)->ann(),
            "rows " + std::to_string((*reader)->vectors().count));
}

TEST(SegmentWriterTest, LeavesNoFileWhenTheAnnBuilderFails) {
  const std::string folder = MakeTestFolder();
  SegmentOptions options = TestOptions();
  options.ann_builder = [](const VectorsView&) -> absl::StatusOr<std::string> {
    return absl::CancelledError("stopped");
  };
  SegmentWriter writer(options);
  AddAll(RandomDocuments(0, 30, 3, 100, 4), &writer);
  EXPECT_EQ(writer.Finish(folder + "/a.seg").code(),
            absl::StatusCode::kCancelled);
  EXPECT_TRUE(Files(folder).empty());
}

TEST(SegmentWriterTest, RefusesWhatItCannotStore) {
  SegmentWriter writer(TestOptions());
  EXPECT_EQ(writer.Finish("/nowhere/a.seg").code(),
            absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(writer.AddPassage(SegmentPassage()).ok());
  SegmentDocument document;
  document.id = "d";
  document.sha256 = "short";
  EXPECT_FALSE(writer.AddDocument(document).ok());
  const std::string hash(32, 'h');
  document.sha256 = hash;
  ASSERT_TRUE(writer.AddDocument(document).ok());
  SegmentPassage passage;
  passage.begin = 5;
  passage.end = 4;
  EXPECT_FALSE(writer.AddPassage(passage).ok());
  passage.end = 9;
  const SentenceRow outside[] = {{0, 5}};
  passage.sentences = outside;
  EXPECT_FALSE(writer.AddPassage(passage).ok());
  passage.sentences = {};
  const SegmentToken tokens[] = {{1, 0, kMaxChannels, 0}};
  passage.tokens = tokens;
  EXPECT_FALSE(writer.AddPassage(passage).ok());
  passage.tokens = {};
  ASSERT_TRUE(writer.AddPassage(passage).ok());
  EXPECT_FALSE(writer.AddVector(std::vector<float>(19)).ok());
  EXPECT_FALSE(writer.AddVectorOf(1, std::vector<float>(20)).ok());
  std::vector<float> bad(20, std::numeric_limits<float>::quiet_NaN());
  EXPECT_FALSE(writer.AddVector(bad).ok());
  EXPECT_EQ(writer.Finish("/nowhere/a.seg").code(),
            absl::StatusCode::kNotFound);
}

TEST(SegmentWriterTest, KeepsFrequenciesAndLengthsWithinSixteenBits) {
  const std::string path = MakeTestFolder() + "/a.seg";
  SegmentWriter writer(TestOptions());
  SegmentDocument document;
  document.id = "d";
  const std::string hash(32, 'h');
  document.sha256 = hash;
  ASSERT_TRUE(writer.AddDocument(document).ok());
  std::vector<SegmentToken> tokens(70000, {99, 1, 0, 255});
  tokens.push_back({100, 2, 0, 0});
  SegmentPassage passage;
  passage.tokens = tokens;
  for (int p = 0; p < 3; ++p) ASSERT_TRUE(writer.AddPassage(passage).ok());
  ASSERT_TRUE(writer.Finish(path).ok());
  const auto reader = SegmentReader::Open(path);
  ASSERT_TRUE(reader.ok());
  PostingsIterator it = (*reader)->Postings(99);
  ASSERT_TRUE(it.Valid());
  EXPECT_EQ(it.Block().count, 3);
  EXPECT_EQ(it.Block().frequencies[0], 65535);
  EXPECT_EQ(it.Block().frequencies[2], 65535);
  EXPECT_EQ((*reader)->passages()[0].length[0], 65535);
}

TEST(SegmentWriterTest, SaysThatTheDiskIsFullAndLeavesNothing) {
  const std::string folder = MakeTestFolder();
  SegmentWriter writer(TestOptions());
  AddAll(RandomDocuments(0, 500, 4, 3000, 5), &writer);
  // A file may grow to 64 KiB here: the segment would be larger.
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  rlimit small = before;
  small.rlim_cur = 64 << 10;
  signal(SIGXFSZ, SIG_IGN);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &small), 0);
  const absl::Status status = writer.Finish(folder + "/a.seg");
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted) << status;
  EXPECT_TRUE(Files(folder).empty());
}

TEST(SegmentWriterTest, WritesTermsOfWhichEachStandsInOnePassageOnly) {
  for (const bool positions : {false, true}) {
    const std::string path = MakeTestFolder() + "/a.seg";
    SegmentOptions options = TestOptions();
    options.positions = positions;
    SegmentWriter writer(options);
    SegmentDocument document;
    document.id = "d";
    const std::string hash(32, 'h');
    document.sha256 = hash;
    ASSERT_TRUE(writer.AddDocument(document).ok());
    std::vector<SegmentToken> tokens;
    for (uint32_t t = 0; t < 100; ++t) tokens.push_back({t + 1, t, 0, 0});
    SegmentPassage passage;
    passage.tokens = tokens;
    ASSERT_TRUE(writer.AddPassage(passage).ok());
    ASSERT_TRUE(writer.Finish(path).ok());
    const auto reader = SegmentReader::Open(path);
    ASSERT_TRUE(reader.ok());
    EXPECT_EQ((*reader)->term_count(), 100);
    EXPECT_EQ((*reader)->DocumentFrequency(57), 1);
    EXPECT_TRUE((*reader)->VerifyAll().ok());
  }
}

TEST(SegmentWriterTest, CountsTheMemoryThatItHolds) {
  SegmentWriter writer(TestOptions());
  const size_t empty = writer.ApproximateBytes();
  EXPECT_LT(empty, 1 << 20);
  AddAll(RandomDocuments(0, 500, 4, 3000, 6), &writer);
  EXPECT_GT(writer.ApproximateBytes(), empty + writer.passage_count() * 100);
}

SegmentDocument TestDocument(absl::string_view sha256) {
  SegmentDocument document;
  document.id = "d";
  document.sha256 = sha256;
  return document;
}

TEST(SegmentWriterTest, WordsMakeThePostingsOfTheirTerms) {
  const std::string path = MakeTestFolder() + "/a.seg";
  SegmentOptions options = TestOptions();
  options.positions = true;
  SegmentWriter writer(options);
  const uint64_t first_id = writer.words_id();
  const std::string sha256(32, 'x');
  ASSERT_TRUE(writer.AddDocument(TestDocument(sha256)).ok());
  const uint32_t storm = writer.AddWord({{10, 0}, {20, 1}}, {1, 2});
  const uint32_t storms = writer.AddWord({{10, 0}, {30, 1}}, {1, 1});
  const std::vector<SegmentWord> words = {{storms, 0}, {storm, 1}, {storm, 7}};
  const std::vector<SegmentToken> tokens = {{10, 3, 0, 1}};
  SegmentPassage passage;
  passage.words = words;
  ASSERT_TRUE(writer.AddPassage(passage).ok());
  passage.tokens = tokens;
  passage.length = {5};
  ASSERT_TRUE(writer.AddPassage(passage).ok());
  ASSERT_TRUE(writer.Finish(path).ok());
  EXPECT_NE(writer.words_id(), first_id);

  const auto reader = SegmentReader::Open(path);
  ASSERT_TRUE(reader.ok()) << reader.status();
  EXPECT_EQ((*reader)->info().term_count, 3);
  EXPECT_EQ((*reader)->DocumentFrequency(10), 2);
  EXPECT_EQ((*reader)->DocumentFrequency(20), 2);
  EXPECT_EQ((*reader)->DocumentFrequency(30), 2);
  const auto passages = (*reader)->passages();
  EXPECT_EQ(passages[0].length[0], 3);
  EXPECT_EQ(passages[0].length[1], 5);
  EXPECT_EQ(passages[1].length[0], 8);
  EXPECT_EQ(passages[1].length[1], 5);
}

TEST(SegmentWriterTest, KeepsPositionsOfAnyCountAndSize) {
  const std::string path = MakeTestFolder() + "/a.seg";
  SegmentOptions options = TestOptions();
  options.positions = true;
  SegmentWriter writer(options);
  const std::string sha256(32, 'x');
  ASSERT_TRUE(writer.AddDocument(TestDocument(sha256)).ok());
  // Where what is written gets a byte longer.
  const std::vector<uint32_t> edges = {0,
                                       1,
                                       127,
                                       128,
                                       16383,
                                       16384,
                                       65535,
                                       1u << 20,
                                       (1u << 21) - 1,
                                       (1u << 24) - 1};
  std::vector<std::vector<uint32_t>> want;
  for (uint32_t passage = 0; passage < 300; ++passage) {
    std::vector<uint32_t> positions = {edges[passage % edges.size()]};
    // Counts of one byte, and now and then of two.
    const uint32_t more = passage % 40 == 39 ? 130 : passage * passage % 3;
    for (uint32_t i = 0; i < more; ++i) {
      positions.push_back(edges[(passage + i) % edges.size()]);
    }
    std::vector<SegmentToken> tokens;
    for (const uint32_t position : positions) {
      tokens.push_back({10, position, 0, 1});
    }
    SegmentPassage row;
    row.tokens = tokens;
    ASSERT_TRUE(writer.AddPassage(row).ok());
    std::sort(positions.begin(), positions.end());
    want.push_back(positions);
  }
  ASSERT_TRUE(writer.Finish(path).ok());

  const auto reader = SegmentReader::Open(path);
  ASSERT_TRUE(reader.ok()) << reader.status();
  size_t passage = 0;
  for (PostingsIterator it = (*reader)->Postings(10); it.Valid();
       it.NextBlock()) {
    for (int i = 0; i < it.Block().count; ++i, ++passage) {
      std::vector<uint32_t> positions;
      ASSERT_TRUE(it.Positions(i, &positions).ok());
      EXPECT_EQ(positions, want[passage]);
    }
  }
  EXPECT_EQ(passage, want.size());
}

TEST(SegmentWriterTest, RefusesAWordWithoutANumber) {
  SegmentWriter writer(TestOptions());
  const std::string sha256(32, 'x');
  ASSERT_TRUE(writer.AddDocument(TestDocument(sha256)).ok());
  const uint32_t word = writer.AddWord({{10, 0}}, {1});
  const std::vector<SegmentWord> words = {{word, 0}, {word + 1, 1}};
  SegmentPassage passage;
  passage.words = words;
  EXPECT_FALSE(writer.AddPassage(passage).ok());
  EXPECT_EQ(writer.passage_count(), 0);
}

}  // namespace
}  // namespace footnote
