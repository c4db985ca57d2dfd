#include "indexer/source_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class ExpandPatternsTest : public testing::Test {
 protected:
  ExpandPatternsTest() {
    std::string path = testing::TempDir() + "/listXXXXXX";
    folder_ = mkdtemp(&path[0]);
    for (const char* name : {"a.txt", "b.txt", "c.html", "odd[1].txt"}) {
      std::ofstream(folder_ + "/" + name) << "x";
    }
  }
  ~ExpandPatternsTest() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
};

TEST_F(ExpandPatternsTest, ReplacesPatternsAndKeepsTheRest) {
  const auto paths = ExpandPatterns(
      {folder_ + "/[ab].txt", folder_ + "/nothing", folder_ + "/odd[1].txt"});
  ASSERT_TRUE(paths.ok()) << paths.status();
  EXPECT_THAT(*paths,
              ElementsAre(folder_ + "/a.txt", folder_ + "/b.txt",
                          folder_ + "/nothing", folder_ + "/odd[1].txt"));
}

TEST_F(ExpandPatternsTest, APatternThatMatchesNothingIsAnError) {
  const absl::Status status = ExpandPatterns({folder_ + "/*.pdf"}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(status.message()), HasSubstr("/*.pdf"));
}

TEST(ParseListTest, ReadsLinesOrZeroBytes) {
  EXPECT_THAT(ParseList("a b\n\nc\r\nd"), ElementsAre("a b", "c", "d"));
  EXPECT_THAT(ParseList(absl::string_view("a\nb\0c\0", 6)),
              ElementsAre("a\nb", "c"));
  EXPECT_THAT(ParseList(""), IsEmpty());
}

TEST(VanishedTest, NamesWhatLiesBelowAFolderAndWasNotFound) {
  EXPECT_THAT(Vanished({"d/a", "d/b", "d/e/c", "da/x", "other"}, {"d"}, {"d/a"},
                       {"d/a"}, {}),
              ElementsAre("d/b", "d/e/c"));
  EXPECT_THAT(Vanished({"a", "b"}, {""}, {"a"}, {"a"}, {}), ElementsAre("b"));
  EXPECT_THAT(Vanished({"/a", "/b/c"}, {"/"}, {"/a"}, {}, {}),
              ElementsAre("/b/c"));
}

TEST(VanishedTest, KeepsWhatLiesBelowWhatCouldNotBeRead) {
  EXPECT_THAT(Vanished({"d/locked/a", "d/locked.txt", "d/gone"}, {"d"}, {}, {},
                       {"d/locked"}),
              ElementsAre("d/locked.txt", "d/gone"));
}

TEST(VanishedTest, KnowsTheDocumentsOfOneFile) {
  const std::vector<std::string> stored = {
      "d/l.jsonl#1", "d/l.jsonl#2", "d/m.jsonl#1", "d/n.jsonl#1", "d/odd#name"};
  // l lost its second line, m failed as a whole, n is gone.
  EXPECT_THAT(Vanished(stored, {"d"}, {"d/l.jsonl", "d/m.jsonl", "d/odd#name"},
                       {"d/l.jsonl#1", "d/m.jsonl", "d/odd#name"}, {}),
              ElementsAre("d/l.jsonl#2", "d/n.jsonl#1"));
}

}  // namespace
}  // namespace footnote
