// A tensor of a weights file: a type, a shape and bytes that are used in
// place.
#ifndef FOOTNOTE_MODEL_WEIGHTS_TENSOR_H_
#define FOOTNOTE_MODEL_WEIGHTS_TENSOR_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace footnote {

// The numbers are GGUF's. The types from kQ4_0 to kQ6K hold rows in blocks of
// 32 or 256 numbers that share scales.
enum class TensorType : uint32_t {
  kFloat32 = 0,
  kFloat16 = 1,
  kQ4_0 = 2,
  kQ4_1 = 3,
  kQ5_0 = 6,
  kQ5_1 = 7,
  kQ8_0 = 8,
  kQ4K = 12,
  kQ5K = 13,
  kQ6K = 14,
  kInt32 = 26,
  kInt64 = 27,
  kBFloat16 = 30,
  // Anything else: it has bytes, but nothing here reads them.
  kOther = 0xffffffff,
};

// How numbers of a type lie in bytes: `numbers` of them in `bytes`. Both are 0
// for kOther.
struct BlockLayout {
  size_t numbers;
  size_t bytes;
};
BlockLayout LayoutOf(TensorType type);

// "F32", "Q4_K"; "other".
absl::string_view TensorTypeName(TensorType type);

struct Tensor {
  TensorType type = TensorType::kOther;
  // The outermost side first, rows of the last: {rows, columns}.
  std::vector<uint64_t> shape;
  // Exactly as many as type and shape want, unless kOther.
  absl::string_view bytes;
};

// "[2,3]".
std::string ShapeText(const std::vector<uint64_t>& shape);

// Writes `count` numbers of `bytes` to `out`.
// REQUIRES: type is kFloat32, kFloat16 or kBFloat16.
void ConvertFloats(TensorType type, const char* bytes, size_t count,
                   float* out);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_WEIGHTS_TENSOR_H_
