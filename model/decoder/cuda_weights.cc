#include "model/decoder/cuda_weights.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "kernels/cuda/runtime.h"
#include "kernels/quant_types.h"

namespace footnote {
namespace {

cuda::WeightKind KindOf(QuantType type, bool exact, CudaWeights weights) {
  if (QuantBlock(type) == 1) {
    switch (weights) {
      case CudaWeights::kAsTheyAre:
        break;
      case CudaWeights::kFp8:
        return cuda::WeightKind::kFp8;
      case CudaWeights::kInt8:
        return cuda::WeightKind::kInt8;
      case CudaWeights::kInt4:
        return cuda::WeightKind::kInt4;
    }
  }
  switch (type) {
    case QuantType::kBf16:
      return cuda::WeightKind::kBf16;
    case QuantType::kQ8_0:
      return cuda::WeightKind::kInt8;
    case QuantType::kQ4_0:
    case QuantType::kQ4_1:
    case QuantType::kQ4K:
      return cuda::WeightKind::kInt4;
    default:
      return exact ? cuda::WeightKind::kFloat : cuda::WeightKind::kBf16;
  }
}

// Waits until the device has both. What it said otherwise.
absl::Status CopyIn(const std::vector<char>& weights,
                    const std::vector<char>& scales,
                    const CudaMemory& weights_to, const CudaMemory& scales_to) {
  cuda::Stream* stream = cuda::MakeStream();
  cuda::CopyIn(stream, weights_to.As<void>(), weights.data(), weights.size());
  cuda::CopyIn(stream, scales_to.As<void>(), scales.data(), scales.size());
  const char* error = cuda::Finish(stream);
  const std::string why = error == nullptr ? "" : error;
  cuda::DeleteStream(stream);
  return error == nullptr ? absl::OkStatus() : absl::InternalError(why);
}

}  // namespace

absl::StatusOr<Matrix> CudaMatrices::Upload(const Tensor& tensor) {
  QuantType type;
  if (tensor.shape.size() != 2 ||
      !QuantTypeFromGgml(static_cast<uint32_t>(tensor.type), &type)) {
    return absl::UnimplementedError(
        absl::StrCat("a product with ", TensorTypeName(tensor.type), " of ",
                     ShapeText(tensor.shape)));
  }
  const cuda::WeightKind kind = KindOf(type, exact_, weights_);
  const int rows = static_cast<int>(tensor.shape[0]);
  const int columns = static_cast<int>(tensor.shape[1]);
  std::vector<char> weights(cuda::WeightBytes(kind, rows, columns));
  std::vector<char> scales(cuda::ScaleBytes(kind, rows, columns));
  cuda::PackWeights(kind, type, tensor.bytes.data(), rows, columns,
                    weights.data(), scales.data());
  Held held;
  held.weights = CudaMemory(weights.size());
  held.scales = CudaMemory(scales.size());
  if (held.weights.is_null() || held.scales.is_null()) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no device memory for ", weights.size() + scales.size(),
                     " bytes of weights"));
  }
  RETURN_IF_ERROR(CopyIn(weights, scales, held.weights, held.scales));
  held.matrix = {kind, rows, columns, held.weights.As<void>(),
                 held.scales.As<void>()};
  held_.push_back(std::move(held));
  Matrix matrix;
  matrix.type = tensor.type;
  matrix.rows = rows;
  matrix.columns = columns;
  matrix.data = &held_.back().matrix;
  return matrix;
}

}  // namespace footnote
