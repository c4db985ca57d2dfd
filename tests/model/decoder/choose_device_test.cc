#include "model/decoder/choose_device.h"

#include <cstdlib>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "model/decoder/device_cuda.h"

namespace footnote {
namespace {

bool HasDevice() {
  return !absl::StartsWith(CudaDeviceText(), "no CUDA device: ");
}

TEST(ChooseDeviceTest, CpuUnlessSomethingElseIsAskedFor) {
  unsetenv("FOOTNOTE_DEVICE");
  EXPECT_TRUE(ChooseDevice("", 1).ok());
  EXPECT_TRUE(ChooseDevice("cpu", 1).ok());
}

TEST(ChooseDeviceTest, EnvironmentNamesOne) {
  setenv("FOOTNOTE_DEVICE", "abacus", 1);
  const auto device = ChooseDevice("", 1);
  EXPECT_EQ(device.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_TRUE(absl::StrContains(device.status().message(), "abacus"));
  EXPECT_TRUE(ChooseDevice("cpu", 1).ok());
  unsetenv("FOOTNOTE_DEVICE");
}

TEST(ChooseDeviceTest, NumberOfDevicesIsOneThatThereCanBe) {
  for (const char* name : {"cuda:0", "cuda:", "cuda:two", "cuda-int4:17",
                           "cuda:-1", "cpu:2", "auto:2"}) {
    const auto device = ChooseDevice(name, 1);
    EXPECT_EQ(device.status().code(), absl::StatusCode::kInvalidArgument)
        << name;
    EXPECT_TRUE(absl::StrContains(device.status().message(), name));
  }
  EXPECT_EQ(ChooseDevice("abacus:2", 1).status().code(),
            absl::StatusCode::kInvalidArgument);
}

TEST(ChooseDeviceTest, WithoutADeviceCudaSaysSoAndAutoTakesTheCpu) {
  if (HasDevice()) GTEST_SKIP() << CudaDeviceText();
  for (const char* name :
       {"cuda", "cuda-fp8", "cuda-int4", "cuda-exact", "cuda-int4:2"}) {
    const auto device = ChooseDevice(name, 1);
    EXPECT_EQ(device.status().code(), absl::StatusCode::kUnavailable);
    EXPECT_TRUE(absl::StartsWith(device.status().message(), "no CUDA device: "))
        << device.status();
  }
  EXPECT_TRUE(ChooseDevice("auto", 1).ok());
}

}  // namespace
}  // namespace footnote
