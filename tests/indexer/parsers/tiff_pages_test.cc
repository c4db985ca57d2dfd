#include "indexer/parsers/tiff_pages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace footnote {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A TIFF file of descriptions without entries, at these offsets.
std::string MakeTiff(bool big_endian, const std::vector<size_t>& offsets) {
  std::string out =
      big_endian ? std::string("MM\0*", 4) : std::string("II*\0", 4);
  const auto put = [&out, big_endian](size_t at, size_t number) {
    if (out.size() < at + 4) out.resize(at + 4);
    for (int i = 0; i < 4; ++i) {
      out[at + (big_endian ? 3 - i : i)] =
          static_cast<char>(number >> (8 * i) & 0xFF);
    }
  };
  size_t at = 4;
  for (const size_t offset : offsets) {
    put(at, offset);
    at = offset + 2;
  }
  if (out.size() < at + 4) out.resize(at + 4);
  return out;
}

TEST(TiffPagesTest, FollowsTheChainInBothByteOrders) {
  for (const bool big_endian : {false, true}) {
    EXPECT_THAT(TiffPages(MakeTiff(big_endian, {300, 20, 77})),
                ElementsAre(300, 20, 77));
  }
}

TEST(TiffPagesTest, AChainThatComesBackEnds) {
  EXPECT_THAT(TiffPages(MakeTiff(false, {20, 60, 20})), ElementsAre(20, 60));
}

TEST(TiffPagesTest, AChainThatLeadsOutOfTheFileEnds) {
  std::string bytes = MakeTiff(false, {20, 60});
  EXPECT_THAT(TiffPages(bytes.substr(0, 61)), ElementsAre(20));
  EXPECT_THAT(TiffPages(bytes.substr(0, 62)), ElementsAre(20, 60));
  EXPECT_THAT(TiffPages(bytes.substr(0, 7)), IsEmpty());
  // So many entries that the file cannot have.
  bytes[20] = bytes[21] = '\xff';
  EXPECT_THAT(TiffPages(bytes), ElementsAre(20));
}

TEST(TiffPagesTest, NothingElseIsTiff) {
  EXPECT_FALSE(IsTiff("II* what a day"));
  EXPECT_FALSE(IsTiff("MM"));
  EXPECT_THAT(TiffPages("plain text of some length"), IsEmpty());
}

}  // namespace
}  // namespace footnote
