#include "tests/kernels/cuda/device.h"

#include <random>

#include "gtest/gtest.h"
#include "kernels/cuda/norm.h"
#include "kernels/quant_types.h"

namespace footnote {
namespace cuda {
namespace {

std::vector<char> Pack(WeightKind kind, QuantType type, const void* bytes,
                       int rows, int columns, bool scales) {
  std::vector<char> weights(WeightBytes(kind, rows, columns));
  std::vector<char> packed_scales(ScaleBytes(kind, rows, columns));
  PackWeights(kind, type, bytes, rows, columns, weights.data(),
              packed_scales.data());
  return scales ? packed_scales : weights;
}

DeviceInfo Info() {
  DeviceInfo info = {};
  char why[256];
  FindDevice(&info, why, sizeof(why));
  return info;
}

}  // namespace

bool HasWide() { return Info().major == 9; }
bool IsEmulated() { return Info().emulated; }

Stream* TheStream() {
  static Stream* stream = MakeStream();
  return stream;
}

void ExpectFinished() {
  const char* error = Finish(TheStream());
  ASSERT_EQ(error, nullptr) << error;
}

std::vector<float> RandomFloats(size_t count, uint32_t seed) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal;
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

float RoundedToBf16(float x) { return Bf16BitsToFloat(FloatToBf16Bits(x)); }

PreparedRows::PreparedRows(const std::vector<float>& x, int tokens, int columns,
                           int parts)
    : floats_(x),
      fragments_(PreparedBytes(parts, tokens, columns) / 2),
      sums_(SumBytes(tokens, columns) / sizeof(float)),
      wide_(WideBytes(tokens, columns) / 2),
      prepared_{fragments_.get(), sums_.get(), parts,
                tokens,           columns,     wide_.get()} {
  PrepareRows(TheStream(), floats_.get(), tokens, columns, prepared_);
  ExpectFinished();
}

PreparedRows::PreparedRows(int tokens, int columns, int parts)
    : floats_(1),
      fragments_(PreparedBytes(parts, tokens, columns) / 2),
      sums_(SumBytes(tokens, columns) / sizeof(float)),
      wide_(0),
      prepared_{fragments_.get(), sums_.get(), parts,
                tokens,           columns,     nullptr} {}

std::vector<float> PreparedRows::Read() const {
  const std::vector<uint16_t> fragments = fragments_.Read();
  const int tokens = prepared_.tokens;
  const int columns = prepared_.columns;
  const size_t part = PartNumbers(tokens, columns);
  std::vector<float> x(size_t{1} * tokens * columns);
  for (int token = 0; token < tokens; ++token) {
    for (int c = 0; c < columns; ++c) {
      const size_t thirty =
          size_t{1} * (token / 8) * Units(columns) * 2 + c / 32;
      const size_t at = (thirty * 32 + token % 8 * 4 + c % 32 / 8) * 8 + c % 8;
      for (int p = prepared_.parts - 1; p >= 0; --p) {
        x[size_t{1} * token * columns + c] +=
            Bf16BitsToFloat(fragments[p * part + at]);
      }
    }
  }
  return x;
}

PackedMatrix::PackedMatrix(WeightKind kind, QuantType type, const void* bytes,
                           int rows, int columns)
    : host_weights_(Pack(kind, type, bytes, rows, columns, false)),
      host_scales_(Pack(kind, type, bytes, rows, columns, true)),
      weights_(host_weights_),
      scales_(host_scales_),
      matrix_{kind, rows, columns, weights_.get(), scales_.get()} {}

PackedMatrix::PackedMatrix(WeightKind kind, const std::vector<float>& w,
                           int rows, int columns)
    : PackedMatrix(kind, QuantType::kF32, w.data(), rows, columns) {}

float PackedMatrix::At(int row, int column) const {
  return PackedWeight(matrix_.kind, host_weights_.data(), host_scales_.data(),
                      matrix_.rows, matrix_.columns, row, column);
}

}  // namespace cuda
}  // namespace footnote
