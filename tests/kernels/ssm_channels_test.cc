#include "kernels/ssm_channels.h"

#include <gtest/gtest.h>

#include <cmath>
#include <random>
#include <vector>

#include "kernels/dispatch.h"
#include "kernels/ssm.h"

namespace footnote {
namespace {

std::vector<float> Table(size_t order, double window) {
  std::vector<double> a(order * order), b(order), ad(order * order), b0(order),
      b1(order), ahead(order);
  SsmLegT(order, a.data(), b.data());
  SsmDiscretize(order, a.data(), b.data(), 1 / window,
                SsmDiscretization::kTustin, ad.data(), b0.data(), b1.data());
  SsmAhead(order, 1 / window, ahead.data());
  std::vector<float> table = {static_cast<float>(1 / window)};
  for (size_t n = 0; n < order; ++n) {
    for (size_t k = 0; k <= n; ++k) {
      table.push_back(static_cast<float>(ad[n * order + k]));
    }
  }
  for (const double value : ahead) table.push_back(static_cast<float>(value));
  return table;
}

struct Block {
  explicit Block(const std::vector<SsmChannelModel>& models) {
    size_t states = 0;
    for (const SsmChannelModel& model : models) {
      states += SsmChannelState(model.order);
    }
    // + 1: nothing may depend on alignment.
    state.assign(states + 1, 0);
    error.assign(models.size() * kSsmChannelErrors + 1, 0);
    next.assign(kSsmBlock + 1, 0);
  }
  std::vector<float> state, error, next;
};

TEST(SsmChannelsTest, FollowsParabolasAndSaysTheValueWhereNoModelCounts) {
  const std::vector<float> four = Table(4, 10);
  std::vector<SsmChannelModel> models = {{4, four.data(), 0}};
  Block block(models);
  const auto f = [](size_t channel, int t) {
    return static_cast<float>(channel + 0.01 * t + 1e-4 * t * t);
  };
  std::vector<float> before(kSsmBlock), now(kSsmBlock);
  for (int t = 0; t < 120; ++t) {
    for (size_t c = 0; c < kSsmBlock; ++c) {
      before[c] = f(c, t > 0 ? t - 1 : 0);
      now[c] = f(c, t);
    }
    models[0].take = t < 40 ? 0 : 0.1f;
    SsmStepBlock(models.data(), 1, before.data(), now.data(),
                 block.state.data(), block.error.data(), block.next.data());
    for (size_t c = 0; c < kSsmBlock; ++c) {
      if (t < 40) {
        EXPECT_EQ(block.next[c], now[c]);
      } else if (t > 80) {
        EXPECT_NEAR(block.next[c], f(c, t + 1), 2e-4) << c << " " << t;
      }
    }
  }
}

TEST(SsmChannelsTest, EveryInstructionSetGivesTheScalarBits) {
  std::vector<std::vector<float>> tables;
  std::vector<SsmChannelModel> models;
  for (size_t order = 1; order <= kSsmMaxChannelOrder; ++order) {
    tables.push_back(Table(order, 3.0 * order));
    models.push_back({order, nullptr, order == 3 ? 0 : 0.05f});
  }
  for (size_t i = 0; i < models.size(); ++i) models[i].table = tables[i].data();
  for (const Isa isa : kAllIsas) {
    if (!IsaIsSupported(isa)) continue;
    SCOPED_TRACE(IsaName(isa));
    std::mt19937 random(5);
    std::normal_distribution<float> normal;
    Block want(models);
    Block got(models);
    std::vector<float> before(kSsmBlock + 1), now(kSsmBlock + 1);
    for (int t = 0; t < 40; ++t) {
      for (float& value : now) value = normal(random);
      const auto step = [&](Isa of, Block* block) {
        SsmChannelKernelsFor(of).step_block(
            models.data(), models.size(), before.data() + 1, now.data() + 1,
            block->state.data() + 1, block->error.data() + 1,
            block->next.data() + 1);
      };
      step(Isa::kScalar, &want);
      step(isa, &got);
      ASSERT_EQ(want.state, got.state);
      ASSERT_EQ(want.error, got.error);
      ASSERT_EQ(want.next, got.next);
      before = now;
    }
  }
}

}  // namespace
}  // namespace footnote
