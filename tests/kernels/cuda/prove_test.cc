// What finds out whether wgmma is mma.sync, with an emulator that can be made
// to be wrong.
#include "kernels/cuda/prove.h"

#include <cmath>

#include "gtest/gtest.h"
#include "kernels/cuda/emulator/block.h"
#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {
namespace {

class ProveTest : public testing::Test {
 protected:
  void TearDown() override {
    emulator::wide_error = 0;
    emulator::LeaveMemory(emulator::kAllMemory);
  }
};

TEST_F(ProveTest, SameBitsAreFound) {
  const WideProof proof = ProveWide(TheStream());
  EXPECT_EQ(proof.state, WideState::kSame);
  EXPECT_EQ(proof.largest, 0);
}

TEST_F(ProveTest, OtherRoundingIsClose) {
  emulator::wide_error = 3e-9f;
  const WideProof proof = ProveWide(TheStream());
  EXPECT_EQ(proof.state, WideState::kClose);
  EXPECT_GT(proof.largest, 0);
  EXPECT_LE(proof.largest, kWideTolerance);
}

TEST_F(ProveTest, WhatIsWrongIsFound) {
  for (const float error : {1.0f, NAN}) {
    emulator::wide_error = error;
    EXPECT_EQ(ProveWide(TheStream()).state, WideState::kWrong) << error;
  }
}

TEST_F(ProveTest, NoMemoryIsNoProof) {
  emulator::LeaveMemory(100);
  const WideProof proof = ProveWide(TheStream());
  EXPECT_EQ(proof.state, WideState::kFailed);
  EXPECT_STREQ(proof.error, "no device memory");
}

}  // namespace
}  // namespace cuda
}  // namespace footnote
