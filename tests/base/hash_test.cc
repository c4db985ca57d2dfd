#include "base/hash.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace footnote {
namespace {

using ::testing::HasSubstr;

TEST(HashTest, GivesTheDigestsOfFips180) {
  EXPECT_EQ(Hex(Sha256("abc")),
            "ba7816bf8f01cfea414140de5dae2223"
            "b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(Hex(Sha256("")),
            "e3b0c44298fc1c149afbf4c8996fb924"
            "27ae41e4649b934ca495991b7852b855");
}

TEST(HashTest, PiecesHashLikeTheWhole) {
  const std::string text(100000, 'x');
  Sha256Stream stream;
  for (size_t at = 0; at < text.size(); at += 777) {
    stream.Update(absl::string_view(text).substr(at, 777));
  }
  EXPECT_EQ(stream.Finish(), Sha256(text));
}

TEST(HashTest, HexGoesThereAndBack) {
  const std::string bytes("\x00\xff\x7f\x80", 4);
  EXPECT_EQ(Hex(bytes), "00ff7f80");
  EXPECT_EQ(*FromHex("00FF7f80"), bytes);
}

TEST(HashTest, NamesWhatIsNoHex) {
  EXPECT_THAT(std::string(FromHex("abc").status().message()),
              HasSubstr("3 characters"));
  EXPECT_THAT(std::string(FromHex("ag").status().message()),
              HasSubstr("character 'g'"));
}

}  // namespace
}  // namespace footnote
