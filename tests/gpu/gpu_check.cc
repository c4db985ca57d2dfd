// Every test and measurement of kernels/cuda on a device, in one program that
// wants nothing of the machine but a driver.
//
//   gpu_check             tests, then one table; exit status 1 when a test
//   fails gpu_check --tests     tests alone; any flag of GoogleTest gpu_check
//   --table     the table alone
// Without a device it says so and ends with status 77. Golden models are read
// from tests/golden/models under the working folder, or FOOTNOTE_GOLDEN.
#include <cstdio>
#include <cstring>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/cuda/runtime.h"
#include "tests/gpu/table.h"

int main(int argc, char** argv) {
  constexpr int kSkipped = 77;
  bool tests = true;
  bool table = true;
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--tests") == 0) table = false;
    if (std::strcmp(argv[i], "--table") == 0) tests = false;
    if (std::strcmp(argv[i], "--help") == 0) {
      std::printf(
          "usage: gpu_check [--tests | --table]\n"
          "Tests and measures kernels/cuda on the first CUDA device. Status "
          "77: there is none.\n");
      return 0;
    }
  }
  footnote::cuda::DeviceInfo info;
  char why[256];
  if (!footnote::cuda::FindDevice(&info, why, sizeof(why))) {
    std::printf("gpu_check: %s: nothing was tested or measured\n", why);
    return kSkipped;
  }
  std::printf("gpu_check: %s, compute capability %d.%d, driver %d.%d\n",
              info.name, info.major, info.minor, info.driver / 1000,
              info.driver % 1000 / 10);
  ::testing::InitGoogleTest(&argc, argv);
  const int failed = tests ? RUN_ALL_TESTS() : 0;
  if (table) footnote::cuda::PrintTable(info, false);
  return failed;
}
