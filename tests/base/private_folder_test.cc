#include "base/private_folder.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <string>

#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

mode_t ModeOf(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 ? info.st_mode & 0777 : 0;
}

TEST(PrivateFolderTest, ItsOwnerAloneMayEnterHoweverItIsSpelt) {
  const mode_t before = umask(0);
  int number = 0;
  for (const char* end : {"", "/", "//", "/.", "/./", "/.//."}) {
    const std::string parent =
        absl::StrCat(testing::TempDir(), "/private", ++number);
    const std::string folder = parent + "/store";
    EXPECT_EQ(MakePrivateFolder(folder + end), absl::OkStatus()) << end;
    EXPECT_EQ(ModeOf(folder), 0700u) << end;
    EXPECT_EQ(ModeOf(parent), 0777u) << end;
  }
  for (const char* there : {".", "./", "/", "/."}) {
    EXPECT_EQ(MakePrivateFolder(there), absl::OkStatus()) << there;
  }
  umask(before);
}

}  // namespace
}  // namespace footnote
