// The table's measurements run, with their numbers of no meaning.
#include "tests/gpu/rows.h"

#include <string>

#include "gtest/gtest.h"
#include "tests/gpu/decode_bench.h"

namespace footnote {
namespace cuda {
namespace {

TEST(RowsTest, EveryRowSaysWhatItMeasured) {
  DeviceInfo info;
  char why[64];
  ASSERT_TRUE(FindDevice(&info, why, sizeof(why)));
  for (const Row& row : TableRows(info)) {
    const std::string said = row.measure(1e9);
    EXPECT_FALSE(said.empty()) << row.what;
    EXPECT_EQ(said.find("not measured"), std::string::npos)
        << row.what << ": " << said;
  }
}

TEST(RowsTest, DeviceHasARowForEverythingThatIsAsked) {
  DeviceInfo info = {};
  info.multiprocessors = 132;
  std::string all;
  for (const Row& row : TableRows(info)) {
    all += row.what + ": " + row.asked + "\n";
  }
  for (const char* asked :
       {"254 tok/s", ">= 80 %", ">= 70 %", ">= 60 tok/s", "156 tok/s",
        ">= 60 %", "8,500 tok/s", "46 ms", "200 ms", "900 ms", "15 % of that",
        "2900 ms", "ring", "deterministic", "transformers", "int8 rate",
        "sentence encoder"}) {
    EXPECT_NE(all.find(asked), std::string::npos) << asked << "\n" << all;
  }
}

TEST(RowsTest, BytesAreThoseOfWeightsAndOfWhatWindowsSee) {
  const StepTime near = TimeDecode(kTiny, WeightKind::kBf16, 1, 48, 0, 1);
  const StepTime far = TimeDecode(kTiny, WeightKind::kBf16, 1, 148, 0, 1);
  // One layer of four sees all: 100 positions of 2 heads of 32, twice.
  EXPECT_EQ(far.bytes - near.bytes, 100 * 2 * 32 * 2 * 2);
}

}  // namespace
}  // namespace cuda
}  // namespace footnote
