#include "audit/tiles.h"

#include <errno.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"

namespace footnote {
namespace {

// A full disk takes the beginning of a tile.
TEST(TilesTest, ATileThatHasRoomForItsBeginningOnlyIsTriedAgain) {
  std::string folder = ::testing::TempDir() + "/tiles_XXXXXX";
  ASSERT_NE(mkdtemp(&folder[0]), nullptr);
  signal(SIGXFSZ, SIG_IGN);
  rlimit before;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &before), 0);
  const rlimit limit = {5000, before.rlim_max};
  Tiles tiles(folder);
  errno = 0;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  const absl::Status loaded = tiles.Load(
      256, 0, [](uint64_t index) { return LeafHash(absl::StrCat(index)); });
  const absl::Status written = tiles.WriteFull();
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &before), 0);
  EXPECT_EQ(loaded, absl::OkStatus());
  EXPECT_EQ(written.code(), absl::StatusCode::kResourceExhausted) << written;
  EXPECT_EQ(tiles.WriteFull(), absl::OkStatus());
  EXPECT_EQ(ReadFile(folder + "/tile/0/000")->size(), 256 * 32);
}

}  // namespace
}  // namespace footnote
