// A decoder's layers on the CUDA device and on the CPU's, operation by
// operation, with weights of every kind: on a device in tests/gpu, on the
// emulator here.
#include <cmath>
#include <cstring>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "kernels/quant_types.h"
#include "model/decoder/device.h"
#include "model/decoder/device_cuda.h"

namespace footnote {
namespace {

constexpr int kHidden = 128;
constexpr int kHeads = 4;
constexpr int kKvHeads = 2;
constexpr int kHead = 32;
constexpr int kWide = 256;
constexpr int kWindow = 20;

std::vector<float> Random(size_t count, uint32_t seed, float scale) {
  std::mt19937 random(seed);
  std::normal_distribution<float> normal(0, scale);
  std::vector<float> values(count);
  for (float& value : values) value = normal(random);
  return values;
}

// A matrix as a file of `type` has it.
struct FileMatrix {
  FileMatrix(TensorType type, int rows, int columns, uint32_t seed) {
    tensor.type = type;
    tensor.shape = {static_cast<uint64_t>(rows),
                    static_cast<uint64_t>(columns)};
    const std::vector<float> w =
        Random(size_t{1} * rows * columns, seed, 1 / std::sqrt(float(columns)));
    if (type == TensorType::kFloat32) {
      bytes.assign(reinterpret_cast<const char*>(w.data()), w.size() * 4);
    } else if (type == TensorType::kBFloat16) {
      for (const float x : w) Put16(FloatToBf16Bits(x));
    } else {
      // Blocks of 32: Q8_0 or Q4_1, each rounded by its largest.
      const bool is_q8 = type == TensorType::kQ8_0;
      for (size_t at = 0; at < w.size(); at += 32) {
        float most = 1e-9f;
        for (int i = 0; i < 32; ++i)
          most = std::fmax(most, std::fabs(w[at + i]));
        const uint16_t d = FloatToHalfBits(most / (is_q8 ? 127 : 7.5f));
        const float scale = HalfBitsToFloat(d);
        Put16(d);
        if (is_q8) {
          for (int i = 0; i < 32; ++i) {
            bytes += static_cast<char>(std::lround(w[at + i] / scale));
          }
          continue;
        }
        Put16(FloatToHalfBits(-7.5f * scale));
        const auto q = [&](int i) {
          const long level = std::lround(w[at + i] / scale + 7.5f);
          return static_cast<int>(std::fmin(15, std::fmax(0, level)));
        };
        for (int i = 0; i < 16; ++i) {
          bytes += static_cast<char>(q(i) | q(i + 16) << 4);
        }
      }
    }
    tensor.bytes = bytes;
  }
  void Put16(uint16_t x) {
    bytes += static_cast<char>(x & 0xff);
    bytes += static_cast<char>(x >> 8);
  }
  std::string bytes;
  Tensor tensor;
};

// Two layers, one that sees all and one with a window, on one device.
class Layers {
 public:
  Layers(std::unique_ptr<Device> device, TensorType type, int max_rows)
      : device_(std::move(device)) {
    const auto upload = [&](int rows, int columns, uint32_t seed) {
      files_.push_back(std::make_unique<FileMatrix>(type, rows, columns, seed));
      auto matrix = device_->Upload(files_.back()->tensor);
      EXPECT_TRUE(matrix.ok()) << matrix.status();
      return *matrix;
    };
    table_ = upload(40, kHidden, 1);
    q_ = upload(kHeads * kHead, kHidden, 2);
    k_ = upload(kKvHeads * kHead, kHidden, 3);
    v_ = upload(kKvHeads * kHead, kHidden, 4);
    o_ = upload(kHidden, kHeads * kHead, 5);
    gate_ = upload(kWide, kHidden, 6);
    up_ = upload(kWide, kHidden, 7);
    down_ = upload(kHidden, kWide, 8);
    const std::vector<float> ones(kWide, 1.0f);
    norm_ = device_->Allocate(kWide);
    device_->Write(ones.data(), kWide, norm_);
    for (float** x : {&x_, &normed_, &heads_q_, &heads_k_, &heads_v_, &seen_,
                      &added_, &g_, &u_}) {
      *x = device_->Allocate(size_t{1} * max_rows * kWide);
    }
    KvShape shape;
    shape.kv_heads = kKvHeads;
    shape.head_size = kHead;
    shape.layers = {{0, 0}, {1, 0}};
    shape.windows = {0, kWindow};
    shape.layers_of_kind = {1, 1};
    EXPECT_TRUE(device_->MakePages(shape, {16, 16}).ok());
    for (int i = 0; i < 16; ++i) pages_.push_back(15 - i);
  }

