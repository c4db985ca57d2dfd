// A second place in a program: a stack and where it stands.
#ifndef FOOTNOTE_KERNELS_CUDA_EMULATOR_FIBRE_H_
#define FOOTNOTE_KERNELS_CUDA_EMULATOR_FIBRE_H_

#include <cstddef>

namespace footnote {
namespace cuda {
namespace emulator {

struct Fibre {
  void* stack_pointer = nullptr;
  void* stack = nullptr;
  size_t stack_bytes = 0;
};

// Makes the next SwitchFibre to `fibre` call entry(), which must not return.
// The stack is made once and used again.
void PrepareFibre(Fibre* fibre, void (*entry)(), int number);

// Leaves `from`, goes on where `to` stands.
void SwitchFibre(Fibre* from, Fibre* to);

// To be called first in `entry`: `from` is who switched here.
void EnterFibre();

}  // namespace emulator
}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_EMULATOR_FIBRE_H_
