// A mixture of experts: which tokens go where, their products together, their
// sum; nothing goes to the host between.
//
// Each token's chosen experts get a slot; an expert's slots lie together, from
// a tile of 8 on, in the order of the tokens. So one launch multiplies all
// experts' slots with their own matrices, and each matrix is read once per 32
// tokens that want it, those of nobody not at all. A token's result does not
// depend on the others: its slot's product has one order (kernels/cuda/
// matmul.h) and its sum that of its choices.
#ifndef FOOTNOTE_KERNELS_CUDA_EXPERTS_H_
#define FOOTNOTE_KERNELS_CUDA_EXPERTS_H_

#include <cstdint>

#include "kernels/cuda/layout.h"
#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {

inline constexpr int kMaxExperts = 1024;
inline constexpr int kMaxUsedExperts = 32;

// Slots that suffice for `tokens` tokens of `used` experts each.
constexpr int ExpertSlots(int tokens, int used, int experts) {
  const int pairs = tokens * used;
  const int touched = pairs < experts ? pairs : experts;
  return (pairs + touched * (kTileTokens - 1)) / kTileTokens * kTileTokens;
}

struct RouteRule {
  int experts;
  int used;
  bool sigmoid;    // weights by sigmoid, else by softmax over the chosen
  bool normalize;  // sigmoid weights are divided by their sum
};

// In device memory.
struct Routing {
  int32_t* chosen;       // [tokens][used], the best first; of equals the lower
  float* factors;        // [tokens][used]
  int32_t* slots;        // [tokens][used]
  int32_t* first_tile;   // [experts + 1]
  int32_t* slot_tokens;  // [ExpertSlots]; -1: nobody's
};

// From scores [tokens][experts]; what is no number is the least. REQUIRES:
// experts <= kMaxExperts, used <= kMaxUsedExperts.
void RouteTokens(Stream* stream, const RouteRule& rule, const float* scores,
                 int tokens, const Routing& routing);

// Prepares the slots' tokens' rows of x. `prepared` is of ExpertSlots tokens.
void PrepareSlots(Stream* stream, const Routing& routing, int experts,
                  const float* x, const Prepared& prepared);

// What experts' matrices are multiplied with.
struct SlotRows {
  Prepared prepared;  // of the slots
  // The same as floats, for matrices of kFloat: rows of tokens, or of slots.
  const float* floats;
  bool by_token;
};

// y[slot] = x[slot] W^T with the matrix of the slot's expert, where that is of
// `kind`; `matrices` lie in device memory, one for each expert, all of `rows`
// rows. Slots that are nobody's, between an expert's, get something too.
void MultiplyExperts(Stream* stream, WeightKind kind, int rows,
                     const DeviceMatrix* matrices, int experts,
                     const Routing& routing, const SlotRows& x, float* y);

// out[token] += the sum over its slots of factor * y[slot], in the order of its
// choices.
void AddSlots(Stream* stream, const RouteRule& rule, const Routing& routing,
              const float* y, int tokens, int n, float* out);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_EXPERTS_H_
