#include "kernels/cuda/packed_number.h"
#include "kernels/cuda/prepared.h"
#include "kernels/cuda/rows.h"
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kThreads = 256;

FOOTNOTE_KERNEL(kThreads)
EmbedKernel(DeviceMatrix table, const int32_t* ids, float scale, float* x) {
  const int row = BlockX();
  const int c = BlockY() * kThreads + ThreadIndex();
  if (c >= table.columns) return;
  x[size_t{1} * row * table.columns + c] =
      Mul(PackedNumber(table, ids[row], c), scale);
}

FOOTNOTE_DEVICE float Silu(float x) { return Divide(x, 1.0f + Exp(-x)); }

// x / 2 (1 + tanh(u)) = x / (1 + exp(-2 u)), u = sqrt(2/pi) (x + .044715 x^3).
FOOTNOTE_DEVICE float GeluTanh(float x) {
  const float u = 0.7978845608f * Fma(x * x * 0.044715f, x, x);
  return Divide(x, 1.0f + Exp(-2.0f * u));
}

FOOTNOTE_KERNEL(kThreads)
GateKernel(bool gelu, const float* gate, const float* up, int n, float* out,
           Prepared prepared) {
  LetNextStart();
  WaitForEarlier();
  const int row = BlockX();
  const size_t start = size_t{1} * row * n;
  const int filled = Eights(n);
  const int e = BlockY() * kThreads + ThreadIndex();
  // Whole warps, for StoreEight.
  if (e >= (filled + 31) / 32 * 32) return;
  float g[8];
  float u[8];
  LoadEight(gate + start + 8 * e, n - 8 * e, g);
  LoadEight(up + start + 8 * e, n - 8 * e, u);
  for (int i = 0; i < 8; ++i) {
    g[i] = Mul(gelu ? GeluTanh(g[i]) : Silu(g[i]), u[i]);
  }
  if (out != nullptr) {
    for (int i = 0; i < 8; ++i) {
      if (8 * e + i < n) out[start + 8 * e + i] = g[i];
    }
  }
  if (prepared.fragments != nullptr) {
    StoreEight(prepared, row, e, g, e < filled);
  }
}

FOOTNOTE_KERNEL(kThreads)
AddKernel(const float* y, size_t count, float* x) {
  LetNextStart();
  WaitForEarlier();
  for (size_t i = size_t{1} * BlockX() * kThreads + ThreadIndex(); i < count;
       i += size_t{1} * GridX() * kThreads) {
    x[i] = Add(x[i], y[i]);
  }
}

FOOTNOTE_KERNEL(kThreads)
ScaleKernel(float factor, size_t count, float* x) {
  for (size_t i = size_t{1} * BlockX() * kThreads + ThreadIndex(); i < count;
       i += size_t{1} * GridX() * kThreads) {
    x[i] = factor == 0 ? 0 : Mul(x[i], factor);
  }
}

FOOTNOTE_KERNEL(kThreads)
GatherKernel(const float* x, const int32_t* rows, int n, float* out) {
  const int i = BlockX();
  for (int c = ThreadIndex(); c < n; c += kThreads) {
    out[size_t{1} * i * n + c] = x[size_t{1} * rows[i] * n + c];
  }
}

// For a thread to each of `items` items of a row.
int BlocksOfRow(int items) { return (items + kThreads - 1) / kThreads; }

int BlocksFor(size_t count) {
  const size_t blocks = (count + kThreads - 1) / kThreads;
  return static_cast<int>(blocks < 2048 ? blocks : 2048);
}

}  // namespace

void EmbedRows(Stream* stream, const DeviceMatrix& table, const int32_t* ids,
               int rows, float scale, float* x) {
  Launch(stream, EmbedKernel, {rows, BlocksOfRow(table.columns)}, kThreads, 0,
         table, ids, scale, x);
}

void GateRows(Stream* stream, bool gelu, const float* gate, const float* up,
              int rows, int n, float* out, const Prepared& prepared) {
  LaunchEarly(stream, GateKernel, {rows, BlocksOfRow(8 * Units(n))}, kThreads,
              0, gelu, gate, up, n, out, prepared);
}

void AddNumbers(Stream* stream, const float* y, size_t count, float* x) {
  LaunchEarly(stream, AddKernel, {BlocksFor(count)}, kThreads, 0, y, count, x);
}

void ScaleNumbers(Stream* stream, float factor, size_t count, float* x) {
  Launch(stream, ScaleKernel, {BlocksFor(count)}, kThreads, 0, factor, count,
         x);
}

void GatherRows(Stream* stream, const float* x, const int32_t* rows, int count,
                int n, float* out) {
  Launch(stream, GatherKernel, {count}, kThreads, 0, x, rows, n, out);
}

}  // namespace cuda
}  // namespace footnote
