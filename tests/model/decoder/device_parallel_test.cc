// One model on several devices: the CPU's, which meet in memory, and the
// emulator's, which meet by a library with NCCL's names.
#include "model/decoder/device_parallel.h"

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "gtest/gtest.h"
#include "model/decoder/cuda_nccl.h"
#include "model/decoder/device_cuda.h"
#include "model/golden.h"
#include "tests/model/decoder/host_reducer.h"

namespace footnote {
namespace {

constexpr char kNccl[] = "tests/model/decoder/libnccl_stand_in.so";

std::string NameOf(const ::testing::TestParamInfo<const char*>& info) {
  std::string name = info.param;
  for (char& c : name) c = c == '-' ? '_' : c;
  return name;
}

void ExpectGolden(const std::string& model, std::unique_ptr<Device> device,
                  bool watches) {
  const auto report = CompareGoldenOn("tests/golden/models/" + model,
                                      std::move(device), watches);
  ASSERT_TRUE(report.ok()) << report.status();
  for (const auto& [name, difference] : report->differences) {
    EXPECT_LE(difference, 1e-4) << name;
  }
  EXPECT_LE(report->logits, 1e-4);
  EXPECT_LE(report->greedy_logits, 1e-4);
  EXPECT_EQ(report->greedy_equal, report->greedy_tokens);
  EXPECT_GT(report->greedy_tokens, 0);
}

class CpuParallelGoldenTest : public ::testing::TestWithParam<const char*> {};

TEST_P(CpuParallelGoldenTest, TwoCpusComputeWhatTransformersDoes) {
  ExpectGolden(GetParam(), CpuRanks(2), true);
}

// Parallel and sequential blocks, biases, norms of heads, sandwiches of norms,
// experts.
INSTANTIATE_TEST_SUITE_P(Cpu, CpuParallelGoldenTest,
                         ::testing::Values("tiny-cohere2", "tiny-cohere2-moe",
                                           "llama", "qwen2", "qwen3", "gemma3"),
                         NameOf);

class CudaParallelGoldenTest : public ::testing::TestWithParam<const char*> {};

TEST_P(CudaParallelGoldenTest, TwoCudaDevicesComputeWhatTransformersDoes) {
  setenv("FOOTNOTE_NCCL", kNccl, 1);
  CudaOptions options;
  options.exact = true;
  options.devices = 2;
  auto device = MakeCudaDevice(options);
  ASSERT_TRUE(device.ok()) << device.status();
  ExpectGolden(GetParam(), *std::move(device), false);
}

INSTANTIATE_TEST_SUITE_P(Cuda, CudaParallelGoldenTest,
                         ::testing::Values("tiny-cohere2", "tiny-cohere2-moe"),
                         NameOf);

// A tensor of floats 0, 1, 2, ...
struct Counted {
  Counted(uint64_t rows, uint64_t columns) {
    for (uint64_t i = 0; i < rows * columns; ++i) {
      const float x = static_cast<float>(i);
      bytes.append(reinterpret_cast<const char*>(&x), sizeof(x));
    }
    tensor.type = TensorType::kFloat32;
    tensor.shape = {rows, columns};
    tensor.bytes = bytes;
  }
  std::string bytes;
  Tensor tensor;
};

TEST(DeviceParallelTest, PartsAreReadAsOneAndPartialSumsMeetOnce) {
  HostReducer* reducer = nullptr;
  const auto device = CpuRanks(2, &reducer);
  const Counted file(4, 4);
  const Matrix first = *device->UploadSplit(file.tensor, Split::kOutputs);
  const Matrix second = *device->UploadSplit(file.tensor, Split::kInputs);
  float* x = device->Allocate(8);
  float* y = device->Allocate(8);
  float* z = device->Allocate(8);
  float* bias = device->Allocate(4);
  const std::vector<float> ones(8, 1);
  const std::vector<float> hundreds = {100, 200, 300, 400};
  device->Write(ones.data(), 8, x);
  device->Write(hundreds.data(), 4, bias);
  const Product to_y = {&first, bias, y, 4};
  device->Multiply(absl::MakeConstSpan(&to_y, 1), x, 2);
  std::vector<float> found(8);
  device->Read(y, 8, found.data());
  EXPECT_EQ(found,
            (std::vector<float>{106, 222, 338, 454, 106, 222, 338, 454}));
  EXPECT_EQ(reducer->sums(), 0);
  const Product to_z = {&second, bias, z, 4};
  device->Multiply(absl::MakeConstSpan(&to_z, 1), y, 2);
  device->Read(z, 8, found.data());
  // Row 0 of the matrix is 0 1 2 3: 222 + 2 * 338 + 3 * 454; the bias once.
  EXPECT_EQ(found[0], 2260 + 100);
  EXPECT_EQ(found[4], found[0]);
  EXPECT_EQ(found[1], 2260 + 4 * (106 + 222 + 338 + 454) + 200);
  EXPECT_EQ(reducer->sums(), 1);
}

TEST(DeviceParallelTest, WhatCannotBeSharedOutIsRefused) {
  const auto device = CpuRanks(2);
  const Counted file(3, 5);
  const auto rows = device->UploadSplit(file.tensor, Split::kOutputs).status();
  EXPECT_EQ(rows.message(),
            "F32 of [3,5] over 2 devices, want rows of a multiple of 2");
  EXPECT_TRUE(absl::IsInvalidArgument(rows));
  const auto columns =
      device->UploadSplit(file.tensor, Split::kInputs).status();
  EXPECT_EQ(columns.message(),
            "F32 of [3,5] over 2 devices, want columns of a multiple of 2");
  EXPECT_TRUE(device->Upload(file.tensor).ok());
  KvShape shape;
  shape.kv_heads = 3;
  const auto heads = device->MakePages(shape, {1});
  EXPECT_EQ(heads.message(),
            "3 heads of keys and values over 2 devices, want a multiple");
}

TEST(NcclTest, LibraryThatIsNotThereIsNamed) {
  const auto nccl = Nccl::Open("/nowhere/libnccl.so.2", 2);
  EXPECT_TRUE(absl::IsUnavailable(nccl.status()));
  EXPECT_TRUE(absl::StartsWith(nccl.status().message(),
                               "NCCL /nowhere/libnccl.so.2: "));
  EXPECT_TRUE(absl::StrContains(nccl.status().message(), "2 CUDA devices"));
  // And one device never asks.
  setenv("FOOTNOTE_NCCL", "/nowhere/libnccl.so.2", 1);
  EXPECT_TRUE(MakeCudaDevice({}).ok());
  CudaOptions two;
  two.devices = 2;
  EXPECT_EQ(MakeCudaDevice(two).status(), nccl.status());
}

TEST(NcclTest, OldAndBrokenLibrariesAreRefused) {
  setenv("FOOTNOTE_TEST_NCCL", "old", 1);
  const auto old = Nccl::Open(kNccl, 2).status();
  EXPECT_TRUE(absl::IsUnavailable(old)) << old;
  EXPECT_TRUE(absl::StrContains(old.message(), "version 2708"));
  setenv("FOOTNOTE_TEST_NCCL", "broken", 1);
  const auto broken = Nccl::Open(kNccl, 2).status();
  EXPECT_EQ(broken.message(), "NCCL: ncclCommInitAll: unhandled system error");
  unsetenv("FOOTNOTE_TEST_NCCL");
  // A library, but not NCCL.
  const auto other = Nccl::Open("libm.so.6", 2).status();
  EXPECT_TRUE(absl::StrContains(other.message(), "no function ncclGetVersion"))
      << other;
  EXPECT_EQ((*Nccl::Open(kNccl, 3))->version(), 22107);
}

TEST(DeviceParallelTest, MoreDevicesThanThereAreAreRefused) {
  CudaOptions options;
  options.devices = 99;
  const auto device = MakeCudaDevice(options);
  EXPECT_EQ(device.status().message(), "99 CUDA devices asked for, 4 found");
}

}  // namespace
}  // namespace footnote
