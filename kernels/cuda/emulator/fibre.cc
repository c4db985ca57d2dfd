#include "kernels/cuda/emulator/fibre.h"

#include <sys/mman.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/common_interface_defs.h>
#endif

#if !defined(__x86_64__)
#error "the emulator's fibres are written for x86-64"
#endif

// What a function must leave as it was, and where it stands.
extern "C" void footnote_switch_fibre(void** from, void* to);
asm(R"(
.text
.type footnote_switch_fibre, @function
footnote_switch_fibre:
  pushq %rbp
  pushq %rbx
  pushq %r12
  pushq %r13
  pushq %r14
  pushq %r15
  movq %rsp, (%rdi)
  movq %rsi, %rsp
  popq %r15
  popq %r14
  popq %r13
  popq %r12
  popq %rbx
  popq %rbp
  ret
.size footnote_switch_fibre, .-footnote_switch_fibre
)");

namespace footnote {
namespace cuda {
namespace emulator {
namespace {

constexpr size_t kStackBytes = 256 * 1024;

}  // namespace

void PrepareFibre(Fibre* fibre, void (*entry)(), int number) {
  if (fibre->stack == nullptr) {
    fibre->stack_bytes = kStackBytes;
    fibre->stack = mmap(nullptr, kStackBytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (fibre->stack == MAP_FAILED) {
      std::fprintf(stderr, "emulator: no memory for a fibre\n");
      std::abort();
    }
    // Below the stack, a page that faults.
    mprotect(fibre->stack, 4096, PROT_NONE);
  }
  // Stacks that all end on the same line of the cache would share it.
  const size_t offset = 64 + (number * 5 % 128) * 64;
  uintptr_t top =
      reinterpret_cast<uintptr_t>(fibre->stack) + fibre->stack_bytes - offset;
  top &= ~uintptr_t{15};
  void** at = reinterpret_cast<void**>(top);
  *--at = nullptr;  // where entry() would return to
  *--at = reinterpret_cast<void*>(entry);
  for (int i = 0; i < 6; ++i) *--at = nullptr;
  fibre->stack_pointer = at;
}

#if defined(__SANITIZE_ADDRESS__)

namespace {
thread_local Fibre* left = nullptr;
}  // namespace

void SwitchFibre(Fibre* from, Fibre* to) {
  void* fake = nullptr;
  left = from;
  __sanitizer_start_switch_fiber(&fake, to->stack, to->stack_bytes);
  footnote_switch_fibre(&from->stack_pointer, to->stack_pointer);
  const void* bottom;
  size_t bytes;
  __sanitizer_finish_switch_fiber(fake, &bottom, &bytes);
  if (left->stack == nullptr) {
    left->stack = const_cast<void*>(bottom);
    left->stack_bytes = bytes;
  }
}

void EnterFibre() {
  const void* bottom;
  size_t bytes;
  __sanitizer_finish_switch_fiber(nullptr, &bottom, &bytes);
  // The thread's own stack is known from here on.
  if (left->stack == nullptr) {
    left->stack = const_cast<void*>(bottom);
    left->stack_bytes = bytes;
  }
}

#else

void SwitchFibre(Fibre* from, Fibre* to) {
  footnote_switch_fibre(&from->stack_pointer, to->stack_pointer);
}

void EnterFibre() {}

#endif

}  // namespace emulator
}  // namespace cuda
}  // namespace footnote
