#include "indexer/file_assembler.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

namespace footnote {
namespace {

using ::testing::HasSubstr;

class FileAssemblerTest : public ::testing::Test {
 protected:
  FileAssembler Make(size_t max_bytes = 1 << 20) {
    ExtractLimits limits;
    limits.max_document_bytes = max_bytes;
    return FileAssembler(
        limits, [this](SourceFile file) { files_.push_back(std::move(file)); },
        [this](const std::string& document, const absl::Status& why) {
          failures_.emplace_back(document, std::string(why.message()));
        });
  }

  static SourceFile Named(const std::string& document) {
    SourceFile file;
    file.document = document;
    return file;
  }

  std::vector<SourceFile> files_;
  std::vector<std::pair<std::string, std::string>> failures_;
};

TEST_F(FileAssemblerTest, PutsChunksTogether) {
  FileAssembler assembler = Make();
  ASSERT_TRUE(assembler.Begin(Named("a")).ok());
  ASSERT_TRUE(assembler.Append("one ", false).ok());
  ASSERT_TRUE(assembler.Append("two", false).ok());
  ASSERT_TRUE(assembler.Append("", true).ok());
  ASSERT_EQ(files_.size(), 1);
  EXPECT_EQ(files_[0].bytes, "one two");
}

// In small chunks; it took minutes while each looked through all before it.
TEST_F(FileAssemblerTest, TakesLinearTimeForALongLine) {
  FileAssembler assembler = Make(64 << 20);
  SourceFile file = Named("a");
  file.media_type = "application/jsonl";
  ASSERT_TRUE(assembler.Begin(std::move(file)).ok());
  const std::string chunk(64, 'x');
  size_t bytes = 0;
  for (; bytes < 32 << 20; bytes += chunk.size()) {
    ASSERT_TRUE(assembler.Append(chunk, false).ok());
  }
  ASSERT_TRUE(assembler.Append("\nshort\n", false).ok());
  ASSERT_TRUE(assembler.Append("last", true).ok());
  ASSERT_EQ(files_.size(), 2);
  EXPECT_EQ(files_[0].bytes.size(), bytes + 7);
  EXPECT_EQ(files_[1].bytes, "last");
  EXPECT_EQ(files_[1].lines_before, 2);
  EXPECT_TRUE(failures_.empty());
}

TEST_F(FileAssemblerTest, HandsOnAnEmptyFileToo) {
  FileAssembler assembler = Make();
  ASSERT_TRUE(assembler.Begin(Named("empty")).ok());
  ASSERT_TRUE(assembler.Append("", true).ok());
  EXPECT_EQ(files_.size(), 1);
}

TEST_F(FileAssemblerTest, RefusesMessagesOutOfOrder) {
  FileAssembler assembler = Make();
  EXPECT_FALSE(assembler.Append("x", false).ok());
  ASSERT_TRUE(assembler.Begin(Named("a")).ok());
  EXPECT_FALSE(assembler.Begin(Named("b")).ok());
}

TEST_F(FileAssemblerTest, FailsAFileThatOutgrowsTheLimitAndTakesTheNext) {
  FileAssembler assembler = Make(1000);
  ASSERT_TRUE(assembler.Begin(Named("big")).ok());
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(assembler.Append(std::string(100, 'x'), i == 99).ok());
  }
  ASSERT_EQ(failures_.size(), 1);
  EXPECT_EQ(failures_[0].first, "big");
  EXPECT_THAT(failures_[0].second, HasSubstr("1000"));
  ASSERT_TRUE(assembler.Begin(Named("small")).ok());
  ASSERT_TRUE(assembler.Append("fine", true).ok());
  ASSERT_EQ(files_.size(), 1);
  EXPECT_EQ(files_[0].document, "small");
}

TEST_F(FileAssemblerTest, HandsOnJsonLinesInPartsThatEndWithALine) {
  FileAssembler assembler = Make(20 << 20);
  std::string line = "{\"text\":\"" + std::string(1000, 'x') + "\"}\n";
  std::string all;
  while (all.size() < (10 << 20)) all += line;
  ASSERT_TRUE(assembler.Begin(Named("lines")).ok());
  for (size_t at = 0; at < all.size(); at += 300000) {
    ASSERT_TRUE(assembler.Append(all.substr(at, 300000), false).ok());
  }
  ASSERT_TRUE(assembler.Append("{\"text\":\"end\"}", true).ok());
  ASSERT_GE(files_.size(), 3);
  std::string joined;
  uint32_t lines = 0;
  for (const SourceFile& file : files_) {
    EXPECT_EQ(file.lines_before, lines);
    for (char c : file.bytes) lines += c == '\n';
    joined += file.bytes;
    EXPECT_EQ(file.media_type, "application/jsonl");
  }
  EXPECT_EQ(joined, all + "{\"text\":\"end\"}");
}

TEST_F(FileAssemblerTest, AJsonLineThatOutgrowsTheLimitCostsOnlyItself) {
  FileAssembler assembler = Make(5 << 20);
  ASSERT_TRUE(assembler.Begin(Named("f")).ok());
  ASSERT_TRUE(assembler.Append("{\"text\":\"one\"}\n{\"text\":\"", false).ok());
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(assembler.Append(std::string(500000, 'x'), false).ok());
  }
  ASSERT_TRUE(assembler.Append("\"}\n{\"text\":\"three\"}\n", false).ok());
  ASSERT_TRUE(assembler.Append("", true).ok());
  ASSERT_EQ(failures_.size(), 1);
  EXPECT_EQ(failures_[0].first, "f#2");
  ASSERT_EQ(files_.size(), 2);
  EXPECT_EQ(files_[0].bytes, "{\"text\":\"one\"}\n");
  EXPECT_EQ(files_[1].bytes, "{\"text\":\"three\"}\n");
  EXPECT_EQ(files_[1].lines_before, 2);
}

TEST_F(FileAssemblerTest, FailsAFileThatIsNotCompleted) {
  FileAssembler assembler = Make();
  ASSERT_TRUE(assembler.Begin(Named("half")).ok());
  ASSERT_TRUE(assembler.Append("abc", false).ok());
  assembler.End();
  EXPECT_TRUE(files_.empty());
  ASSERT_EQ(failures_.size(), 1);
  EXPECT_THAT(failures_[0].second, HasSubstr("last chunk"));
}

}  // namespace
}  // namespace footnote