  // One step of a sequence; its last layer's rows.
  std::vector<float> Step(const std::vector<int32_t>& ids, int position) {
    const int rows = static_cast<int>(ids.size());
    std::vector<int> positions;
    for (int r = 0; r < rows; ++r) positions.push_back(position + r);
    SequenceRows sequence;
    sequence.rows = rows;
    sequence.position = position;
    sequence.pages = {pages_.data(), pages_.data()};
    std::vector<float> frequencies;
    for (int i = 0; i < kHead / 2; ++i) {
      frequencies.push_back(std::pow(100.0f, -i * 2.0f / kHead));
    }
    device_->SetAngles(0, frequencies, positions);
    device_->SetAngles(1, frequencies, positions);
    device_->Embed(table_, ids, 1, x_);
    const size_t numbers = size_t{1} * rows * kHidden;
    for (int layer = 0; layer < 2; ++layer) {
      device_->Norm(NormKind::kLayerNorm, norm_, 1e-5f, x_, rows, kHidden,
                    normed_);
      const Product qkv[] = {{&q_, nullptr, heads_q_, kHeads * kHead},
                             {&k_, nullptr, heads_k_, kKvHeads * kHead},
                             {&v_, nullptr, heads_v_, kKvHeads * kHead}};
      device_->Multiply(qkv, normed_, rows);
      device_->Rotate(1, RopePairing::kAdjacent, heads_q_, rows, kHeads, kHead);
      device_->Rotate(1, RopePairing::kAdjacent, heads_k_, rows, kKvHeads,
                      kHead);
      device_->Attend(layer, absl::MakeConstSpan(&sequence, 1), kHeads, 0.2f,
                      heads_q_, heads_k_, heads_v_, seen_);
      const Product o = {&o_, nullptr, added_, kHidden};
      device_->Multiply(absl::MakeConstSpan(&o, 1), seen_, rows);
      device_->Add(added_, numbers, x_);
      device_->Norm(NormKind::kRmsNorm, norm_, 1e-5f, x_, rows, kHidden,
                    normed_);
      const Product gates[] = {{&gate_, nullptr, g_, kWide},
                               {&up_, nullptr, u_, kWide}};
      device_->Multiply(gates, normed_, rows);
      device_->Gate(Activation::kSilu, g_, u_, rows, kWide, g_);
      const Product down = {&down_, nullptr, added_, kHidden};
      device_->Multiply(absl::MakeConstSpan(&down, 1), g_, rows);
      device_->Add(added_, numbers, x_);
    }
    std::vector<float> out(numbers);
    device_->Read(x_, numbers, out.data());
    return out;
  }

  // Nothing is left of the first `positions` positions.
  void Clear(int positions) {
    const absl::Span<const int32_t> pages(pages_.data(), (positions + 15) / 16);
    for (const int kind : {0, 1}) device_->ClearPages(kind, pages);
  }

