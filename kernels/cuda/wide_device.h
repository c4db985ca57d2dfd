// The words of kernels/cuda/wide.h for nvcc: Hopper's wgmma, in PTX. Compiled
// for other devices it stops the kernel.
#ifndef FOOTNOTE_KERNELS_CUDA_WIDE_DEVICE_H_
#define FOOTNOTE_KERNELS_CUDA_WIDE_DEVICE_H_

#include <cstdint>

#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {

#if defined(__CUDA_ARCH_FEAT_SM90_ALL)

#define FOOTNOTE_FOUR(i) \
  "+f"(d[i]), "+f"(d[i + 1]), "+f"(d[i + 2]), "+f"(d[i + 3])
#define FOOTNOTE_SUMS                                                      \
  FOOTNOTE_FOUR(0), FOOTNOTE_FOUR(4), FOOTNOTE_FOUR(8), FOOTNOTE_FOUR(12), \
      FOOTNOTE_FOUR(16), FOOTNOTE_FOUR(20), FOOTNOTE_FOUR(24),             \
      FOOTNOTE_FOUR(28), FOOTNOTE_FOUR(32), FOOTNOTE_FOUR(36),             \
      FOOTNOTE_FOUR(40), FOOTNOTE_FOUR(44), FOOTNOTE_FOUR(48),             \
      FOOTNOTE_FOUR(52), FOOTNOTE_FOUR(56), FOOTNOTE_FOUR(60),             \
      FOOTNOTE_FOUR(64), FOOTNOTE_FOUR(68), FOOTNOTE_FOUR(72),             \
      FOOTNOTE_FOUR(76), FOOTNOTE_FOUR(80), FOOTNOTE_FOUR(84),             \
      FOOTNOTE_FOUR(88), FOOTNOTE_FOUR(92), FOOTNOTE_FOUR(96),             \
      FOOTNOTE_FOUR(100), FOOTNOTE_FOUR(104), FOOTNOTE_FOUR(108),          \
      FOOTNOTE_FOUR(112), FOOTNOTE_FOUR(116), FOOTNOTE_FOUR(120),          \
      FOOTNOTE_FOUR(124)

// The compiler moves no access to d over this.
FOOTNOTE_DEVICE void FenceWide(float (&d)[kWideSums]) {
  asm volatile("" : FOOTNOTE_SUMS : : "memory");
}

FOOTNOTE_DEVICE void ShowCopiesToWide() {
  asm volatile("fence.proxy.async.shared::cta;" ::: "memory");
}

FOOTNOTE_DEVICE void HoldWide(uint32_t& fragment) {
  asm volatile("" : "+r"(fragment) : : "memory");
}

FOOTNOTE_DEVICE void BeginWide(float (&d)[kWideSums]) {
  FenceWide(d);
  asm volatile("wgmma.fence.sync.aligned;" ::: "memory");
}

FOOTNOTE_DEVICE void EndWide(float (&d)[kWideSums]) {
  asm volatile("wgmma.commit_group.sync.aligned;" ::: "memory");
  asm volatile("wgmma.wait_group.sync.aligned 0;" ::: "memory");
  FenceWide(d);
}

// Where b is, in units of 16 bytes: its start, from eight numbers of a token to
// its next eight, from eight tokens to the next eight; not swizzled.
FOOTNOTE_DEVICE uint64_t WideDescriptor(const void* b) {
  const uint32_t start = static_cast<uint32_t>(__cvta_generic_to_shared(b));
  return static_cast<uint64_t>((start & 0x3ffff) >> 4) |
         static_cast<uint64_t>(kWideHalfBytes >> 4) << 16 |
         static_cast<uint64_t>(kWideEightBytes >> 4) << 32;
}

FOOTNOTE_DEVICE void MultiplyWide(float (&d)[kWideSums], uint32_t a0,
                                  uint32_t a1, uint32_t a2, uint32_t a3,
                                  const void* b) {
  asm volatile(
      "{.reg .pred adds; setp.ne.b32 adds, %133, 0;\n"
      "wgmma.mma_async.sync.aligned.m64n256k16.f32.bf16.bf16 {"
      "%0, %1, %2, %3, %4, %5, %6, %7, "
      "%8, %9, %10, %11, %12, %13, %14, %15, "
      "%16, %17, %18, %19, %20, %21, %22, %23, "
      "%24, %25, %26, %27, %28, %29, %30, %31, "
      "%32, %33, %34, %35, %36, %37, %38, %39, "
      "%40, %41, %42, %43, %44, %45, %46, %47, "
      "%48, %49, %50, %51, %52, %53, %54, %55, "
      "%56, %57, %58, %59, %60, %61, %62, %63, "
      "%64, %65, %66, %67, %68, %69, %70, %71, "
      "%72, %73, %74, %75, %76, %77, %78, %79, "
      "%80, %81, %82, %83, %84, %85, %86, %87, "
      "%88, %89, %90, %91, %92, %93, %94, %95, "
      "%96, %97, %98, %99, %100, %101, %102, %103, "
      "%104, %105, %106, %107, %108, %109, %110, %111, "
      "%112, %113, %114, %115, %116, %117, %118, %119, "
      "%120, %121, %122, %123, %124, %125, %126, %127"
      "}, {%128, %129, %130, %131}, %132, adds, 1, 1, 0;}\n"
      : FOOTNOTE_SUMS
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "l"(WideDescriptor(b)), "r"(1));
}

#undef FOOTNOTE_SUMS
#undef FOOTNOTE_FOUR

#else

FOOTNOTE_DEVICE void ShowCopiesToWide() {}
FOOTNOTE_DEVICE void HoldWide(uint32_t&) {}
FOOTNOTE_DEVICE void BeginWide(float (&)[kWideSums]) {}
FOOTNOTE_DEVICE void EndWide(float (&)[kWideSums]) {}
FOOTNOTE_DEVICE void MultiplyWide(float (&)[kWideSums], uint32_t, uint32_t,
                                  uint32_t, uint32_t, const void*) {
  __trap();
}

#endif

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_WIDE_DEVICE_H_
