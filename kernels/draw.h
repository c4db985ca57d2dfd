// The arithmetic of drawing a token, the same bits on every CPU and device.
//
// A token weighs e^((logit - most) / temperature) in parts of 2^-43, cut to an
// integer: sums of weights have no order, so one thread or a thousand find the
// same. What is less likely than 2^-43 times the most likely weighs nothing.
// Vocabularies of up to 2^20 tokens fit.
//
// Included by kernels too: plain operations that round alone (on the host,
// compile with -ffp-contract=off), no function of a library.
#ifndef FOOTNOTE_KERNELS_DRAW_H_
#define FOOTNOTE_KERNELS_DRAW_H_

#include <cmath>
#include <cstdint>
#include <cstring>

#ifdef __CUDACC__
#define FOOTNOTE_DRAW __host__ __device__ inline
#else
#define FOOTNOTE_DRAW inline
#endif

namespace footnote {

inline constexpr uint64_t kWholeWeight = uint64_t{1} << 43;

// Below every other logit: a token that cannot be.
FOOTNOTE_DRAW constexpr float NeverLogit() { return -__builtin_inff(); }

// What is no number can never be; infinity is the largest number.
FOOTNOTE_DRAW float CleanLogit(float x) {
  constexpr float kLargest = 3.402823466e38f;
  if (x != x) return NeverLogit();
  return x > kLargest ? kLargest : x;
}

// a * b + c, rounded twice.
FOOTNOTE_DRAW double TimesPlus(double a, double b, double c) {
#ifdef __CUDA_ARCH__
  return __dadd_rn(__dmul_rn(a, b), c);
#else
  return a * b + c;
#endif
}

// (logit - most) / temperature, at most 0. REQUIRES: both clean.
FOOTNOTE_DRAW double LogitDistance(float logit, float most,
                                   double inverse_temperature) {
  return (static_cast<double>(logit) - most) * inverse_temperature;
}

// The weight at a distance.
FOOTNOTE_DRAW uint64_t DistanceWeight(double x) {
  if (!(x > -31)) return 0;
  // e^x = 2^n e^r with |r| < .35; the sum with kRound has n in its low bits.
  constexpr double kRound = 6755399441055744.0;  // 1.5 * 2^52
  const double shifted = TimesPlus(x, 1.4426950408889634, kRound);
  const double n = shifted - kRound;
  double r = TimesPlus(n, -6.93147180369123816490e-01, x);
  r = TimesPlus(n, -1.90821492927058770002e-10, r);
  double e = 1 / 479001600.0;
  e = TimesPlus(e, r, 1 / 39916800.0);
  e = TimesPlus(e, r, 1 / 3628800.0);
  e = TimesPlus(e, r, 1 / 362880.0);
  e = TimesPlus(e, r, 1 / 40320.0);
  e = TimesPlus(e, r, 1 / 5040.0);
  e = TimesPlus(e, r, 1 / 720.0);
  e = TimesPlus(e, r, 1 / 120.0);
  e = TimesPlus(e, r, 1 / 24.0);
  e = TimesPlus(e, r, 1 / 6.0);
  e = TimesPlus(e, r, .5);
  e = TimesPlus(e, r, 1);
  e = TimesPlus(e, r, 1);
  const uint64_t bits = static_cast<uint64_t>(1023 + 43 + static_cast<int>(n))
                        << 52;
  double scale;
  memcpy(&scale, &bits, sizeof(scale));
  // By way of int64_t, which processors have an instruction for.
  return static_cast<uint64_t>(static_cast<int64_t>(e * scale));
}

FOOTNOTE_DRAW uint64_t LogitWeight(float logit, float most,
                                   double inverse_temperature) {
  return DistanceWeight(LogitDistance(logit, most, inverse_temperature));
}

// What weights must reach together, from the most likely down, for top_p of
// `whole` > 0; at least 1.
FOOTNOTE_DRAW uint64_t TopPWeight(float top_p, uint64_t whole) {
  const double wanted = static_cast<double>(top_p) * static_cast<double>(whole);
  uint64_t weight = static_cast<uint64_t>(wanted);
  if (static_cast<double>(weight) < wanted) ++weight;
  if (weight < 1) return 1;
  return weight < whole ? weight : whole;
}

// The least weight that min_p keeps; at least 1.
FOOTNOTE_DRAW uint64_t MinPWeight(float min_p) {
  const uint64_t weight =
      static_cast<uint64_t>(static_cast<double>(min_p) * kWholeWeight);
  return weight < 1 ? 1 : weight;
}

// Below `whole` > 0, by seed and position alone (SplitMix64). The token drawn
// is the first, by id, with which the weights are more than this.
FOOTNOTE_DRAW uint64_t DrawnWeight(uint64_t seed, uint64_t position,
                                   uint64_t whole) {
  uint64_t x = seed * 0x9e3779b97f4a7c15u + position + 1;
  for (int i = 0; i < 2; ++i) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    x ^= x >> 31;
  }
  const double u = static_cast<double>(x >> 11) * 0x1p-53;
  const uint64_t drawn = static_cast<uint64_t>(u * static_cast<double>(whole));
  return drawn < whole ? drawn : whole - 1;
}

// The natural logarithm of a token's probability, by the weights at temperature
// 1 of all logits together; the host's alone.
inline float WeighedLogprob(float logit, float most, uint64_t weights) {
  return static_cast<float>(static_cast<double>(logit) - most -
                            std::log(static_cast<double>(weights) * 0x1p-43));
}

}  // namespace footnote

#undef FOOTNOTE_DRAW

#endif  // FOOTNOTE_KERNELS_DRAW_H_
