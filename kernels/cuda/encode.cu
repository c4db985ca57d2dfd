#include "kernels/cuda/encode.h"
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kThreads = 256;
// Threads of a row, and rows of a block.
constexpr int kRowLanes = 16;
constexpr int kBlockRows = kThreads / kRowLanes;

int BlocksFor(int rows) { return (rows + kBlockRows - 1) / kBlockRows; }

FOOTNOTE_DEVICE int RowOfThread() {
  return BlockX() * kBlockRows + ThreadIndex() / kRowLanes;
}
FOOTNOTE_DEVICE int RowLane() { return ThreadIndex() % kRowLanes; }

FOOTNOTE_DEVICE float RowSum(float x) {
  for (int step = kRowLanes / 2; step > 0; step /= 2) {
    x = Add(x, ShuffleXor(x, step));
  }
  return x;
}
FOOTNOTE_DEVICE float RowMax(float x) {
  for (int step = kRowLanes / 2; step > 0; step /= 2) {
    x = Max(x, ShuffleXor(x, step));
  }
  return x;
}

FOOTNOTE_DEVICE float Relu(float x) { return x > 0 ? x : 0; }

struct RowNorm {
  float mean;
  float factor;

  FOOTNOTE_METHOD float operator()(float x) const {
    return Mul(Add(x, -mean), factor);
  }
};

// Of a row of n numbers value(i). All lanes of a warp call it; only those with
// a row (`mine`) call `value`.
template <typename Value>
FOOTNOTE_DEVICE RowNorm NormOf(bool mine, int n, float epsilon,
                               const Value& value) {
  const float count = static_cast<float>(n);
  const int end = mine ? n : 0;
  float sum = 0;
  for (int i = RowLane(); i < end; i += kRowLanes) sum = Add(sum, value(i));
  RowNorm norm;
  norm.mean = Divide(RowSum(sum), count);
  float squares = 0;
  for (int i = RowLane(); i < end; i += kRowLanes) {
    const float d = Add(value(i), -norm.mean);
    squares = Fma(d, d, squares);
  }
  norm.factor = ReciprocalRoot(Add(Divide(RowSum(squares), count), epsilon));
  return norm;
}

FOOTNOTE_KERNEL(kThreads)
TakeKernel(const uint8_t* table, const TokenRow* tokens, int count, int width,
           int middle, int8_t* bytes, float* scales) {
  const int r = RowOfThread();
  if (r >= count) return;
  const TokenRow token = tokens[r];
  const bool is_gap = token.row < 0;
  if (RowLane() == 0) scales[r] = is_gap ? 0 : token.scale;
  for (int i = RowLane(); i < width; i += kRowLanes) {
    bytes[size_t{1} * r * width + i] = static_cast<int8_t>(
        is_gap ? 0 : table[size_t{1} * token.row * width + i] - middle);
  }
}

FOOTNOTE_KERNEL(kThreads)
NormKernel(const TokenRow* tokens, int count, const float* adds,
           const float* gamma, const float* beta, float epsilon, int n,
           float* x) {
  const int r = RowOfThread();
  const bool is_there = r < count;
  const TokenRow token = tokens[is_there ? r : 0];
  const bool mine = is_there && token.row >= 0;
  x += size_t{1} * r * n;
  adds += size_t{1} * token.add * n;
  const auto value = [&](int i) { return Add(x[i], adds[i]); };
  const RowNorm norm = NormOf(mine, n, epsilon, value);
  if (!is_there) return;
  for (int i = RowLane(); i < n; i += kRowLanes) {
    x[i] = mine ? Fma(norm(value(i)), gamma[i], beta[i]) : 0;
  }
}

FOOTNOTE_KERNEL(kThreads)
RoundKernel(const float* x, int rows, int n, int8_t* q, float* scales) {
  const int r = RowOfThread();
  const int end = r < rows ? n : 0;
  x += size_t{1} * r * n;
  float most = 0;
  for (int i = RowLane(); i < end; i += kRowLanes) {
    most = Max(most, x[i] < 0 ? -x[i] : x[i]);
  }
  const float scale = Divide(RowMax(most), 127.0f);
  // Below this 1 / scale is not finite: the row is as good as zero.
  const float inverse = scale > 1e-37f ? Divide(1.0f, scale) : 0;
  for (int i = RowLane(); i < end; i += kRowLanes) {
    // Adding 1.5 * 2^23 rounds to the nearest integer.
    const uint32_t bits = FloatToBits(Fma(x[i], inverse, 12582912.0f));
    q[size_t{1} * r * n + i] = static_cast<int8_t>(bits - 0x4b400000u);
  }
  if (r < rows && RowLane() == 0) scales[r] = inverse == 0 ? 0 : scale;
}

