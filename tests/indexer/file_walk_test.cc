#include "indexer/file_walk.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class FileWalkTest : public ::testing::Test {
 protected:
  FileWalkTest() {
    std::string path = ::testing::TempDir() + "/walkXXXXXX";
    root_ = mkdtemp(&path[0]);
  }
  ~FileWalkTest() override { std::filesystem::remove_all(root_); }

  void Write(const std::string& name, const std::string& text = "x") {
    const std::filesystem::path path = root_ + "/" + name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << text;
  }

  std::vector<std::string> Names(const WalkedFiles& walked) const {
    std::vector<std::string> names;
    for (const WalkedFiles::File& file : walked.files) {
      names.push_back(file.path.substr(root_.size() + 1));
    }
    return names;
  }

  std::string root_;
};

TEST_F(FileWalkTest, FindsFilesInAllFoldersInOrder) {
  Write("b.txt");
  Write("a/2.html");
  Write("a/1/deep.md");
  EXPECT_THAT(Names(WalkFiles({root_ + "/"})),
              ElementsAre("a/1/deep.md", "a/2.html", "b.txt"));
}

TEST_F(FileWalkTest, LeavesHiddenFilesAndDecorationOutUnlessNamed) {
  Write("page.html");
  Write("logo.PNG");
  Write(".hidden");
  Write(".git/config");
  const WalkedFiles walked = WalkFiles({root_});
  EXPECT_THAT(Names(walked), ElementsAre("page.html"));
  EXPECT_EQ(walked.left_out, 3);
  EXPECT_THAT(Names(WalkFiles({root_ + "/logo.PNG"})), ElementsAre("logo.PNG"));
}

TEST_F(FileWalkTest, ScansAreNoDecorationWhenSaidSo) {
  for (const char* name : {"a.png", "b.JPG", "c.jpeg", "d.tif", "e.tiff"}) {
    Write(name);
  }
  Write("logo.svg");
  Write("style.css");
  EXPECT_THAT(Names(WalkFiles({root_}, /*scans=*/true)),
              ElementsAre("a.png", "b.JPG", "c.jpeg", "d.tif", "e.tiff"));
  EXPECT_TRUE(WalkFiles({root_}).files.empty());
}

TEST_F(FileWalkTest, EntersALoopOnce) {
  Write("a/file.txt");
  std::filesystem::create_directory_symlink(root_, root_ + "/a/up");
  std::filesystem::create_directory_symlink(root_ + "/a", root_ + "/again");
  EXPECT_EQ(WalkFiles({root_}).files.size(), 1);
}

TEST_F(FileWalkTest, TakesAFileNamedTwiceOnce) {
  Write("x.txt");
  EXPECT_EQ(WalkFiles({root_, root_ + "/x.txt", root_}).files.size(), 1);
}

TEST_F(FileWalkTest, SaysWhyAPathCannotBeRead) {
  Write("good.txt");
  std::filesystem::create_symlink("nowhere", root_ + "/broken");
  const WalkedFiles walked = WalkFiles({root_, root_ + "/missing"});
  EXPECT_THAT(Names(walked), ElementsAre("good.txt"));
  ASSERT_EQ(walked.failures.size(), 2);
  EXPECT_THAT(walked.failures[0].first, HasSubstr("missing"));
  EXPECT_THAT(walked.failures[0].second, HasSubstr("No such file"));
  EXPECT_THAT(walked.failures[1].first, HasSubstr("broken"));
}

TEST_F(FileWalkTest, RefusesADevice) {
  const WalkedFiles walked = WalkFiles({"/dev/null"});
  EXPECT_THAT(walked.files, IsEmpty());
  ASSERT_EQ(walked.failures.size(), 1);
}

}  // namespace
}  // namespace footnote