 private:
  std::vector<std::unique_ptr<FileMatrix>> files_;
  std::unique_ptr<Device> device_;
  Matrix table_, q_, k_, v_, o_, gate_, up_, down_;
  float* norm_;
  float *x_, *normed_, *heads_q_, *heads_k_, *heads_v_, *seen_, *added_, *g_,
      *u_;
  std::vector<int32_t> pages_;
};

std::unique_ptr<Device> Cuda(bool exact) {
  CudaOptions options;
  options.exact = exact;
  auto device = MakeCudaDevice(options);
  EXPECT_TRUE(device.ok()) << device.status();
  return *std::move(device);
}

std::vector<int32_t> Ids(int count, int from) {
  std::vector<int32_t> ids;
  for (int i = 0; i < count; ++i) ids.push_back((from + i) * 7 % 40);
  return ids;
}

constexpr TensorType kTypes[] = {TensorType::kFloat32, TensorType::kBFloat16,
                                 TensorType::kQ8_0, TensorType::kQ4_1};

// The emulator's wgmma has the bits of its mma.sync; a device's is proved.
TEST(DeviceCudaAgreementTest, PromptByWgmmaIsThatByMmaSync) {
  std::string why;
  const bool is_proved = ProveWgmma(&why);
  if (!is_proved) GTEST_SKIP() << (why.empty() ? "no wgmma" : why);
  constexpr int kRows = 150;
  CudaOptions options;
  for (const CudaWeights weights :
       {CudaWeights::kAsTheyAre, CudaWeights::kFp8}) {
    options.weights = weights;
    std::vector<float> last[2];
    for (const bool wgmma : {false, true}) {
      options.wgmma = wgmma;
      auto device = MakeCudaDevice(options);
      ASSERT_TRUE(device.ok()) << device.status();
      Layers layers(*std::move(device), TensorType::kBFloat16, kRows);
      const std::vector<float> prompt = layers.Step(Ids(kRows, 0), 0);
      last[wgmma] = layers.Step(Ids(3, kRows), kRows);
      last[wgmma].insert(last[wgmma].end(), prompt.begin(), prompt.end());
    }
    EXPECT_EQ(std::memcmp(last[0].data(), last[1].data(),
                          last[0].size() * sizeof(float)),
              0);
  }
}

TEST(DeviceCudaAgreementTest, LayersAreTheCpus) {
  for (const TensorType type : kTypes) {
    Layers cpu(MakeCpuDevice(1), type, 40);
    Layers exact(Cuda(true), type, 40);
    Layers fast(Cuda(false), type, 40);
    // A prompt, more of it, then tokens.
    int position = 0;
    for (const int rows : {33, 17, 1, 1, 1, 1}) {
      const std::vector<int32_t> ids = Ids(rows, position);
      const std::vector<float> want = cpu.Step(ids, position);
      const std::vector<float> found = exact.Step(ids, position);
      const std::vector<float> near = fast.Step(ids, position);
      // The CPU rounds x to bytes where weights are bytes.
      const bool is_exact =
          type == TensorType::kFloat32 || type == TensorType::kBFloat16;
      for (size_t i = 0; i < want.size(); ++i) {
        ASSERT_NEAR(found[i], want[i], is_exact ? 1e-4 : 0.15)
            << TensorTypeName(type) << " at " << position << " number " << i;
        ASSERT_NEAR(near[i], want[i], 0.2) << TensorTypeName(type);
      }
      position += rows;
    }
  }
}

TEST(DeviceCudaAgreementTest, ClearedPagesAreAsNew) {
  const auto devices = [] {
    std::vector<std::unique_ptr<Device>> all;
    all.push_back(MakeCpuDevice(1));
    all.push_back(Cuda(true));
    all.push_back(Cuda(false));
    return all;
  };
  auto used = devices();
  auto fresh = devices();
  for (size_t i = 0; i < used.size(); ++i) {
    Layers cleared(std::move(used[i]), TensorType::kBFloat16, 40);
    Layers untouched(std::move(fresh[i]), TensorType::kBFloat16, 40);
    cleared.Step(Ids(32, 0), 0);
    cleared.Clear(32);
    EXPECT_EQ(cleared.Step(Ids(5, 32), 32), untouched.Step(Ids(5, 32), 32))
        << "device " << i;
  }
}

// The experts of a layer on one device.
class Experts {
 public:
  Experts(std::unique_ptr<Device> device, TensorType type)
      : device_(std::move(device)) {
    Mixture mixture;
    mixture.used = kUsed;
    const auto upload = [&](int rows, int columns, uint32_t seed) {
      files_.push_back(std::make_unique<FileMatrix>(type, rows, columns, seed));
      return *device_->Upload(files_.back()->tensor);
    };
    for (int e = 0; e < kCount; ++e) {
      mixture.gate.push_back(upload(kWide, kHidden, 3 * e));
      mixture.up.push_back(upload(kWide, kHidden, 3 * e + 1));
      mixture.down.push_back(upload(kHidden, kWide, 3 * e + 2));
    }
    const auto made = device_->MakeMixture(mixture);
    EXPECT_TRUE(made.ok()) << made.status();
    mixture_ = *made;
  }

  std::vector<float> Mix(const std::vector<float>& scores,
                         const std::vector<float>& x) {
    const int rows = static_cast<int>(x.size()) / kHidden;
    ExpertsConfig rule;
    rule.count = kCount;
    rule.used = kUsed;
    rule.sigmoid = true;
    rule.normalize = true;
    float* device_scores = device_->Allocate(scores.size());
    float* device_x = device_->Allocate(x.size());
    float* out = device_->Allocate(x.size());
    device_->Write(scores.data(), scores.size(), device_scores);
    device_->Write(x.data(), x.size(), device_x);
    device_->Mix(mixture_, rule, Activation::kSilu, device_scores, device_x,
                 rows, out);
    std::vector<float> mixed(x.size());
    device_->Read(out, mixed.size(), mixed.data());
    for (float* floats : {device_scores, device_x, out}) device_->Free(floats);
    return mixed;
  }

  static constexpr int kCount = 6;
  static constexpr int kUsed = 2;

