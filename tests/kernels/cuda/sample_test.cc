#include "kernels/cuda/sample.h"

#include <map>
#include <vector>

#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "model/schedule/sampler.h"
#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kVocabulary = 1500;

// Allows every third token.
class EveryThird : public TokenConstraint {
 public:
  void Mask(absl::Span<uint64_t> allowed) override {
    for (int i = 0; i < kVocabulary; ++i) {
      if (i % 3 != 0) allowed[i / 64] &= ~(uint64_t{1} << (i % 64));
    }
  }
  void Accept(int32_t) override {}
};

std::vector<uint32_t> EveryThirdBits() {
  std::vector<uint32_t> bits((kVocabulary + 31) / 32, 0);
  for (int i = 0; i < kVocabulary; i += 3) bits[i / 32] |= 1u << (i % 32);
  return bits;
}

// Steps of one request: the sampler's tokens and the device's.
void ExpectTheSamplersTokens(DecodeRequest request, int steps,
                             float spread = 3) {
  Sampler sampler(request, kVocabulary);
  const Sampling& s = request.sampling;
  std::vector<uint16_t> counts(kVocabulary, 0);
  for (const int32_t id : request.prompt) counts[id] |= kInPrompt;
  const Buffer<uint16_t> device_counts(counts);
  const Buffer<uint32_t> masks(EveryThirdBits());
  const bool penalizes = s.repetition_penalty != 1 ||
                         s.frequency_penalty != 0 || s.presence_penalty != 0;
  const Buffer<SampleRow> samples(std::vector<SampleRow>{
      {s.temperature, s.top_k, s.top_p, s.min_p, s.repetition_penalty,
       s.frequency_penalty, s.presence_penalty, s.seed, 10, penalizes ? 0 : -1,
       request.constraint != nullptr ? 0 : -1}});
  const Buffer<int32_t> tokens(1);
  for (int step = 0; step < steps; ++step) {
    std::vector<float> logits = RandomFloats(kVocabulary, 100 + step);
    for (float& x : logits) x *= spread;
    const Buffer<float> device_logits(logits);
    SampleRows(TheStream(), samples.get(), 1, kVocabulary, device_counts.get(),
               masks.get(), device_logits.get(), tokens.get());
    GeneratedToken want;
    ASSERT_TRUE(sampler.Choose(logits, 10 + step, &want));
    ASSERT_EQ(tokens.Read()[0], want.id)
        << "step " << step << " temperature " << s.temperature << " top_k "
        << s.top_k << " top_p " << s.top_p << " min_p " << s.min_p;
    sampler.Accept(want.id);
    AcceptTokens(TheStream(), samples.get(), 1, kVocabulary, tokens.get(),
                 device_counts.get());
  }
}

TEST(SampleTest, GreedyChoiceIsTheSamplers) {
  DecodeRequest request;
  request.prompt = {1, 2, 700};
  ExpectTheSamplersTokens(request, 3);
  request.constraint = std::make_shared<EveryThird>();
  ExpectTheSamplersTokens(request, 3);
  request.sampling.repetition_penalty = 1.7f;
  request.sampling.frequency_penalty = 0.4f;
  request.sampling.presence_penalty = 0.2f;
  ExpectTheSamplersTokens(request, 6, 0.2f);
}

TEST(SampleTest, DrawsAreTheSamplers) {
  DecodeRequest request;
  request.prompt = {5};
  for (const float temperature : {0.3f, 1.0f, 2.5f}) {
    for (const int top_k : {0, 1, 40, 5000}) {
      for (const float top_p : {1.0f, 0.9f, 0.1f}) {
        for (const float min_p : {0.0f, 0.05f}) {
          request.sampling.temperature = temperature;
          request.sampling.top_k = top_k;
          request.sampling.top_p = top_p;
          request.sampling.min_p = min_p;
          request.sampling.seed = 77 + top_k;
          ExpectTheSamplersTokens(request, 1);
        }
      }
    }
  }
  request.sampling.top_k = 7;
  request.constraint = std::make_shared<EveryThird>();
  ExpectTheSamplersTokens(request, 2);
}

TEST(SampleTest, OfEqualLogitsTheLowestIdIsChosen) {
  std::vector<float> logits(kVocabulary, -1);
  logits[900] = logits[33] = logits[1400] = 2;
  const Buffer<float> device_logits(logits);
  const Buffer<SampleRow> samples(
      std::vector<SampleRow>{{0, 0, 1, 0, 1, 0, 0, 0, 0, -1, -1}});
  const Buffer<int32_t> tokens(1);
  SampleRows(TheStream(), samples.get(), 1, kVocabulary, nullptr, nullptr,
             device_logits.get(), tokens.get());
  EXPECT_EQ(tokens.Read()[0], 33);
}

TEST(SampleTest, MaskThatLeavesNothingSaysSo) {
  const Buffer<float> logits(RandomFloats(kVocabulary, 1));
  const Buffer<uint32_t> masks(
      std::vector<uint32_t>((kVocabulary + 31) / 32, 0));
  const Buffer<SampleRow> samples(
      std::vector<SampleRow>{{1, 0, 1, 0, 1, 0, 0, 0, 0, -1, 0}});
  const Buffer<int32_t> tokens(1);
  SampleRows(TheStream(), samples.get(), 1, kVocabulary, nullptr, masks.get(),
             logits.get(), tokens.get());
  EXPECT_EQ(tokens.Read()[0], -1);
}

}  // namespace
}  // namespace cuda
}  // namespace footnote
