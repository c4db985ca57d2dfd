// One layer's weights in 8 bits, with the memory that holds them.
#ifndef FOOTNOTE_MODEL_ENCODER_INT8_LAYER_H_
#define FOOTNOTE_MODEL_ENCODER_INT8_LAYER_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "kernels/gemm_int8.h"

namespace footnote {

// Rounded and laid out for the kernels from floats, 1 ns a weight. Immutable,
// so safe from many threads.
class Int8Layer {
 public:
  Int8Layer() = default;

  // `weights` is [segments * inputs][columns]; `zero` is the activation that
  // stands for 0.0 (128 after QuantizeRow).
  Int8Layer(const float* weights, size_t segments, size_t inputs,
            size_t columns, int zero)
      : packed_(PackedInt8Bytes(columns, segments, inputs)),
        scale_(PaddedColumns(columns) * segments),
        start_(PaddedColumns(columns) * segments),
        segments_(segments),
        inputs_(inputs),
        columns_(columns) {
    PackInt8(weights, columns, segments, inputs, zero, packed_.data(),
             scale_.data(), start_.data());
  }

  Int8Weights view() const {
    return {columns_,       segments_,     inputs_,
            packed_.data(), scale_.data(), start_.data()};
  }

 private:
  std::vector<int8_t> packed_;
  std::vector<float> scale_;
  std::vector<int32_t> start_;
  size_t segments_ = 0;
  size_t inputs_ = 0;
  size_t columns_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_INT8_LAYER_H_