 private:
  std::vector<std::unique_ptr<FileMatrix>> files_;
  std::unique_ptr<Device> device_;
  int mixture_ = -1;
};

TEST(DeviceCudaAgreementTest, MixturesAreTheCpusAndARowsBitsItsOwn) {
  constexpr int kRows = 37;
  const std::vector<float> scores = Random(kRows * Experts::kCount, 7, 1);
  const std::vector<float> x = Random(kRows * kHidden, 8, 1);
  for (const TensorType type : kTypes) {
    Experts cpu(MakeCpuDevice(1), type);
    Experts exact(Cuda(true), type);
    Experts fast(Cuda(false), type);
    const std::vector<float> want = cpu.Mix(scores, x);
    const std::vector<float> found = exact.Mix(scores, x);
    const std::vector<float> near = fast.Mix(scores, x);
    const bool is_exact =
        type == TensorType::kFloat32 || type == TensorType::kBFloat16;
    for (size_t i = 0; i < want.size(); ++i) {
      ASSERT_NEAR(found[i], want[i], is_exact ? 1e-4 : 0.05)
          << TensorTypeName(type) << " number " << i;
      ASSERT_NEAR(near[i], want[i], 0.06) << TensorTypeName(type);
    }
    for (const int row : {0, 20, kRows - 1}) {
      const auto part = [&](const std::vector<float>& all, int n) {
        return std::vector<float>(all.begin() + row * n,
                                  all.begin() + (row + 1) * n);
      };
      EXPECT_EQ(fast.Mix(part(scores, Experts::kCount), part(x, kHidden)),
                part(near, kHidden))
          << TensorTypeName(type) << " row " << row;
    }
  }
}

TEST(DeviceCudaAgreementTest, MoreExpertsThanADeviceRoutesAmongAreRefused) {
  const auto device = Cuda(false);
  const FileMatrix file(TensorType::kBFloat16, 16, 32, 1);
  const Matrix matrix = *device->Upload(file.tensor);
  Mixture mixture;
  for (auto* list : {&mixture.gate, &mixture.up, &mixture.down}) {
    list->assign(64, matrix);
  }
  mixture.used = 33;
  EXPECT_TRUE(absl::IsUnimplemented(device->MakeMixture(mixture).status()));
  mixture.used = 8;
  EXPECT_TRUE(device->MakeMixture(mixture).ok());
  for (auto* list : {&mixture.gate, &mixture.up, &mixture.down}) {
    list->assign(1025, matrix);
  }
  EXPECT_TRUE(absl::IsUnimplemented(device->MakeMixture(mixture).status()));
}

TEST(DeviceCudaAgreementTest, WeightsOfFloatsAreRoundedWhenAsked) {
  Layers cpu(MakeCpuDevice(1), TensorType::kBFloat16, 10);
  const std::vector<float> want = cpu.Step(Ids(10, 0), 0);
  const struct {
    CudaWeights weights;
    // Root mean square of the differences: a weight of int8, fp8 and int4 is
    // off by about .3, 2.6 and 7.7 % of its like.
    double most;
  } kCases[] = {{CudaWeights::kInt8, 0.03},
                {CudaWeights::kFp8, 0.15},
                {CudaWeights::kInt4, 0.45}};
  double before = 0;
  for (const auto& c : kCases) {
    CudaOptions options;
    options.weights = c.weights;
    auto device = MakeCudaDevice(options);
    ASSERT_TRUE(device.ok()) << device.status();
    Layers layers(*std::move(device), TensorType::kBFloat16, 10);
    const std::vector<float> found = layers.Step(Ids(10, 0), 0);
    double squares = 0;
    for (size_t i = 0; i < want.size(); ++i) {
      squares += (found[i] - want[i]) * (found[i] - want[i]);
    }
    const double error = std::sqrt(squares / want.size());
    EXPECT_LE(error, c.most);
    EXPECT_GT(error, before);
    before = error;
  }
}

TEST(DeviceCudaAgreementTest, RowsHaveTheSameBitsHoweverTheyCome) {
  for (const TensorType type : kTypes) {
    Layers whole(Cuda(false), type, 100);
    const std::vector<float> all = whole.Step(Ids(70, 0), 0);
    for (const std::vector<int>& pieces :
         {std::vector<int>{40, 30}, std::vector<int>{1, 63, 5, 1},
          std::vector<int>{69, 1}}) {
      Layers layers(Cuda(false), type, 100);
      int position = 0;
      for (const int rows : pieces) {
        const std::vector<float> some =
            layers.Step(Ids(rows, position), position);
        ASSERT_EQ(std::memcmp(some.data(), all.data() + position * kHidden,
                              some.size() * sizeof(float)),
                  0)
            << TensorTypeName(type) << " rows from " << position;
        position += rows;
      }
    }
  }
}

}  // namespace
}  // namespace footnote
