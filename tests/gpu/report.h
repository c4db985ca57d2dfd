// What gpu_check prints: tests by suite, then one table, each part in a process
// of its own (child.h), so that one that fails costs its own line alone.
#ifndef FOOTNOTE_TESTS_GPU_REPORT_H_
#define FOOTNOTE_TESTS_GPU_REPORT_H_

#include <string>

#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {

struct ReportOptions {
  bool tests = true;
  bool table = true;
  // A folder that is there, for gpu_check.md, what is printed, and
  // gpu_check.log, all that the parts said; empty: no files.
  std::string out;
  // For all together. What comes too late is said not to be measured.
  double seconds = 540;
};

// Gives back what this process has of the device: one that lets in a single
// process lets the parts in then, and they have all of its memory.
void LeaveDevice();

// Prints the report, line by line as it comes about. True when every test
// passed, no row failed and the files could be written. Leaves the device
// first.
bool PrintReport(const DeviceInfo& info, const ReportOptions& options);

// A child's part: measures row number `row` and prints it as its last line.
// False, with the reason as that line, when the device said that it failed.
bool PrintRow(const DeviceInfo& info, int row, double bandwidth);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_TESTS_GPU_REPORT_H_
