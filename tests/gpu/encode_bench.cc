#include "tests/gpu/encode_bench.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <random>
#include <vector>

#include "kernels/gemm_int8.h"
#include "model/encoder/use_cuda.h"

namespace footnote {
namespace {

constexpr int kTableRows = 128010;

// Weights of a layer and the memory that they are in.
struct Layer {
  Layer(size_t columns, size_t segments, size_t inputs, std::mt19937* random)
      : w(PackedInt8Bytes(columns, segments, inputs)),
        scale(PaddedColumns(columns) * segments, 1e-3f),
        start(PaddedColumns(columns) * segments),
        bias(columns, 0.1f),
        weights{columns,  segments,     inputs,
                w.data(), scale.data(), start.data()} {
    for (int8_t& value : w)
      value = static_cast<int8_t>((*random)() % 255 - 127);
  }
  Layer(const Layer&) = delete;

  std::vector<int8_t> w;
  std::vector<float> scale;
  std::vector<int32_t> start;
  std::vector<float> bias;
  Int8Weights weights;
};

}  // namespace

EncodeTime TimeEncode(int texts, int tokens, int runs) {
  std::mt19937 random(1);
  std::deque<Layer> layers;
  const std::vector<float> numbers((UseRows::kChunks + 1) * kUseProjection,
                                   0.5f);
  UseTokenWeights weights = {};
  layers.emplace_back(kUseProjection, 1, UseRows::kWidth, &random);
  weights.projection = layers.back().weights;
  weights.chunk_bias = weights.gamma = weights.beta = numbers.data();
  double products = UseRows::kWidth * kUseProjection;
  for (size_t b = 0; b < kUseBranches; ++b) {
    for (UseTokenWeights::Layer* layer :
         {&weights.first[b], &weights.second[b]}) {
      layers.emplace_back(kUseBranch, kUseWindows[b].tokens, kUseBranch,
                          &random);
      *layer = {layers.back().weights, layers.back().bias.data()};
      products += kUseWindows[b].tokens * kUseBranch * kUseBranch;
    }
  }
  std::string table(size_t{kTableRows} * UseRows::kWidth, '\0');
  for (char& byte : table) byte = static_cast<char>(random() % 64);

  EncodeTime time;
  time.operations = 2 * products * texts * tokens;
  const auto device = UseCuda::Open({table}, {weights});
  if (!device.ok()) {
    time.why = std::string(device.status().message());
    return time;
  }
  Batch batch;
  std::vector<std::vector<int32_t>> ids(texts);
  for (int i = 0; i < texts; ++i) {
    batch.texts.push_back(i);
    for (int t = 0; t < tokens; ++t) ids[i].push_back(random() % kTableRows);
  }
  batch.tokens = size_t{1} * texts * tokens;
  const auto row_of = [&](int32_t token) {
    return UseRows::Row{nullptr, 0.01f, -0.3f,
                        static_cast<size_t>(token) % UseRows::kChunks};
  };
  std::vector<float> sums(texts * UseNetwork::kFeatures);
  for (int i = 0; i < runs; ++i) {
    const auto begin = std::chrono::steady_clock::now();
    const absl::Status status =
        (*device)->SumTokens(0, batch, ids, row_of, sums.data());
    const std::chrono::duration<double, std::milli> passed =
        std::chrono::steady_clock::now() - begin;
    if (!status.ok()) {
      time.why = std::string(status.message());
      return time;
    }
    time.milliseconds =
        i == 0 ? passed.count() : std::min(time.milliseconds, passed.count());
  }
  return time;
}

}  // namespace footnote
