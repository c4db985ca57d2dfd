// kernels/transformer.h for any processor.
#include <cmath>
#include <cstring>

#include "kernels/transformer.h"

namespace footnote {
namespace {

struct Lanes {
  float v[16];
};

template <typename Op>
inline Lanes Each(Op op) {
  Lanes out;
  for (int i = 0; i < 16; ++i) out.v[i] = op(i);
  return out;
}

inline Lanes Set(float x) {
  return Each([&](int) { return x; });
}
inline Lanes Load(const float* p) {
  return Each([&](int i) { return p[i]; });
}
inline Lanes LoadPart(const float* p, size_t n) {
  return Each([&](int i) { return i < static_cast<int>(n) ? p[i] : 0.0f; });
}
inline void Store(float* p, Lanes x) { std::memcpy(p, x.v, sizeof(x.v)); }
inline void StorePart(float* p, size_t n, Lanes x) {
  std::memcpy(p, x.v, n * sizeof(float));
}
inline Lanes Add(Lanes a, Lanes b) {
  return Each([&](int i) { return a.v[i] + b.v[i]; });
}
inline Lanes Sub(Lanes a, Lanes b) {
  return Each([&](int i) { return a.v[i] - b.v[i]; });
}
inline Lanes Mul(Lanes a, Lanes b) {
  return Each([&](int i) { return a.v[i] * b.v[i]; });
}
inline Lanes Div(Lanes a, Lanes b) {
  return Each([&](int i) { return a.v[i] / b.v[i]; });
}
inline Lanes Max(Lanes a, Lanes b) {
  return Each([&](int i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
}
inline Lanes Min(Lanes a, Lanes b) {
  return Each([&](int i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
}
inline Lanes Fma(Lanes a, Lanes b, Lanes c) {
  return Each([&](int i) { return a.v[i] * b.v[i] + c.v[i]; });
}
inline Lanes Round(Lanes a) {
  return Each([&](int i) { return std::nearbyintf(a.v[i]); });
}
// x * 2^n for whole n, -126 to 127.
inline Lanes Scale(Lanes x, Lanes n) {
  return Each([&](int i) {
    const int32_t bits = (static_cast<int32_t>(n.v[i]) + 127) << 23;
    float power;
    std::memcpy(&power, &bits, sizeof(power));
    return x.v[i] * power;
  });
}
// Lanes begin to end - 1 of x, and `otherwise` elsewhere.
inline Lanes Keep(Lanes x, int begin, int end, float otherwise) {
  return Each(
      [&](int i) { return i >= begin && i < end ? x.v[i] : otherwise; });
}
inline float SumOf(Lanes x) {
  for (int step = 8; step > 0; step /= 2) {
    for (int i = 0; i < step; ++i) x.v[i] += x.v[i + step];
  }
  return x.v[0];
}
inline float MaxOf(Lanes x) {
  float most = x.v[0];
  for (int i = 1; i < 16; ++i) most = x.v[i] > most ? x.v[i] : most;
  return most;
}

}  // namespace
}  // namespace footnote

#define FOOTNOTE_TRANSFORMER_KERNELS kTransformerKernelsScalar
#include "kernels/transformer.inc"
