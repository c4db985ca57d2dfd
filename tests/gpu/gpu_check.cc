// Every test and measurement of kernels/cuda on a device, in one program that
// wants nothing of the machine but a driver: `gpu_check --help`.
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

#include "gtest/gtest.h"
#include "kernels/cuda/runtime.h"
#include "tests/gpu/report.h"

namespace {

constexpr char kUsage[] =
    "usage: gpu_check [--tests | --table] [--out=FOLDER] [--seconds=N]\n"
    "Tests and measures kernels/cuda on the first CUDA device: the tests "
    "suite\n"
    "by suite, then one table, in N seconds at most (540), each part in a\n"
    "process of its own. FOLDER, which is there, gets gpu_check.md, what is\n"
    "printed, and gpu_check.log, all that the parts said.\n"
    "Status 0: all passed; 1: something failed; 2: usage; 77: no device.\n"
    "With flags of GoogleTest (--gtest_filter=…) the tests run in this "
    "process.\n";

// What follows `flag` in `argument`, or null.
const char* ValueOf(const char* argument, const char* flag) {
  const size_t size = std::strlen(flag);
  return std::strncmp(argument, flag, size) == 0 ? argument + size : nullptr;
}

}  // namespace

int main(int argc, char** argv) {
  constexpr int kUsageError = 2;
  constexpr int kSkipped = 77;
  footnote::cuda::ReportOptions options;
  bool tests_here = false;
  int row = -1;
  double bandwidth = 0;
  for (int i = 1; i < argc; ++i) {
    const char* value;
    if (std::strcmp(argv[i], "--tests") == 0) {
      options.table = false;
    } else if (std::strcmp(argv[i], "--table") == 0) {
      options.tests = false;
    } else if (ValueOf(argv[i], "--gtest_") != nullptr) {
      tests_here = true;
    } else if ((value = ValueOf(argv[i], "--out=")) != nullptr) {
      options.out = value;
    } else if ((value = ValueOf(argv[i], "--seconds=")) != nullptr) {
      options.seconds = std::atof(value);
    } else if ((value = ValueOf(argv[i], "--row=")) != nullptr) {
      row = std::atoi(value);  // for a child
    } else if ((value = ValueOf(argv[i], "--bandwidth=")) != nullptr) {
      bandwidth = std::atof(value);
    } else {
      const bool is_help = std::strcmp(argv[i], "--help") == 0;
      std::fputs(kUsage, is_help ? stdout : stderr);
      return is_help ? 0 : kUsageError;
    }
  }
  footnote::cuda::DeviceInfo info;
  char why[256];
  if (!footnote::cuda::FindDevice(&info, why, sizeof(why))) {
    std::printf("gpu_check: %s: nothing was tested or measured\n", why);
    return kSkipped;
  }
  ::testing::InitGoogleTest(&argc, argv);
  if (tests_here) return RUN_ALL_TESTS();
  if (row >= 0) return footnote::cuda::PrintRow(info, row, bandwidth) ? 0 : 1;
  return footnote::cuda::PrintReport(info, options) ? 0 : 1;
}
