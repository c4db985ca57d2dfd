// One table: what was asked of the device, and what it did.
#ifndef FOOTNOTE_TESTS_GPU_TABLE_H_
#define FOOTNOTE_TESTS_GPU_TABLE_H_

#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {

// Measures and prints, in Markdown; `tiny`: shapes for the emulator, whose
// times say nothing.
void PrintTable(const DeviceInfo& info, bool tiny);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_TESTS_GPU_TABLE_H_
