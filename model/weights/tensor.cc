#include "model/weights/tensor.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "kernels/rows.h"

namespace footnote {

BlockLayout LayoutOf(TensorType type) {
  switch (type) {
    case TensorType::kFloat32:
    case TensorType::kInt32:
      return {1, 4};
    case TensorType::kFloat16:
    case TensorType::kBFloat16:
      return {1, 2};
    case TensorType::kInt64:
      return {1, 8};
    case TensorType::kQ4_0:
      return {32, 18};
    case TensorType::kQ4_1:
      return {32, 20};
    case TensorType::kQ5_0:
      return {32, 22};
    case TensorType::kQ5_1:
      return {32, 24};
    case TensorType::kQ8_0:
      return {32, 34};
    case TensorType::kQ4K:
      return {256, 144};
    case TensorType::kQ5K:
      return {256, 176};
    case TensorType::kQ6K:
      return {256, 210};
    case TensorType::kOther:
      break;
  }
  return {0, 0};
}

absl::string_view TensorTypeName(TensorType type) {
  switch (type) {
    case TensorType::kFloat32:
      return "F32";
    case TensorType::kInt32:
      return "I32";
    case TensorType::kInt64:
      return "I64";
    case TensorType::kFloat16:
      return "F16";
    case TensorType::kBFloat16:
      return "BF16";
    case TensorType::kQ4_0:
      return "Q4_0";
    case TensorType::kQ4_1:
      return "Q4_1";
    case TensorType::kQ5_0:
      return "Q5_0";
    case TensorType::kQ5_1:
      return "Q5_1";
    case TensorType::kQ8_0:
      return "Q8_0";
    case TensorType::kQ4K:
      return "Q4_K";
    case TensorType::kQ5K:
      return "Q5_K";
    case TensorType::kQ6K:
      return "Q6_K";
    case TensorType::kOther:
      break;
  }
  return "other";
}

std::string ShapeText(const std::vector<uint64_t>& shape) {
  return absl::StrCat("[", absl::StrJoin(shape, ","), "]");
}

void ConvertFloats(TensorType type, const char* bytes, size_t count,
                   float* out) {
  if (type == TensorType::kFloat32) {
    std::memcpy(out, bytes, count * sizeof(float));
  } else if (type == TensorType::kFloat16) {
    HalfToFloat(bytes, count, out);
  } else if (type == TensorType::kBFloat16) {
    for (size_t i = 0; i < count; ++i) {
      uint16_t high;
      std::memcpy(&high, bytes + 2 * i, sizeof(high));
      const uint32_t bits = uint32_t{high} << 16;
      std::memcpy(out + i, &bits, sizeof(bits));
    }
  }
}

}  // namespace footnote
