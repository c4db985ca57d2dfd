#include "model/encoder/weights_file.h"

#include <string>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "tests/model/encoder/toy_weights.h"

namespace footnote {
namespace {

std::string MakeFile(unsigned version = 1) {
  return WeightsFileOf({{"first", std::string("\0\0\x80\x3f\0\0\0\x40", 8)},
                        {"second", "hello"}},
                       version);
}

absl::Status Open(absl::string_view bytes) {
  return WeightsFile::FromBytes(bytes, "test.enc").status();
}

TEST(WeightsFileTest, GivesSectionsAsTheyWereWritten) {
  const std::string bytes = MakeFile();
  const auto file = WeightsFile::FromBytes(bytes, "test.enc");
  ASSERT_TRUE(file.ok()) << file.status();
  EXPECT_EQ((*file)->kind(), "made-up");
  EXPECT_EQ((*file)->hash().size(), 64);
  EXPECT_EQ(*(*file)->Section("second"), "hello");
  EXPECT_EQ((*(*file)->Floats("first", 2))[1], 2.0f);
}

TEST(WeightsFileTest, EveryFlippedByteIsNoticed) {
  const std::string good = MakeFile();
  for (size_t i = 0; i < good.size(); ++i) {
    std::string bad = good;
    bad[i] ^= 0x10;
    const absl::Status status = Open(bad);
    if (status.ok()) {
      // Only the filling between sections means nothing.
      EXPECT_EQ(good[i], '\0') << "byte " << i;
      EXPECT_GE(i, 56 + 2 * 88 + 32);
      continue;
    }
    EXPECT_TRUE(absl::IsDataLoss(status) || absl::IsUnimplemented(status))
        << i << ": " << status;
  }
}

TEST(WeightsFileTest, MessageNamesTheDamagedSection) {
  std::string bytes = MakeFile();
  bytes.back() ^= 1;
  const absl::Status status = Open(bytes);
  EXPECT_TRUE(absl::IsDataLoss(status));
  EXPECT_TRUE(absl::StrContains(status.message(), "test.enc")) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "section second")) << status;
}

TEST(WeightsFileTest, EveryTruncationIsDataLoss) {
  const std::string good = MakeFile();
  for (size_t size = 0; size < good.size(); ++size) {
    EXPECT_TRUE(absl::IsDataLoss(Open(good.substr(0, size)))) << size;
  }
}

TEST(WeightsFileTest, NewerVersionIsUnimplemented) {
  EXPECT_TRUE(absl::IsUnimplemented(Open(MakeFile(2))));
}

TEST(WeightsFileTest, MissingSectionAndWrongSizeAreDataLoss) {
  const std::string bytes = MakeFile();
  const auto file = WeightsFile::FromBytes(bytes, "test.enc");
  ASSERT_TRUE(file.ok());
  EXPECT_TRUE(absl::IsDataLoss((*file)->Section("third").status()));
  EXPECT_TRUE(absl::IsDataLoss((*file)->Floats("first", 3).status()));
  EXPECT_TRUE(absl::IsDataLoss((*file)->Bytes("second", 4).status()));
}

TEST(WeightsFileTest, NoSuchFileIsNotFound) {
  EXPECT_TRUE(absl::IsNotFound(WeightsFile::Open("nowhere.enc").status()));
}

}  // namespace
}  // namespace footnote
