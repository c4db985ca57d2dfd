// The words of kernels/cuda/simt.h for the host's compiler: the emulator.
#ifndef FOOTNOTE_KERNELS_CUDA_SIMT_HOST_H_
#define FOOTNOTE_KERNELS_CUDA_SIMT_HOST_H_

#include <cmath>
#include <cstdint>
#include <cstring>

#include "kernels/cuda/emulator/block.h"
#include "kernels/cuda/runtime.h"

#define FOOTNOTE_DEVICE inline
#define FOOTNOTE_KERNEL(threads) void
#define FOOTNOTE_KERNEL_BLOCKS(threads, blocks) void
#define FOOTNOTE_UNROLL
#define FOOTNOTE_METHOD

namespace footnote {
namespace cuda {

struct alignas(16) Word4 {
  uint32_t x, y, z, w;
};
struct alignas(8) Word2 {
  uint32_t x, y;
};

inline int ThreadIndex() { return emulator::current.thread; }
inline int BlockThreads() { return emulator::current.threads; }
inline int BlockX() { return emulator::current.block.x; }
inline int BlockY() { return emulator::current.block.y; }
inline int BlockZ() { return emulator::current.block.z; }
inline int GridX() { return emulator::current.grid.x; }
inline int GridY() { return emulator::current.grid.y; }

inline void BlockBarrier() { emulator::WaitForBlock(); }
inline void WarpBarrier() { emulator::WaitForWarp(); }
inline void LetNextStart() {}
inline void WaitForEarlier() { emulator::WaitForEarlier(); }
inline char* SharedMemory() { return emulator::current.shared; }

// What lane `from(lane)` of the warp gave.
template <typename T>
inline T ShuffleFrom(T x, int lane) {
  emulator::Slot* slots = emulator::Deposit(&x, sizeof(x));
  T y;
  std::memcpy(&y, slots[lane % 32].bytes, sizeof(y));
  return y;
}
template <typename T>
inline T ShuffleXor(T x, int mask) {
  return ShuffleFrom(x, (emulator::current.thread % 32) ^ mask);
}

inline uint32_t Ballot(bool yes) {
  const emulator::Slot* slots = emulator::Deposit(&yes, sizeof(yes));
  uint32_t bits = 0;
  for (int lane = 0; lane < 32; ++lane) {
    bits |= static_cast<uint32_t>(slots[lane].bytes[0] != 0) << lane;
  }
  return bits;
}
inline int LowestBit(uint32_t bits) { return __builtin_ctz(bits); }
inline int CountBits(uint32_t bits) { return __builtin_popcount(bits); }

inline uint32_t AtomicAdd(uint32_t* to, uint32_t x) {
  const uint32_t before = *to;
  *to += x;
  return before;
}
inline uint64_t AtomicAdd(uint64_t* to, uint64_t x) {
  const uint64_t before = *to;
  *to += x;
  return before;
}

inline float BitsToFloat(uint32_t bits) {
  float x;
  std::memcpy(&x, &bits, sizeof(x));
  return x;
}
inline uint32_t FloatToBits(float x) {
  uint32_t bits;
  std::memcpy(&bits, &x, sizeof(bits));
  return bits;
}
inline float Fma(float a, float b, float c) { return std::fma(a, b, c); }
inline float Mul(float a, float b) { return a * b; }
inline float Add(float a, float b) { return a + b; }
inline double MulDouble(double a, double b) { return a * b; }
inline double AddDouble(double a, double b) { return a + b; }
inline float Max(float a, float b) { return std::fmax(a, b); }
inline float ReciprocalRoot(float x) { return 1.0f / std::sqrt(x); }
inline float Divide(float a, float b) { return a / b; }
inline float Exp(float x) { return std::exp(x); }
inline double ExpDouble(double x) { return std::exp(x); }
inline float Exp2(float x) { return std::exp2(x); }
inline void SinCos(float x, float* sine, float* cosine) {
  *sine = std::sin(x);
  *cosine = std::cos(x);
}

inline uint32_t RoundToBf16(float x) {
  const uint32_t bits = FloatToBits(x);
  if ((bits & 0x7fffffffu) > 0x7f800000u) return 0x7fff;
  return (bits + 0x7fff + ((bits >> 16) & 1)) >> 16;
}
inline uint32_t PackBf16(float low, float high) {
  return RoundToBf16(low) | RoundToBf16(high) << 16;
}
inline uint32_t FmaBf16x2(uint32_t a, uint32_t b, uint32_t c) {
  const auto part = [&](int shift) {
    const auto value = [&](uint32_t pair) {
      return static_cast<double>(BitsToFloat(pair >> shift << 16));
    };
    // Exact in double for what kernels do here: integers and powers of two.
    return RoundToBf16(static_cast<float>(value(a) * value(b) + value(c)));
  };
  return part(0) | part(16) << 16;
}
inline uint32_t AndOr(uint32_t a, uint32_t mask, uint32_t bits) {
  return (a & mask) | bits;
}
inline uint32_t PickBytes(uint32_t a, uint32_t b, uint32_t selector) {
  const uint64_t both = uint64_t{b} << 32 | a;
  uint32_t picked = 0;
  for (int i = 0; i < 4; ++i) {
    const int byte = selector >> (4 * i) & 7;
    picked |= static_cast<uint32_t>(both >> (8 * byte) & 0xff) << (8 * i);
  }
  return picked;
}
inline float HalfToFloat(uint16_t half) {
  const uint32_t exponent = half >> 10 & 31;
  const uint32_t mantissa = half & 1023;
  const float sign = half & 0x8000 ? -1.0f : 1.0f;
  if (exponent == 0) return sign * std::ldexp(float(mantissa), -24);
  if (exponent == 31) return sign * (mantissa ? NAN : INFINITY);
  return sign * std::ldexp(float(mantissa + 1024), int(exponent) - 25);
}
inline int Dot4(uint32_t a, uint32_t b, int c) {
  for (int i = 0; i < 32; i += 8) {
    c += static_cast<int8_t>(a >> i) * static_cast<int8_t>(b >> i);
  }
  return c;
}

inline Word4 LoadStream(const void* p) { return *static_cast<const Word4*>(p); }
inline Word4 Load4(const void* p) { return *static_cast<const Word4*>(p); }

// What was copied is there only after WaitCopies says so.
inline void CopyAsync(void* shared, const void* global) {
  emulator::CopyLater(shared, global);
}
inline void CommitCopies() { emulator::CommitCopies(); }
template <int Pending>
inline void WaitCopies() {
  emulator::WaitCopies(Pending);
}

void MultiplyTile(float d[4], uint32_t a0, uint32_t a1, uint32_t a2,
                  uint32_t a3, uint32_t b0, uint32_t b1);
void MultiplyTileInt8(int d[4], uint32_t a0, uint32_t a1, uint32_t a2,
                      uint32_t a3, uint32_t b0, uint32_t b1);

template <typename... Parameters, typename... Arguments>
void Launch(Stream* stream, void (*kernel)(Parameters...), Grid grid,
            int threads, size_t shared_bytes, Arguments... arguments) {
  emulator::Run(stream, grid, threads, shared_bytes,
                [=] { kernel(static_cast<Parameters>(arguments)...); });
}
template <typename... Parameters, typename... Arguments>
void LaunchEarly(Stream* stream, void (*kernel)(Parameters...), Grid grid,
                 int threads, size_t shared_bytes, Arguments... arguments) {
  emulator::Run(stream, grid, threads, shared_bytes, [=] {
    kernel(static_cast<Parameters>(arguments)...);
    emulator::ExpectWaited();
  });
}

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_SIMT_HOST_H_
