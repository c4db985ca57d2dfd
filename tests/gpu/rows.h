// The rows of the table: what was asked of the device, and how it is measured.
#ifndef FOOTNOTE_TESTS_GPU_ROWS_H_
#define FOOTNOTE_TESTS_GPU_ROWS_H_

#include <functional>
#include <string>
#include <vector>

#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {

struct Row {
  std::string what;
  std::string asked;
  double seconds;  // that it may take
  // Measures; says so in words. `bandwidth` is the memory's, bytes a second; 0:
  // not known.
  std::function<std::string(double bandwidth)> measure;
};

// The first is the memory's: its text begins with the bandwidth for the others,
// in GB/s. What an emulator makes of them has shapes of its own and means
// nothing.
std::vector<Row> TableRows(const DeviceInfo& info);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_TESTS_GPU_ROWS_H_
