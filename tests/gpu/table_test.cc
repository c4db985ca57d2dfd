// The table's measurements run, with their numbers of no meaning.
#include "tests/gpu/table.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/gpu/decode_bench.h"

namespace footnote {
namespace cuda {
namespace {

TEST(TableTest, EveryRowIsThere) {
  DeviceInfo info;
  char why[64];
  ASSERT_TRUE(FindDevice(&info, why, sizeof(why)));
  ::testing::internal::CaptureStdout();
  PrintTable(info, true);
  const std::string text = ::testing::internal::GetCapturedStdout();
  for (const char* part :
       {"memory: read / copy", "tiny, bf16, 2 requests", "tiny, fp8",
        "tiny, int8", "tiny, int4", "prompt 70, 20 of it cached",
        "vectors: 300 x 1024 int8"}) {
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
  }
  EXPECT_EQ(text.find("does not fit"), std::string::npos) << text;
}

TEST(TableTest, BytesAreThoseOfWeightsAndOfWhatWindowsSee) {
  const StepTime near = TimeDecode(kTiny, WeightKind::kBf16, 1, 48, 1);
  const StepTime far = TimeDecode(kTiny, WeightKind::kBf16, 1, 148, 1);
  // One layer of four sees all: 100 positions of 2 heads of 32, twice.
  EXPECT_EQ(far.bytes - near.bytes, 100 * 2 * 32 * 2 * 2);
}

}  // namespace
}  // namespace cuda
}  // namespace footnote
