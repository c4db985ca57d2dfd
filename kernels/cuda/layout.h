// How weights and activations lie in device memory: in the order in which the
// lanes of a warp load them for a tensor core, 16 bytes each.
//
// Weights W [rows][columns] are cut into strips of 16 rows and each strip into
// units of 64 columns; both sides are filled up with zeros. With g = lane / 4
// and t = lane % 4, lane holds of a unit
//   kBf16  [2 x 32 columns][rows g, g + 8][lane]: columns 8t … 8t + 7
//   kFp8, kInt8  [rows g, g + 8][lane]: columns 8t … of the first 32, then of
//          the second
//   kInt4  [lane]: row g of both 32, then row g + 8; a word has the numbers
//          0 2 4 6 1 3 5 7 from its low end
// Scales follow the weights:
//   kFp8   a float for each row
//   kInt8  a half for each 32 columns: [strip][unit][16 rows][2]
//   kInt4  halves scale and low, w = scale * q - low: [strip][unit][16][2][2]
//
// Activations x [tokens][columns] are bfloat16, cut into tiles of 8 tokens, as
// [part][tile][32 columns][lane]: columns 8t … of token g. One part is x
// rounded; three parts add up to x within 2^-24, so that products with weights
// that bfloat16 holds are those of floats. `sums` has the sum of each 32
// columns: [token][columns / 32].
#ifndef FOOTNOTE_KERNELS_CUDA_LAYOUT_H_
#define FOOTNOTE_KERNELS_CUDA_LAYOUT_H_

#include <cstddef>
#include <cstdint>

namespace footnote {

enum class QuantType : uint8_t;  // kernels/quant_types.h

namespace cuda {

enum class WeightKind {
  kFloat,  // row-major floats, in no tiles: small matrices, and tests
  kBf16,
  kFp8,   // e4m3, a scale for each row
  kInt8,  // a scale for each 32 columns
  kInt4,  // scale and low for each 32 columns
};

// "float", "bf16", "fp8", "int8", "int4".
const char* WeightKindName(WeightKind kind);

inline constexpr int kStripRows = 16;
inline constexpr int kUnitColumns = 64;
inline constexpr int kTileTokens = 8;

constexpr int Strips(int rows) { return (rows + 15) / 16; }
constexpr int Units(int columns) { return (columns + 63) / 64; }
constexpr int TokenTiles(int tokens) { return (tokens + 7) / 8; }

// Bytes of a unit of a strip.
constexpr int UnitBytes(WeightKind kind) {
  return kind == WeightKind::kBf16   ? 2048
         : kind == WeightKind::kInt4 ? 512
                                     : 1024;
}

// Of the weights, and of the scales after them.
size_t WeightBytes(WeightKind kind, int rows, int columns);
size_t ScaleBytes(WeightKind kind, int rows, int columns);

// Packs a matrix whose rows lie as `type` holds them. Types of 4 bits go into
// kInt4 with their own numbers, Q8_0 into kInt8 likewise; anything else is
// rounded anew. REQUIRES: columns is a multiple of QuantBlock(type).
void PackWeights(WeightKind kind, QuantType type, const void* rows_of_type,
                 int rows, int columns, void* weights, void* scales);

// What a packed matrix holds at (row, column): the definition.
float PackedWeight(WeightKind kind, const void* weights, const void* scales,
                   int rows, int columns, int row, int column);

// A matrix in device memory.
struct DeviceMatrix {
  WeightKind kind = WeightKind::kBf16;
  int rows = 0;
  int columns = 0;
  const void* weights = nullptr;
  const void* scales = nullptr;
};

// Activations in device memory, of `tokens` rows.
struct Prepared {
  uint16_t* fragments = nullptr;
  float* sums = nullptr;
  int parts = 1;  // 1 or 3
  int tokens = 0;
  int columns = 0;
  // Room of WideBytes for products by wgmma (kernels/cuda/matmul.h), which
  // overwrite it; null: there are none.
  uint16_t* wide = nullptr;
};
constexpr size_t PartNumbers(int tokens, int columns) {
  return size_t{1} * TokenTiles(tokens) * Units(columns) * 512;
}
constexpr size_t PreparedBytes(int parts, int tokens, int columns) {
  return PartNumbers(tokens, columns) * 2 * parts;
}
// Tokens are filled up to blocks of 256.
constexpr size_t WideBytes(int tokens, int columns) {
  return size_t{2} * ((tokens + 255) / 256 * 256) * Units(columns) *
         kUnitColumns;
}
constexpr size_t SumBytes(int tokens, int columns) {
  return size_t{8} * TokenTiles(tokens) * Units(columns) * 2 * sizeof(float);
}

// fp8 of four bits of exponent and three of mantissa: largest 448, no
// infinity; to nearest, ties to even, clipped.
uint8_t FloatToFp8(float x);
float Fp8ToFloat(uint8_t x);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_LAYOUT_H_
