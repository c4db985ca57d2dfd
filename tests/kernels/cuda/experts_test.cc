#include "kernels/cuda/experts.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>
#include <vector>

#include "gtest/gtest.h"
#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {
namespace {

// One matrix per expert through the whole way, against the definition.
void ExpectMixture(WeightKind kind, const RouteRule& rule, int tokens,
                   int columns, int rows) {
  std::vector<float> scores = RandomFloats(tokens * rule.experts, 1);
  // Equal scores, and an expert that everybody wants.
  for (int t = 0; t < tokens; ++t) {
    scores[t * rule.experts + rule.experts - 1] = 9;
    if (rule.experts > 3) {
      scores[t * rule.experts] = scores[t * rule.experts + 1] = 3;
    }
  }
  const std::vector<float> x = RandomFloats(tokens * columns, 2);
  std::vector<std::unique_ptr<PackedMatrix>> matrices;
  std::vector<DeviceMatrix> list;
  for (int e = 0; e < rule.experts; ++e) {
    matrices.push_back(std::make_unique<PackedMatrix>(
        kind, RandomFloats(rows * columns, 10 + e), rows, columns));
    list.push_back(matrices.back()->get());
  }
  const int slots = ExpertSlots(tokens, rule.used, rule.experts);
  const int pairs = tokens * rule.used;
  const Buffer<DeviceMatrix> device_list(list);
  const Buffer<float> device_scores(scores);
  const Buffer<float> device_x(x);
  const Buffer<int32_t> chosen(pairs);
  const Buffer<float> factors(pairs);
  const Buffer<int32_t> slot_of(pairs);
  const Buffer<int32_t> first_tile(rule.experts + 1);
  const Buffer<int32_t> slot_tokens(slots);
  const Routing routing = {chosen.get(), factors.get(), slot_of.get(),
                           first_tile.get(), slot_tokens.get()};
  const PreparedRows prepared(slots, columns, 3);
  const Buffer<float> y(size_t{1} * slots * rows);
  const Buffer<float> out(std::vector<float>(tokens * rows, 1));
  RouteTokens(TheStream(), rule, device_scores.get(), tokens, routing);
  PrepareSlots(TheStream(), routing, rule.experts, device_x.get(),
               prepared.get());
  MultiplyExperts(TheStream(), kind, rows, device_list.get(), rule.experts,
                  routing, prepared.get(), y.get());
  AddSlots(TheStream(), rule, routing, y.get(), tokens, rows, out.get());
  const std::vector<float> found = out.Read();
  EXPECT_LE(first_tile.Read().back() * kTileTokens, slots);
  for (int t = 0; t < tokens; ++t) {
    const float* s = scores.data() + t * rule.experts;
    std::vector<int> order(rule.experts);
    std::iota(order.begin(), order.end(), 0);
    std::stable_sort(order.begin(), order.end(),
                     [&](int a, int b) { return s[a] > s[b]; });
    double sum = 0;
    std::vector<double> weights;
    for (int i = 0; i < rule.used; ++i) {
      weights.push_back(rule.sigmoid
                            ? 1 / (1 + std::exp(-double{s[order[i]]}))
                            : std::exp(double{s[order[i]]} - s[order[0]]));
      sum += weights.back();
    }
    for (int r = 0; r < rows; ++r) {
      double want = 1;
      for (int i = 0; i < rule.used; ++i) {
        double dot = 0;
        for (int c = 0; c < columns; ++c) {
          dot += double{x[t * columns + c]} * matrices[order[i]]->At(r, c);
        }
        want += dot * weights[i] / (rule.sigmoid && !rule.normalize ? 1 : sum);
      }
      ASSERT_NEAR(found[t * rows + r], want, 1e-4 * columns)
          << "token " << t << " row " << r;
    }
  }
}

TEST(ExpertsTest, TokensGoToTheirExpertsAndBack) {
  InBothOrders([] {
    ExpectMixture(WeightKind::kBf16, {1, 1, false, false}, 1, 32, 16);
    ExpectMixture(WeightKind::kBf16, {8, 2, true, false}, 5, 64, 20);
    ExpectMixture(WeightKind::kInt4, {8, 3, true, true}, 9, 96, 17);
    ExpectMixture(WeightKind::kFp8, {40, 4, false, false}, 33, 40, 16);
    ExpectMixture(WeightKind::kInt8, {5, 5, false, false}, 41, 33, 8);
  });
}

}  // namespace
}  // namespace cuda
}  // namespace footnote
