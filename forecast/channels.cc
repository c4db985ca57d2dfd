#include "forecast/channels.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "kernels/ssm.h"

namespace footnote {
namespace {

constexpr std::array<double, 7> kWindows = {4, 6, 10, 16, 25, 50, 100};
constexpr size_t kFewestOrder = 2;
// As in predictor.cc.
constexpr double kWarmWindows = 1.25;
constexpr double kHalfLife = 300;
constexpr double kFresh = 3;

}  // namespace

Channels::Channels(size_t channels)
    : channels_(channels), blocks_((channels + kSsmBlock - 1) / kSsmBlock) {
  for (const double window : kWindows) {
    for (size_t order = kFewestOrder; order <= kSsmMaxChannelOrder; ++order) {
      std::vector<double> a(order * order), b(order), ad(order * order),
          b0(order), b1(order), ahead(order);
      SsmLegT(order, a.data(), b.data());
      SsmDiscretize(order, a.data(), b.data(), 1 / window,
                    SsmDiscretization::kTustin, ad.data(), b0.data(),
                    b1.data());
      SsmAhead(order, 1 / window, ahead.data());
      std::vector<float> table = {static_cast<float>(1 / window)};
      for (size_t n = 0; n < order; ++n) {
        for (size_t k = 0; k <= n; ++k) {
          table.push_back(static_cast<float>(ad[n * order + k]));
        }
      }
      for (const double value : ahead) {
        table.push_back(static_cast<float>(value));
      }
      tables_.push_back(std::move(table));
      models_.push_back({order, nullptr, 0});
      warm_.push_back(kWarmWindows * window);
      state_size_ += SsmChannelState(order);
    }
  }
  for (size_t i = 0; i < models_.size(); ++i) {
    models_[i].table = tables_[i].data();
  }
  scores_.assign(models_.size(), 0);
  state_.assign(blocks_ * state_size_, 0);
  error_.assign(blocks_ * models_.size() * kSsmChannelErrors, 0);
  before_.assign(blocks_ * kSsmBlock, 0);
  now_.assign(blocks_ * kSsmBlock, 0);
}

void Channels::Begin(const float* values) {
  std::copy(values, values + channels_, now_.begin());
  if (steps_ == 0) {
    before_ = now_;
    // As after an endless constant: the mean is the value, nothing else.
    for (size_t block = 0; block < blocks_; ++block) {
      float* state = state_.data() + block * state_size_;
      for (const SsmChannelModel& model : models_) {
        std::copy_n(now_.data() + block * kSsmBlock, kSsmBlock, state);
        state += SsmChannelState(model.order);
      }
    }
  }
  const double least = 1 - std::exp2(-1 / kHalfLife);
  for (size_t i = 0; i < models_.size(); ++i) {
    if (static_cast<double>(steps_) < warm_[i]) continue;
    const double share = kFresh / (static_cast<double>(scores_[i]++) + kFresh);
    models_[i].take = static_cast<float>(std::max(least, share));
  }
}

void Channels::StepBlocks(size_t first, size_t last, float* next) {
  for (size_t block = first; block < last; ++block) {
    std::array<float, kSsmBlock> said;
    SsmStepBlock(
        models_.data(), models_.size(), before_.data() + block * kSsmBlock,
        now_.data() + block * kSsmBlock, state_.data() + block * state_size_,
        error_.data() + block * models_.size() * kSsmChannelErrors,
        said.data());
    const size_t begin = block * kSsmBlock;
    std::copy_n(said.data(), std::min(kSsmBlock, channels_ - begin),
                next + begin);
  }
}

void Channels::End() {
  before_.swap(now_);
  ++steps_;
}

void Channels::Step(const float* values, float* next) {
  Begin(values);
  StepBlocks(0, blocks_, next);
  End();
}

}  // namespace footnote
