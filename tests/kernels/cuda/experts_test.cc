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

// One matrix per expert through the whole way, against the definition; experts
// take turns with the kinds.
void ExpectMixture(const std::vector<WeightKind>& kinds, const RouteRule& rule,
                   int tokens, int columns, int rows) {
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
        kinds[e % kinds.size()], RandomFloats(rows * columns, 10 + e), rows,
        columns));
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
  const SlotRows slot_rows = {prepared.get(), device_x.get(), true};
  for (const WeightKind each : kinds) {
    MultiplyExperts(TheStream(), each, rows, device_list.get(), rule.experts,
                    routing, slot_rows, y.get());
  }
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
    ExpectMixture({WeightKind::kBf16}, {1, 1, false, false}, 1, 32, 16);
    ExpectMixture({WeightKind::kBf16}, {8, 2, true, false}, 5, 64, 20);
    ExpectMixture({WeightKind::kInt4}, {8, 3, true, true}, 9, 96, 17);
    ExpectMixture({WeightKind::kFp8}, {40, 4, false, false}, 33, 40, 16);
    ExpectMixture({WeightKind::kInt8}, {5, 5, false, false}, 41, 33, 8);
    ExpectMixture({WeightKind::kFloat}, {6, 2, true, false}, 11, 50, 9);
    ExpectMixture({WeightKind::kInt4, WeightKind::kInt8, WeightKind::kFloat},
                  {7, 3, false, false}, 10, 64, 16);
  });
}

TEST(ExpertsTest, OneTokenAndManyOfTheModelsOwnCounts) {
  // 8 of 128, as cohere2_moe has them; and the most there may be.
  ExpectMixture({WeightKind::kBf16}, {128, 8, true, true}, 1, 64, 16);
  ExpectMixture({WeightKind::kBf16}, {128, 8, true, true}, 70, 64, 16);
  ExpectMixture({WeightKind::kBf16},
                {kMaxExperts, kMaxUsedExperts, false, false}, 3, 32, 8);
}

TEST(ExpertsTest, SlotsLieTogetherInTheOrderOfTheTokens) {
  InBothOrders([] {
    const RouteRule rule = {3, 2, false, false};
    // Tokens 0 and 2 take experts 2 and 0; token 1 takes 0 and 1.
    const Buffer<float> scores(std::vector<float>{1, 0, 2, 5, 4, 3, 1, 0, 2});
    const Buffer<int32_t> chosen(6), slots(6), first_tile(4),
        slot_tokens(ExpertSlots(3, 2, 3));
    const Buffer<float> factors(6);
    RouteTokens(TheStream(), rule, scores.get(), 3,
                {chosen.get(), factors.get(), slots.get(), first_tile.get(),
                 slot_tokens.get()});
    EXPECT_EQ(chosen.Read(), (std::vector<int32_t>{2, 0, 0, 1, 2, 0}));
    EXPECT_EQ(first_tile.Read(), (std::vector<int32_t>{0, 1, 2, 3}));
    EXPECT_EQ(slots.Read(), (std::vector<int32_t>{16, 0, 1, 8, 17, 2}));
    const std::vector<int32_t> tokens = slot_tokens.Read();
    EXPECT_EQ(std::vector<int32_t>(tokens.begin(), tokens.begin() + 10),
              (std::vector<int32_t>{0, 1, 2, -1, -1, -1, -1, -1, 1, -1}));
  });
}

TEST(ExpertsTest, ScoresThatAreNoNumbersChooseSomeExpertEach) {
  const float nan = std::nanf("");
  const Buffer<float> scores(std::vector<float>{nan, nan, nan, nan, 1, nan});
  const Buffer<int32_t> chosen(4), slots(4), first_tile(4),
      slot_tokens(ExpertSlots(2, 2, 3));
  const Buffer<float> factors(4);
  RouteTokens(TheStream(), {3, 2, true, false}, scores.get(), 2,
              {chosen.get(), factors.get(), slots.get(), first_tile.get(),
               slot_tokens.get()});
  EXPECT_EQ(chosen.Read(), (std::vector<int32_t>{0, 1, 1, 0}));
}

}  // namespace
}  // namespace cuda
}  // namespace footnote
