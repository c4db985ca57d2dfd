#include "base/large_array.h"

#include <sys/mman.h>

#include <new>

namespace footnote {

void AskForLargePages(void* begin, size_t bytes) {
  // A system without them says so, and small ones do.
  madvise(begin, bytes, MADV_HUGEPAGE);
}

void* AllocateLarge(size_t bytes) {
  void* memory = nullptr;
  if (bytes < kLargePageBytes) {
    memory = std::malloc(bytes > 0 ? bytes : 1);
  } else {
    const size_t pages = (bytes + kLargePageBytes - 1) / kLargePageBytes;
    memory = std::aligned_alloc(kLargePageBytes, pages * kLargePageBytes);
    if (memory != nullptr) AskForLargePages(memory, pages * kLargePageBytes);
  }
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}

}  // namespace footnote
