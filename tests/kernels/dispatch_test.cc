#include "kernels/dispatch.h"

#include <cstdlib>
#include <string>

#include "gtest/gtest.h"

namespace footnote {
namespace {

TEST(DispatchTest, NamesAndInstructionSetsGoBothWays) {
  for (const Isa isa : kAllIsas) {
    Isa found = Isa::kScalar;
    ASSERT_TRUE(IsaFromName(IsaName(isa), &found));
    EXPECT_EQ(found, isa);
  }
}

TEST(DispatchTest, UnknownNameLeavesTheIsaUntouched) {
  Isa isa = Isa::kAvx2;
  EXPECT_FALSE(IsaFromName("neon", &isa));
  EXPECT_FALSE(IsaFromName("", &isa));
  EXPECT_FALSE(IsaFromName("AVX2", &isa));
  EXPECT_EQ(isa, Isa::kAvx2);
}

TEST(DispatchTest, ScalarRunsEverywhere) {
  EXPECT_TRUE(IsaIsSupported(Isa::kScalar));
  EXPECT_TRUE(IsaIsSupported(ActiveIsa()));
}

// The choice is made once a process, so each value has a process of its own.
TEST(DispatchDeathTest, VariableLowersTheChoice) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        setenv("FOOTNOTE_ISA", "scalar", 1);
        std::exit(ActiveIsa() == Isa::kScalar && IsaOverrideError() == nullptr
                      ? 0
                      : 1);
      },
      testing::ExitedWithCode(0), "");
}

TEST(DispatchDeathTest, UnknownVariableIsIgnoredAndReported) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        setenv("FOOTNOTE_ISA", "sse9", 1);
        const char* error = IsaOverrideError();
        const bool told =
            error != nullptr && std::string(error).find("FOOTNOTE_ISA") == 0;
        std::exit(ActiveIsa() == DetectIsa() && told ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace footnote
