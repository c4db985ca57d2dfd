#include "kernels/weigh.h"

#include <cstring>

#include "absl/base/attributes.h"
#include "kernels/draw.h"

namespace footnote {
namespace {

// GCC and Clang make of these what the processor has.
constexpr size_t kLanes = 2;
typedef float Floats __attribute__((vector_size(kLanes * sizeof(float))));
typedef double Doubles __attribute__((vector_size(kLanes * sizeof(double))));
typedef float Quad __attribute__((vector_size(4 * sizeof(float))));
typedef int64_t Words __attribute__((vector_size(kLanes * sizeof(int64_t))));

// DistanceWeight's steps, lane by lane.
ABSL_ATTRIBUTE_ALWAYS_INLINE inline Words WeighLanes(const float* logits,
                                                     double most,
                                                     double inverse) {
  Floats floats;
  memcpy(&floats, logits, sizeof(floats));
  constexpr float kLargest = 3.402823466e38f;
  floats = floats > kLargest ? Floats{} + kLargest : floats;
  // What is no number stays none, and is not above -31.
  const Doubles x = (__builtin_convertvector(floats, Doubles) - most) * inverse;
  constexpr double kRound = 6755399441055744.0;
  const Doubles shifted = x * 1.4426950408889634 + kRound;
  const Doubles n = shifted - kRound;
  Doubles r = n * -6.93147180369123816490e-01 + x;
  r = n * -1.90821492927058770002e-10 + r;
  Doubles e = Doubles{} + 1 / 479001600.0;
  e = e * r + 1 / 39916800.0;
  e = e * r + 1 / 3628800.0;
  e = e * r + 1 / 362880.0;
  e = e * r + 1 / 40320.0;
  e = e * r + 1 / 5040.0;
  e = e * r + 1 / 720.0;
  e = e * r + 1 / 120.0;
  e = e * r + 1 / 24.0;
  e = e * r + 1 / 6.0;
  e = e * r + .5;
  e = e * r + 1;
  e = e * r + 1;
  // n is in the low bits of `shifted`, from which all others are shifted out.
  const Words bits = (reinterpret_cast<Words>(shifted) + (1023 + 43)) << 52;
  const Doubles scaled = e * reinterpret_cast<Doubles>(bits);
  // Cut to an integer: the low bits of the sum have it rounded.
  constexpr double kWhole = 0x1p52;
  const Doubles sum = scaled + kWhole;
  Words cut = reinterpret_cast<Words>(sum) & ((int64_t{1} << 52) - 1);
  cut += (sum - kWhole) > scaled;  // -1 where it was rounded up
  return cut & (x > -31.0);
}

}  // namespace

int32_t MostLikely(const float* logits, size_t count) {
  Quad most_of[4];
  for (Quad& quad : most_of) quad = Quad{} + NeverLogit();
  const auto take = [&](const float* from, Quad* to) {
    Quad quad;
    memcpy(&quad, from, sizeof(quad));
    // Which does not hold for what is no number.
    *to = quad > *to ? quad : *to;
  };
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    take(logits + i, &most_of[0]);
    take(logits + i + 4, &most_of[1]);
    take(logits + i + 8, &most_of[2]);
    take(logits + i + 12, &most_of[3]);
  }
  float most = NeverLogit();
  for (const Quad& quad : most_of) {
    for (size_t lane = 0; lane < 4; ++lane) {
      most = quad[lane] > most ? quad[lane] : most;
    }
  }
  for (; i < count; ++i) most = logits[i] > most ? logits[i] : most;
  if (most == NeverLogit()) return -1;
  most = CleanLogit(most);
  i = 0;
  while (!(logits[i] >= most)) ++i;
  return static_cast<int32_t>(i);
}

uint64_t WeighLogits(const float* logits, size_t count, float most,
                     double inverse_temperature, uint64_t* weights) {
  Words sums = {};
  size_t i = 0;
  for (; i + kLanes <= count; i += kLanes) {
    const Words four = WeighLanes(logits + i, most, inverse_temperature);
    memcpy(weights + i, &four, sizeof(four));
    sums += four;
  }
  uint64_t sum = 0;
  for (size_t lane = 0; lane < kLanes; ++lane) sum += sums[lane];
  for (; i < count; ++i) {
    weights[i] = LogitWeight(CleanLogit(logits[i]), most, inverse_temperature);
    sum += weights[i];
  }
  return sum;
}

}  // namespace footnote
