// Matrix product of 8-bit activations and 8-bit weights with 32-bit sums.
//
//   c[i][j] = bias[j] + sum over segments s of
//             a_scale[i + s * scale_step] * w_scale[s][j] *
//             sum over x of (a[i * stride + s * segment_step + x] - zero)
//                           * w[s][x][j]
//
// A segment is a run of inputs with one scale on each side. One segment is the
// ordinary product. Several with segment_step = stride and scale_step = 1 are a
// convolution over neighbouring rows, each row with its own scale; several with
// segment_step = inputs and scale_step = rows give each part of a row its own
// scale, so that a large number costs only its own part precision.
//
// Pure, safe from many threads. The integer sums are exact and the floats are
// not fused, so every instruction set gives the same bits.
#ifndef FOOTNOTE_KERNELS_GEMM_INT8_H_
#define FOOTNOTE_KERNELS_GEMM_INT8_H_

#include <cstddef>
#include <cstdint>

namespace footnote {

enum class Isa;

// Weights as the product reads them. Made by PackInt8.
//
// Columns stand in panels of 64; within a panel of a segment the inputs stand
// in groups of 4: [panel][segment][input / 4][column of the panel][input % 4].
// Columns beyond `columns` and inputs beyond `inputs` are zero.
struct Int8Weights {
  size_t columns;        // outputs
  size_t segments;       // >= 1
  size_t inputs;         // of one segment
  const int8_t* w;       // PackedInt8Bytes(columns, segments, inputs) bytes
  const float* scale;    // [segment][columns rounded up to 64]
  const int32_t* start;  // [segment][columns rounded up to 64]:
                         // -zero * the sum of the column's weights
};

inline constexpr size_t kInt8Panel = 64;
inline constexpr size_t kInt8Group = 4;

// Sizes for PackInt8.
size_t PaddedColumns(size_t columns);
size_t PackedInt8Bytes(size_t columns, size_t segments, size_t inputs);

// Rounds each column of each segment of `weights`, [segments * inputs][columns]
// in row-major order, to 8 bits with a scale of its own (max / 127), and lays
// them out.
// `packed`, `scale` and `start` have the sizes that Int8Weights names. `zero`
// is the activation that stands for 0.0.
void PackInt8(const float* weights, size_t columns, size_t segments,
              size_t inputs, int zero, int8_t* packed, float* scale,
              int32_t* start);

// Activations: rows of unsigned bytes.
struct Int8Rows {
  const uint8_t* a;
  size_t rows;
  size_t stride;        // bytes from one row to the next
  size_t segment_step;  // bytes from one segment of a row to its next
  const float* scale;   // of the rows: rows + (segments - 1) * scale_step
  size_t scale_step;    // from the scale of a segment to that of the next
};

// The product. c[i] is at c + i * c_stride; `bias` (columns) may be null (0).
// REQUIRES: every segment of every row may be read up to `inputs` rounded up
// to 4 (what is there beyond `inputs` does not matter).
void GemmInt8(const Int8Rows& a, const Int8Weights& w, const float* bias,
              float* c, size_t c_stride);

using GemmInt8Fn = void (*)(const Int8Rows& a, const Int8Weights& w,
                            const float* bias, float* c, size_t c_stride);

// The version for `isa`. REQUIRES: this machine can run it.
GemmInt8Fn GemmInt8For(Isa isa);

}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_GEMM_INT8_H_
