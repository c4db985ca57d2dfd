// The words of kernels/cuda/simt.h for nvcc.
#ifndef FOOTNOTE_KERNELS_CUDA_SIMT_DEVICE_H_
#define FOOTNOTE_KERNELS_CUDA_SIMT_DEVICE_H_

#include <cuda_runtime.h>

#include "kernels/cuda/runtime.h"

#define FOOTNOTE_DEVICE __device__ __forceinline__
#define FOOTNOTE_KERNEL(threads) __global__ void __launch_bounds__(threads)
// With registers for so many blocks on a multiprocessor.
#define FOOTNOTE_KERNEL_BLOCKS(threads, blocks) \
  __global__ void __launch_bounds__(threads, blocks)
#define FOOTNOTE_UNROLL _Pragma("unroll")
#define FOOTNOTE_METHOD __device__

namespace footnote {
namespace cuda {

struct alignas(16) Word4 {
  uint32_t x, y, z, w;
};
struct alignas(8) Word2 {
  uint32_t x, y;
};

FOOTNOTE_DEVICE int ThreadIndex() { return threadIdx.x; }
FOOTNOTE_DEVICE int BlockThreads() { return blockDim.x; }
FOOTNOTE_DEVICE int BlockX() { return blockIdx.x; }
FOOTNOTE_DEVICE int BlockY() { return blockIdx.y; }
FOOTNOTE_DEVICE int BlockZ() { return blockIdx.z; }
FOOTNOTE_DEVICE int GridX() { return gridDim.x; }
FOOTNOTE_DEVICE int GridY() { return gridDim.y; }

FOOTNOTE_DEVICE void BlockBarrier() { __syncthreads(); }
FOOTNOTE_DEVICE void WarpBarrier() { __syncwarp(); }

FOOTNOTE_DEVICE void LetNextStart() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
#endif
}
// All kernels before have ended, and what they wrote is there.
FOOTNOTE_DEVICE void WaitForEarlier() {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
#endif
}

extern __shared__ char footnote_shared_memory[];
FOOTNOTE_DEVICE char* SharedMemory() {
  return static_cast<char*>(
      __builtin_assume_aligned(footnote_shared_memory, 16));
}

template <typename T>
FOOTNOTE_DEVICE T ShuffleXor(T x, int mask) {
  return __shfl_xor_sync(0xffffffffu, x, mask);
}
template <typename T>
FOOTNOTE_DEVICE T ShuffleFrom(T x, int lane) {
  return __shfl_sync(0xffffffffu, x, lane);
}

// Bit l is whether lane l said yes.
FOOTNOTE_DEVICE uint32_t Ballot(bool yes) {
  return __ballot_sync(0xffffffffu, yes);
}
// The lowest bit that is set. REQUIRES: one is.
FOOTNOTE_DEVICE int LowestBit(uint32_t bits) { return __ffs(bits) - 1; }
FOOTNOTE_DEVICE int CountBits(uint32_t bits) { return __popc(bits); }

// Adds in one piece; what was there before. Of integers alone: their sums have
// no order.
FOOTNOTE_DEVICE uint32_t AtomicAdd(uint32_t* to, uint32_t x) {
  return atomicAdd(to, x);
}
FOOTNOTE_DEVICE uint64_t AtomicAdd(uint64_t* to, uint64_t x) {
  return atomicAdd(reinterpret_cast<unsigned long long*>(to),
                   static_cast<unsigned long long>(x));
}

FOOTNOTE_DEVICE float BitsToFloat(uint32_t bits) {
  return __uint_as_float(bits);
}
FOOTNOTE_DEVICE uint32_t FloatToBits(float x) { return __float_as_uint(x); }
FOOTNOTE_DEVICE float Fma(float a, float b, float c) {
  return __fmaf_rn(a, b, c);
}
FOOTNOTE_DEVICE float Mul(float a, float b) { return __fmul_rn(a, b); }
FOOTNOTE_DEVICE float Add(float a, float b) { return __fadd_rn(a, b); }
FOOTNOTE_DEVICE double MulDouble(double a, double b) { return __dmul_rn(a, b); }
FOOTNOTE_DEVICE double AddDouble(double a, double b) { return __dadd_rn(a, b); }
FOOTNOTE_DEVICE float Max(float a, float b) { return fmaxf(a, b); }
FOOTNOTE_DEVICE float ReciprocalRoot(float x) {
  return __fdiv_rn(1.0f, __fsqrt_rn(x));
}
FOOTNOTE_DEVICE float Divide(float a, float b) { return __fdiv_rn(a, b); }
// e^x.
FOOTNOTE_DEVICE float Exp(float x) { return expf(x); }
FOOTNOTE_DEVICE double ExpDouble(double x) { return exp(x); }
// 2^x, within 2 units in the last place.
FOOTNOTE_DEVICE float Exp2(float x) {
  float y;
  asm("ex2.approx.ftz.f32 %0, %1;" : "=f"(y) : "f"(x));
  return y;
}
FOOTNOTE_DEVICE void SinCos(float x, float* sine, float* cosine) {
  sincosf(x, sine, cosine);
}

FOOTNOTE_DEVICE uint32_t PackBf16(float low, float high) {
  uint32_t pair;
  asm("cvt.rn.bf16x2.f32 %0, %1, %2;" : "=r"(pair) : "f"(high), "f"(low));
  return pair;
}
// a * b + c for each of two bfloat16.
FOOTNOTE_DEVICE uint32_t FmaBf16x2(uint32_t a, uint32_t b, uint32_t c) {
  uint32_t d;
  asm("fma.rn.bf16x2 %0, %1, %2, %3;" : "=r"(d) : "r"(a), "r"(b), "r"(c));
  return d;
}
// a & mask | bits, in one instruction.
FOOTNOTE_DEVICE uint32_t AndOr(uint32_t a, uint32_t mask, uint32_t bits) {
  uint32_t d;
  asm("lop3.b32 %0, %1, %2, %3, 0xea;"
      : "=r"(d)
      : "r"(a), "r"(mask), "r"(bits));
  return d;
}
// Bytes of {b, a} as the four digits of `selector` say.
FOOTNOTE_DEVICE uint32_t PickBytes(uint32_t a, uint32_t b, uint32_t selector) {
  return __byte_perm(a, b, selector);
}
FOOTNOTE_DEVICE float HalfToFloat(uint16_t half) {
  float x;
  asm("{.reg .f16 h; mov.b16 h, %1; cvt.f32.f16 %0, h;}" : "=f"(x) : "h"(half));
  return x;
}
// c + the sum of four products of signed bytes.
FOOTNOTE_DEVICE int Dot4(uint32_t a, uint32_t b, int c) {
  return __dp4a(static_cast<int>(a), static_cast<int>(b), c);
}

// Memory that is read once: past the first cache.
FOOTNOTE_DEVICE Word4 LoadStream(const void* p) {
  Word4 v;
  asm volatile(
      "ld.global.nc.L1::no_allocate.L2::128B.v4.u32 {%0,%1,%2,%3}, "
      "[%4];"
      : "=r"(v.x), "=r"(v.y), "=r"(v.z), "=r"(v.w)
      : "l"(p));
  return v;
}
FOOTNOTE_DEVICE Word4 Load4(const void* p) {
  return *static_cast<const Word4*>(p);
}

// From device memory to shared memory, 16 bytes; both aligned. The next two
// order them.
FOOTNOTE_DEVICE void CopyAsync(void* shared, const void* global) {
  const uint32_t to = static_cast<uint32_t>(__cvta_generic_to_shared(shared));
  asm volatile("cp.async.cg.shared.global.L2::128B [%0], [%1], 16;" ::"r"(to),
               "l"(global)
               : "memory");
}
FOOTNOTE_DEVICE void CommitCopies() {
  asm volatile("cp.async.commit_group;" ::: "memory");
}
// All but the last `Pending` commits of this thread are there.
template <int Pending>
FOOTNOTE_DEVICE void WaitCopies() {
  asm volatile("cp.async.wait_group %0;" ::"n"(Pending) : "memory");
}

// d += a b on a tensor core, by a warp: a of 16 x 16, b of 16 x 8, bfloat16.
// With g = lane / 4 and t = lane % 4, a lane holds
//   a  (g, 2t..2t+1) (g+8, 2t..) (g, 2t+8..) (g+8, 2t+8..)
//   b  (2t..2t+1, g) (2t+8.., g)
//   d  (g, 2t) (g, 2t+1) (g+8, 2t) (g+8, 2t+1)
FOOTNOTE_DEVICE void MultiplyTile(float d[4], uint32_t a0, uint32_t a1,
                                  uint32_t a2, uint32_t a3, uint32_t b0,
                                  uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32 "
      "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}
// The same for int8: a of 16 x 32, b of 32 x 8. A lane holds
//   a  (g, 4t..4t+3) (g+8, 4t..) (g, 4t+16..) (g+8, 4t+16..)
//   b  (4t..4t+3, g) (4t+16.., g)
FOOTNOTE_DEVICE void MultiplyTileInt8(int d[4], uint32_t a0, uint32_t a1,
                                      uint32_t a2, uint32_t a3, uint32_t b0,
                                      uint32_t b1) {
  asm volatile(
      "mma.sync.aligned.m16n8k32.row.col.s32.s8.s8.s32 "
      "{%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
      : "+r"(d[0]), "+r"(d[1]), "+r"(d[2]), "+r"(d[3])
      : "r"(a0), "r"(a1), "r"(a2), "r"(a3), "r"(b0), "r"(b1));
}

template <typename... Parameters, typename... Arguments>
void LaunchWith(bool early, Stream* stream, void (*kernel)(Parameters...),
                Grid grid, int threads, size_t shared_bytes,
                Arguments... arguments) {
  if (grid.x <= 0 || grid.y <= 0 || grid.z <= 0) return;
  if (shared_bytes > 48 * 1024) {
    KeepError(stream,
              cudaFuncSetAttribute(reinterpret_cast<const void*>(kernel),
                                   cudaFuncAttributeMaxDynamicSharedMemorySize,
                                   static_cast<int>(shared_bytes)));
  }
  // All kernels of a step divide their memory alike: none waits for another to
  // leave a multiprocessor that must be divided anew.
  if (early) {
    KeepError(stream, cudaFuncSetAttribute(
                          reinterpret_cast<const void*>(kernel),
                          cudaFuncAttributePreferredSharedMemoryCarveout,
                          cudaSharedmemCarveoutMaxShared));
  }
  cudaLaunchAttribute overlap = {};
  overlap.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  overlap.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t launch = {};
  launch.gridDim = dim3(grid.x, grid.y, grid.z);
  launch.blockDim = dim3(threads);
  launch.dynamicSmemBytes = shared_bytes;
  launch.stream = static_cast<cudaStream_t>(RawStream(stream));
  launch.attrs = &overlap;
  launch.numAttrs = early && Overlaps() ? 1 : 0;
  KeepError(stream, cudaLaunchKernelEx(&launch, kernel,
                                       static_cast<Parameters>(arguments)...));
  KeepError(stream, cudaGetLastError());
}

// Starts a kernel. Errors are kept: Finish (kernels/cuda/runtime.h) tells them.
// An empty grid does nothing.
template <typename... Parameters, typename... Arguments>
void Launch(Stream* stream, void (*kernel)(Parameters...), Grid grid,
            int threads, size_t shared_bytes, Arguments... arguments) {
  LaunchWith(false, stream, kernel, grid, threads, shared_bytes, arguments...);
}
// One that says WaitForEarlier, maybe before the last has ended.
template <typename... Parameters, typename... Arguments>
void LaunchEarly(Stream* stream, void (*kernel)(Parameters...), Grid grid,
                 int threads, size_t shared_bytes, Arguments... arguments) {
  LaunchWith(true, stream, kernel, grid, threads, shared_bytes, arguments...);
}

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_SIMT_DEVICE_H_
