#include "indexer/waiting_files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace footnote {
namespace {

using ::testing::ElementsAre;

constexpr size_t kLarge = 300 << 10;

// `title` tells files of one document apart.
SourceFile File(const std::string& document, size_t bytes,
                const std::string& title = "") {
  SourceFile file;
  file.document = document;
  file.title = title;
  file.bytes.assign(bytes, 'x');
  return file;
}

std::vector<std::string> TakeAll(WaitingFiles* files) {
  std::vector<std::string> taken;
  while (!files->empty()) {
    const SourceFile file = files->Pop();
    taken.push_back(file.document + file.title);
  }
  EXPECT_EQ(files->bytes(), 0);
  return taken;
}

TEST(WaitingFilesTest, FirstComeFirstServedWhileMoreMayCome) {
  WaitingFiles files;
  files.Push(File("a", 10));
  files.Push(File("b", kLarge));
  files.Push(File("c", 20));
  EXPECT_EQ(files.bytes(), kLarge + 30);
  EXPECT_FALSE(files.closed());
  EXPECT_THAT(TakeAll(&files), ElementsAre("a", "b", "c"));
}

TEST(WaitingFilesTest, LargeFilesGoFirstOnceNoMoreCome) {
  WaitingFiles files;
  files.Push(File("a", 10));
  files.Push(File("b", kLarge));
  files.Push(File("c", 20));
  files.Push(File("d", kLarge + 1));
  files.Push(File("e", 30));
  files.Close();
  EXPECT_THAT(TakeAll(&files), ElementsAre("d", "b", "a", "c", "e"));
}

// Else an old version could come in after the new one.
TEST(WaitingFilesTest, FilesOfOneDocumentStayInOrder) {
  WaitingFiles files;
  files.Push(File("a", 10));
  files.Push(File("b", 10, "1"));
  files.Push(File("b", kLarge, "2"));
  files.Push(File("c", 10));
  files.Push(File("b", kLarge + 1, "3"));
  files.Push(File("d", kLarge));
  files.Close();
  EXPECT_THAT(TakeAll(&files), ElementsAre("b1", "b2", "b3", "d", "a", "c"));
}

TEST(WaitingFilesTest, ForgetsWhatWaitsWhenItIsCleared) {
  WaitingFiles files;
  files.Push(File("a", kLarge));
  files.Close();
  files.Clear();
  EXPECT_TRUE(files.empty());
  EXPECT_EQ(files.bytes(), 0);
  EXPECT_TRUE(files.closed());
}

}  // namespace
}  // namespace footnote
