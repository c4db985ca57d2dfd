#include "kernels/cuda/norm.h"
#include "kernels/cuda/prepared.h"
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kThreads = 256;
// Eights of a thread that stay in registers: rows of up to 12,288 are read
// once, all of it at once.
constexpr int kHeld = 6;

FOOTNOTE_KERNEL(kThreads)
NormKernel(bool centre, const float* x, const float* weight, float epsilon,
           int n, float* out, Prepared prepared) {
  LetNextStart();
  WaitForEarlier();
  float* shared = reinterpret_cast<float*>(SharedMemory());
  const int row = BlockX();
  x += size_t{1} * row * n;
  const int eights = (n + 7) / 8;
  const auto eight_of = [](int k) { return ThreadIndex() + k * kThreads; };
  float held[kHeld][8];
  float weights[kHeld][8];
  FOOTNOTE_UNROLL
  for (int k = 0; k < kHeld; ++k) {
    LoadEight(x + 8 * eight_of(k), n - 8 * eight_of(k), held[k]);
  }
  FOOTNOTE_UNROLL
  for (int k = 0; k < kHeld; ++k) {
    LoadEight(weight + 8 * eight_of(k), n - 8 * eight_of(k), weights[k]);
  }
  // Calls use(e, eight e of the row, of the weights) for the thread's eights
  // before `end`, in their order.
  const auto for_each = [&](int end, const auto& use) {
    FOOTNOTE_UNROLL
    for (int k = 0; k < kHeld; ++k) {
      if (eight_of(k) < end) use(eight_of(k), held[k], weights[k]);
    }
    for (int e = eight_of(kHeld); e < end; e += kThreads) {
      float v[8];
      float w[8];
      LoadEight(x + 8 * e, n - 8 * e, v);
      LoadEight(weight + 8 * e, n - 8 * e, w);
      use(e, v, w);
    }
  };
  float mean = 0;
  if (centre) {
    float sum = 0;
    for_each(eights, [&](int, const float* v, const float*) {
      for (int i = 0; i < 8; ++i) sum = Add(sum, v[i]);
    });
    mean = Divide(BlockSum(sum, shared), static_cast<float>(n));
  }
  float squares = 0;
  for_each(eights, [&](int e, const float* v, const float*) {
    for (int i = 0; i < 8; ++i) {
      const float d = 8 * e + i < n ? v[i] - mean : 0;
      squares = Fma(d, d, squares);
    }
  });
  const float factor = ReciprocalRoot(
      Divide(BlockSum(squares, shared), static_cast<float>(n)) + epsilon);
  const int filled = Eights(n);
  // Whole warps, for StoreEight.
  for_each((filled + 31) / 32 * 32, [&](int e, const float* v, const float* w) {
    float y[8];
    for (int i = 0; i < 8; ++i) {
      y[i] = 8 * e + i < n ? Mul(Mul(v[i] - mean, factor), w[i]) : 0;
    }
    if (out != nullptr) {
      float* to = out + size_t{1} * row * n + 8 * e;
      for (int i = 0; i < 8; ++i) {
        if (8 * e + i < n) to[i] = y[i];
      }
    }
    if (prepared.fragments != nullptr) {
      StoreEight(prepared, row, e, y, e < filled);
    }
  });
}

FOOTNOTE_KERNEL(kThreads)
PrepareKernel(const float* x, int n, Prepared prepared) {
  LetNextStart();
  WaitForEarlier();
  const int row = BlockX();
  const int filled = Eights(n);
  const int e = BlockY() * kThreads + ThreadIndex();
  // Whole warps, for StoreEight.
  if (e >= (filled + 31) / 32 * 32) return;
  float v[8];
  LoadEight(x + size_t{1} * row * n + 8 * e, n - 8 * e, v);
  StoreEight(prepared, row, e, v, e < filled);
}

FOOTNOTE_KERNEL(kThreads)
NormHeadsKernel(const float* weight, float epsilon, int heads, int size,
                float* x) {
  LetNextStart();
  WaitForEarlier();
  const int head = BlockX() * (kThreads / kWarp) + WarpIndex();
  const bool mine = head < heads;
  x += size_t{1} * head * size;
  float squares = 0;
  for (int i = Lane(); mine && i < size; i += kWarp) {
    squares = Fma(x[i], x[i], squares);
  }
  const float factor = ReciprocalRoot(
      Divide(WarpSum(squares), static_cast<float>(size)) + epsilon);
  for (int i = Lane(); mine && i < size; i += kWarp) {
    x[i] = Mul(Mul(x[i], factor), weight[i]);
  }
}

}  // namespace

void NormRows(Stream* stream, bool centre, const float* x, const float* weight,
              float epsilon, int rows, int n, float* out,
              const Prepared& prepared) {
  LaunchEarly(stream, NormKernel, {rows}, kThreads, 32 * sizeof(float), centre,
              x, weight, epsilon, n, out, prepared);
}

void PrepareRows(Stream* stream, const float* x, int rows, int n,
                 const Prepared& prepared) {
  LaunchEarly(stream, PrepareKernel,
              {rows, (8 * Units(n) + kThreads - 1) / kThreads}, kThreads, 0, x,
              n, prepared);
}

void NormHeads(Stream* stream, const float* weight, float epsilon, int heads,
               int size, float* x) {
  LaunchEarly(stream, NormHeadsKernel,
              {(heads + kThreads / kWarp - 1) / (kThreads / kWarp)}, kThreads,
              0, weight, epsilon, heads, size, x);
}

}  // namespace cuda
}  // namespace footnote
