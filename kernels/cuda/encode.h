// What the sentence encoder does with rows of tokens between its products: the
// twins of kernels/rows.h on AVX2 and AVX-512, bit for bit. A row is 16 lanes',
// as it is one vector's of 16 numbers there, and sums go up the same tree.
//
// Tokens of several texts stand in one list of rows with gaps between them, so
// that no window of a convolution sees a neighbouring text; a gap is zeros.
//
// Each is one pass, bound by memory. Not measured, never run on a device.
#ifndef FOOTNOTE_KERNELS_CUDA_ENCODE_H_
#define FOOTNOTE_KERNELS_CUDA_ENCODE_H_

#include <cstddef>
#include <cstdint>

#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {

// One row of the list.
struct TokenRow {
  int32_t row;  // of the table; below 0: a gap
  int32_t add;  // which addend its norm takes
  float scale;  // a number of the table's row is scale * byte + low
  float low;
};

// bytes[r] = the table's row - middle, scales[r] = scale; zeros in gaps. Rows
// of `width` bytes.
void TakeTokens(Stream* stream, const uint8_t* table, const TokenRow* tokens,
                int count, int width, int middle, int8_t* bytes, float* scales);

// x[r] = LayerNorm(x[r] + adds[tokens[r].add]) * gamma + beta, rows of n, in
// place; zeros in gaps. REQUIRES: n is a multiple of 16 (the processor does not
// fuse what is left of a row with its gamma and beta).
void NormTokens(Stream* stream, const TokenRow* tokens, int count,
                const float* adds, const float* gamma, const float* beta,
                float epsilon, int n, float* x);

// q[r] = QuantizeRow(x[r]) - 128, rows of n; `scales` as it returns them.
void RoundRows(Stream* stream, const float* x, int rows, int n, int8_t* q,
               float* scales);

// x[r] = max(h[r], 0) + x[r], rows of n; gaps stay.
void ReluAddTokens(Stream* stream, const TokenRow* tokens, int count,
                   const float* h, int n, float* x);

// features[r] = LayerNorm of the `width` numbers of the token's row followed by
// the n of max(h[r], 0) + x[r]; nothing in gaps.
void FeatureTokens(Stream* stream, const uint8_t* table, const TokenRow* tokens,
                   int count, int width, const float* h, const float* x, int n,
                   float epsilon, float* features);

// Rows of the list that are one text's.
struct TextRows {
  int32_t first;
  int32_t count;
};

// sums[i] = the sum of text i's rows of n, in their order.
void SumTexts(Stream* stream, const TextRows* texts, int count,
              const float* features, int n, float* sums);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_ENCODE_H_
