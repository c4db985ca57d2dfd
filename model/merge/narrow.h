// Floats as bytes of a narrower type.
#ifndef FOOTNOTE_MODEL_MERGE_NARROW_H_
#define FOOTNOTE_MODEL_MERGE_NARROW_H_

#include <cstddef>
#include <cstdint>
#include <string>

#include "model/weights/tensor.h"

namespace footnote {

// Nearest numbers, halves to even; what is too large becomes infinite.
uint16_t BFloat16Of(float value);
uint16_t Float16Of(float value);

// Replaces `*bytes` by `count` numbers of `type`.
// REQUIRES: type is kFloat32, kFloat16 or kBFloat16.
void NarrowFloats(TensorType type, const float* numbers, size_t count,
                  std::string* bytes);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_MERGE_NARROW_H_
