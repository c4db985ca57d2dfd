#include <cmath>
#include <cstring>
#include <vector>

#include "kernels/cuda/matmul.h"
#include "kernels/cuda/prove.h"
#include "kernels/cuda/random.h"

namespace footnote {
namespace cuda {
namespace {

struct Shape {
  int rows;
  int columns;
  int tokens;
};
constexpr Shape kSmall[] = {{17, 33, 130}, {130, 200, 257}};
constexpr Shape kLarge[] = {
    {17, 33, 130},      {128, 64, 256},    {1000, 1100, 257},
    {1024, 4096, 2047}, {512, 14336, 300},
};

class Memory {
 public:
  explicit Memory(size_t bytes) : bytes_(bytes), memory_(Allocate(bytes)) {}
  ~Memory() { Free(memory_); }
  Memory(const Memory&) = delete;
  Memory& operator=(const Memory&) = delete;

  // Random words: `mask`'s bits, over `base`.
  void Fill(Stream* stream, uint32_t seed, uint32_t mask, uint32_t base) {
    if (memory_ == nullptr) return;
    FillRandom(stream, seed, mask, base, bytes_ / sizeof(uint32_t),
               static_cast<uint32_t*>(memory_));
  }
  template <typename T>
  T* get() const {
    return static_cast<T*>(memory_);
  }

 private:
  size_t bytes_;
  void* memory_;
};

// Makes `proof` worse by what one product shows. False: it failed.
bool ProveOne(Stream* stream, const Shape& shape, WeightKind kind,
              WideProof* proof) {
  const size_t numbers = size_t{1} * shape.rows * shape.tokens;
  Memory weights(WeightBytes(kind, shape.rows, shape.columns));
  Memory scales(ScaleBytes(kind, shape.rows, shape.columns) + 4);
  Memory fragments(PreparedBytes(1, shape.tokens, shape.columns));
  Memory wide(WideBytes(shape.tokens, shape.columns));
  Memory y(numbers * sizeof(float));
  for (const Memory* memory : {&weights, &scales, &fragments, &wide, &y}) {
    if (memory->get<void>() != nullptr) continue;
    proof->error = "no device memory";
    return false;
  }
  // Either sign, four powers of two, every mantissa.
  constexpr uint32_t kBf16Mask = 0x81ff81ffu;
  constexpr uint32_t kBf16Base = 0x3c003c00u;
  if (kind == WeightKind::kBf16) {
    weights.Fill(stream, 1, kBf16Mask, kBf16Base);
  } else {
    weights.Fill(stream, 1, 0xbfbfbfbfu, 0);
  }
  scales.Fill(stream, 2, 0x007fffffu, 0x3c800000u);
  fragments.Fill(stream, 3, kBf16Mask, kBf16Base);
  Prepared x;
  x.fragments = fragments.get<uint16_t>();
  x.tokens = shape.tokens;
  x.columns = shape.columns;
  x.wide = wide.get<uint16_t>();
  MatmulProduct product;
  product.weights = {kind, shape.rows, shape.columns, weights.get<void>(),
                     scales.get<void>()};
  product.y = y.get<float>();
  product.y_stride = shape.rows;
  std::vector<float> found[2];
  for (int way = 0; way < 2; ++way) {
    Fill(stream, product.y, 0xff, numbers * sizeof(float));
    MatmulBy(way == 0 ? MatmulWay::kTiles : MatmulWay::kWide, stream, &product,
             1, nullptr, x);
    found[way].resize(numbers);
    CopyOut(stream, found[way].data(), product.y, numbers * sizeof(float));
    proof->error = Finish(stream);
    if (proof->error != nullptr) return false;
  }
  if (std::memcmp(found[0].data(), found[1].data(), numbers * sizeof(float)) ==
      0) {
    return true;
  }
  double most = 0;
  double largest = 0;
  for (size_t i = 0; i < numbers; ++i) {
    most = std::fmax(most, std::fabs(found[0][i]));
    const double difference = std::fabs(double{found[0][i]} - found[1][i]);
    // Not a number is as large as can be.
    largest = difference <= largest ? largest : difference;
    if (std::isnan(difference)) largest = INFINITY;
  }
  proof->largest = std::fmax(proof->largest, largest / most);
  if (proof->state != WideState::kWrong) {
    proof->state = proof->largest <= kWideTolerance ? WideState::kClose
                                                    : WideState::kWrong;
  }
  return true;
}

}  // namespace

WideProof ProveWide(Stream* stream) {
  WideProof proof;
  DeviceInfo info;
  char why[256];
  if (!FindDevice(&info, why, sizeof(why)) || info.major != 9) return proof;
  proof.state = WideState::kSame;
  const std::vector<Shape> shapes =
      info.emulated ? std::vector<Shape>(std::begin(kSmall), std::end(kSmall))
                    : std::vector<Shape>(std::begin(kLarge), std::end(kLarge));
  for (const Shape& shape : shapes) {
    for (const WeightKind kind : {WeightKind::kBf16, WeightKind::kFp8}) {
      if (ProveOne(stream, shape, kind, &proof)) continue;
      proof.state = WideState::kFailed;
      return proof;
    }
  }
  return proof;
}

}  // namespace cuda
}  // namespace footnote