FOOTNOTE_KERNEL(kThreads)
ReluAddKernel(const TokenRow* tokens, int count, const float* h, int n,
              float* x) {
  const int r = RowOfThread();
  if (r >= count || tokens[r].row < 0) return;
  for (int i = RowLane(); i < n; i += kRowLanes) {
    const size_t at = size_t{1} * r * n + i;
    x[at] = Add(Relu(h[at]), x[at]);
  }
}

FOOTNOTE_KERNEL(kThreads)
FeatureKernel(const uint8_t* table, const TokenRow* tokens, int count,
              int width, const float* h, const float* x, int n, float epsilon,
              float* features) {
  const int r = RowOfThread();
  const TokenRow token = tokens[r < count ? r : 0];
  const bool mine = r < count && token.row >= 0;
  table += size_t{1} * (mine ? token.row : 0) * width;
  h += size_t{1} * r * n;
  x += size_t{1} * r * n;
  const auto value = [&](int i) {
    return i < width ? Fma(static_cast<float>(table[i]), token.scale, token.low)
                     : Add(Relu(h[i - width]), x[i - width]);
  };
  const RowNorm norm = NormOf(mine, width + n, epsilon, value);
  if (!mine) return;
  for (int i = RowLane(); i < width + n; i += kRowLanes) {
    features[size_t{1} * r * (width + n) + i] = norm(value(i));
  }
}

FOOTNOTE_KERNEL(kThreads)
SumKernel(const TextRows* texts, const float* features, int n, float* sums) {
  const TextRows text = texts[BlockX()];
  const int i = BlockY() * kThreads + ThreadIndex();
  if (i >= n) return;
  const float* from = features + size_t{1} * text.first * n + i;
  float sum = 0;
  for (int r = 0; r < text.count; ++r) sum = Add(sum, from[size_t{1} * r * n]);
  sums[size_t{1} * BlockX() * n + i] = sum;
}

}  // namespace

void TakeTokens(Stream* stream, const uint8_t* table, const TokenRow* tokens,
                int count, int width, int middle, int8_t* bytes,
                float* scales) {
  Launch(stream, TakeKernel, {BlocksFor(count)}, kThreads, 0, table, tokens,
         count, width, middle, bytes, scales);
}

void NormTokens(Stream* stream, const TokenRow* tokens, int count,
                const float* adds, const float* gamma, const float* beta,
                float epsilon, int n, float* x) {
  Launch(stream, NormKernel, {BlocksFor(count)}, kThreads, 0, tokens, count,
         adds, gamma, beta, epsilon, n, x);
}

void RoundRows(Stream* stream, const float* x, int rows, int n, int8_t* q,
               float* scales) {
  Launch(stream, RoundKernel, {BlocksFor(rows)}, kThreads, 0, x, rows, n, q,
         scales);
}

void ReluAddTokens(Stream* stream, const TokenRow* tokens, int count,
                   const float* h, int n, float* x) {
  Launch(stream, ReluAddKernel, {BlocksFor(count)}, kThreads, 0, tokens, count,
         h, n, x);
}

void FeatureTokens(Stream* stream, const uint8_t* table, const TokenRow* tokens,
                   int count, int width, const float* h, const float* x, int n,
                   float epsilon, float* features) {
  Launch(stream, FeatureKernel, {BlocksFor(count)}, kThreads, 0, table, tokens,
         count, width, h, x, n, epsilon, features);
}

void SumTexts(Stream* stream, const TextRows* texts, int count,
              const float* features, int n, float* sums) {
  Launch(stream, SumKernel, {count, (n + kThreads - 1) / kThreads}, kThreads, 0,
         texts, features, n, sums);
}

}  // namespace cuda
}  // namespace footnote
