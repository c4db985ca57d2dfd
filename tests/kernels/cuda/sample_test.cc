#include "kernels/cuda/sample.h"

#include <algorithm>
#include <limits>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "absl/types/span.h"
#include "gtest/gtest.h"
#include "kernels/draw.h"
#include "model/schedule/sampler.h"
#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {
namespace {

constexpr float kInfinity = std::numeric_limits<float>::infinity();
constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

// A warp and beside it, one that blocks do not divide, and two models' own.
constexpr int kVocabularies[] = {1, 31, 32, 33, 1000, 128256, 255029};

// Larger ones take the emulator a while.
constexpr int kSmall = 1000;

// Allows ids that `step` divides; 0: none.
class Every : public TokenConstraint {
 public:
  Every(int step, int vocabulary) : step_(step), vocabulary_(vocabulary) {}
  void Mask(absl::Span<uint64_t> allowed) override {
    for (int i = 0; i < vocabulary_; ++i) {
      if (step_ == 0 || i % step_ != 0) {
        allowed[i / 64] &= ~(uint64_t{1} << (i % 64));
      }
    }
  }
  void Accept(int32_t) override {}

 private:
  int step_;
  int vocabulary_;
};

// One request on the sampler and on the device.
class Twins {
 public:
  Twins(const DecodeRequest& request, int vocabulary)
      : request_(request),
        vocabulary_(vocabulary),
        sampler_(request_, vocabulary),
        tally_(std::vector<uint16_t>(vocabulary, 0)),
        changed_(size_t{2} * vocabulary),
        tokens_(2),
        sampled_(2) {
    std::vector<int32_t> ids = request.prompt;
    std::sort(ids.begin(), ids.end());
    ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
    for (const int32_t id : ids) Tell({tally_.get(), id, 0});
  }

  // The sampler's choice, -1 for none, and the device's must be one.
  int32_t Choose(const std::vector<float>& logits, int position) {
    GeneratedToken want;
    if (!sampler_.Choose(logits, position, &want)) want.id = -1;
    EXPECT_EQ(OnDevice(logits, position, {}), want.id) << Text();
    if (request_.logprobs >= 0 && want.id >= 0) {
      const SampledLogit found = sampled_.Read()[1];
      EXPECT_EQ(WeighedLogprob(found.logit, found.most, found.weights),
                want.logprob)
          << Text();
    }
    return want.id;
  }

  void Accept(int32_t id) {
    sampler_.Accept(id);
    Tell({tally_.get(), id, 1});
  }

  // The device's choice after guesses that only this row counts.
  int32_t OnDevice(const std::vector<float>& logits, int position,
                   const std::vector<int32_t>& guessed) {
    const Sampling& s = request_.sampling;
    SampleRow sample = {};
    sample.row = 1;
    sample.temperature = s.temperature;
    sample.top_k = s.top_k;
    sample.top_p = s.top_p;
    sample.min_p = s.min_p;
    sample.repetition_penalty = s.repetition_penalty;
    sample.frequency_penalty = s.frequency_penalty;
    sample.presence_penalty = s.presence_penalty;
    sample.seed = s.seed;
    sample.position = position;
    sample.tally = sampler_.penalizes() ? tally_.get() : nullptr;
    sample.guessed_count = static_cast<int>(guessed.size());
    std::copy(guessed.begin(), guessed.end(), sample.guessed);
    sample.mask_row = -1;
    std::vector<uint32_t> words(2 * MaskWords(vocabulary_), 0);
    if (request_.constraint != nullptr) {
      sample.mask_row = 1;
      size_t i = 0;
      for (const uint64_t word : sampler_.Mask()) {
        words[MaskWords(vocabulary_) + i++] = static_cast<uint32_t>(word);
        words[MaskWords(vocabulary_) + i++] = static_cast<uint32_t>(word >> 32);
      }
    }
    sample.wants_logprob = request_.logprobs >= 0;
    // A row before it that is nobody's, a row of choices before it that is
    // somebody's.
    SampleRow other = sample;
    other.row = 0;
    other.temperature = 0;
    other.mask_row = -1;
    other.tally = nullptr;
    std::vector<float> rows(vocabulary_, 0.5f);
    rows.insert(rows.end(), logits.begin(), logits.end());
    const Buffer<float> device_logits(rows);
    const Buffer<uint32_t> masks(words);
    const Buffer<SampleRow> samples(std::vector<SampleRow>{other, sample});
    SampleRows(TheStream(), samples.get(), 2, vocabulary_, masks.get(),
               device_logits.get(), changed_.get(), tokens_.get(),
               sampled_.get());
    const std::vector<int32_t> found = tokens_.Read();
    EXPECT_EQ(found[0], 0);
    return found[1];
  }

 private:
  void Tell(const Note& note) {
    const Buffer<Note> notes(std::vector<Note>{{nullptr, 0, 0}, note});
    NoteTokens(TheStream(), notes.get(), 2);
    ExpectFinished();
  }
  std::string Text() const {
    const Sampling& s = request_.sampling;
    return ::testing::PrintToString(
        std::vector<double>{double(vocabulary_), s.temperature, double(s.top_k),
                            s.top_p, s.min_p, s.repetition_penalty});
  }

  const DecodeRequest request_;
  int vocabulary_;
  Sampler sampler_;
  const Buffer<uint16_t> tally_;
  const Buffer<float> changed_;
  const Buffer<int32_t> tokens_;
  const Buffer<SampledLogit> sampled_;
};

std::vector<float> Logits(int vocabulary, uint32_t seed, float spread) {
  std::vector<float> logits = RandomFloats(vocabulary, seed);
  for (float& x : logits) x *= spread;
  return logits;
}

// What a request says, one at a time and together.
std::vector<Sampling> Samplings(int vocabulary) {
  std::vector<Sampling> all;
  const auto add = [&](float temperature, int top_k, float top_p, float min_p) {
    Sampling s;
    s.temperature = temperature;
    s.top_k = top_k;
    s.top_p = top_p;
    s.min_p = min_p;
    s.seed = all.size() * 977;
    all.push_back(s);
  };
  add(0, 0, 1, 0);
  add(1, 0, 1, 0);
  add(1, 40, 1, 0);
  add(1, 1, 1, 0);
  add(1, vocabulary, 1, 0);
  add(1, vocabulary + 7, 0.5f, 0);
  add(2.5f, std::max(1, vocabulary / 2), 0.9f, 0);
  add(1, 0, 0, 0);  // p = 0: the first alone
  add(1, 0, 0.9f, 0);
  add(1e-3f, 0, 0.99f, 0);
  add(100, 0, 0.5f, 0);
  add(0.7f, 0, 1, 0.05f);
  add(1, 0, 0.95f, 1);
  add(1.5f, 64, 0.8f, 0.02f);
  return all;
}

TEST(SampleTest, TokensAndLogprobsAreTheSamplersBitForBit) {
  for (const int vocabulary : kVocabularies) {
    const std::vector<float> logits = Logits(vocabulary, vocabulary, 4);
    for (const Sampling& sampling : Samplings(vocabulary)) {
      DecodeRequest request;
      request.sampling = sampling;
      request.logprobs = sampling.top_k % 2 == 0 ? 0 : -1;
      Twins twins(request, vocabulary);
      twins.Choose(logits, 12345);
      if (vocabulary <= kSmall) twins.Choose(logits, 0);
    }
  }
}

TEST(SampleTest, ChoicesAreTheSameInEitherOrderOfThreads) {
  InBothOrders([] {
    const std::vector<float> logits = Logits(1000, 3, 4);
    for (const Sampling& sampling : Samplings(1000)) {
      DecodeRequest request;
      request.sampling = sampling;
      request.logprobs = 0;
      Twins twins(request, 1000);
      for (int position = 0; position < 4; ++position) {
        twins.Choose(logits, position);
      }
    }
  });
}

TEST(SampleTest, PenaltiesAndMasksAreTheSamplers) {
  for (const int vocabulary : kVocabularies) {
    for (const float temperature : {0.f, .8f}) {
      DecodeRequest request;
      request.prompt = {0, vocabulary - 1, vocabulary / 2, 0};
      request.logprobs = 0;
      request.sampling.temperature = temperature;
      request.sampling.top_p = .9f;
      request.sampling.repetition_penalty = 1.7f;
      request.sampling.frequency_penalty = .4f;
      request.sampling.presence_penalty = .2f;
      for (const int step : {1, 3}) {
        request.constraint = std::make_shared<Every>(step, vocabulary);
        Twins twins(request, vocabulary);
        // Much alike, so that penalties turn the choice.
        const std::vector<float> logits = Logits(vocabulary, 5, .1f);
        const int steps = vocabulary <= kSmall ? 5 : 2;
        for (int position = 0; position < steps; ++position) {
          const int32_t id = twins.Choose(logits, position);
          ASSERT_GE(id, 0);
          EXPECT_EQ(id % step, 0);
          twins.Accept(id);
        }
      }
    }
  }
}

TEST(SampleTest, GuessesCountAsIfTheyWereSaid) {
  DecodeRequest request;
  request.prompt = {3};
  request.sampling.temperature = 1;
  request.sampling.repetition_penalty = 2;
  request.sampling.frequency_penalty = .5f;
  const std::vector<float> logits = Logits(100, 6, .3f);
  const std::vector<int32_t> guessed = {7, 3, 7, 99};
  for (int position = 0; position < 20; ++position) {
    Twins said(request, 100);
    Twins guesses(request, 100);
    const int32_t found = guesses.OnDevice(logits, position, guessed);
    for (const int32_t id : guessed) said.Accept(id);
    EXPECT_EQ(found, said.Choose(logits, position));
    // And for that row alone.
    Twins fresh(request, 100);
    EXPECT_EQ(guesses.Choose(logits, position), fresh.Choose(logits, position));
  }
}

TEST(SampleTest, EqualLogitsAreTakenById) {
  for (const int vocabulary : kVocabularies) {
    // All equal, and three that are above the rest.
    std::vector<float> flat(vocabulary, -1.5f);
    std::vector<float> three = flat;
    for (const int id : {vocabulary / 3, vocabulary / 2, vocabulary - 1}) {
      three[id] = 2;
    }
    for (const auto& [temperature, top_k, top_p] :
         {std::make_tuple(0.f, 0, 1.f), std::make_tuple(1.f, 2, 1.f),
          std::make_tuple(1.f, 0, .3f), std::make_tuple(1.f, 5000, .7f)}) {
      // Of thousands of equals a device looks 56 times, and so the emulator.
      if (vocabulary > kSmall && top_k == 5000) continue;
      DecodeRequest request;
      request.sampling.temperature = temperature;
      request.sampling.top_k = top_k;
      request.sampling.top_p = top_p;
      Twins twins(request, vocabulary);
      const int32_t id = twins.Choose(flat, 4);
      if (temperature == 0) {
        EXPECT_EQ(id, 0);
        EXPECT_EQ(twins.Choose(three, 4), vocabulary / 3);
      }
      if (top_k == 2) {
        EXPECT_LE(id, 1);
      }
      twins.Choose(three, 5);
    }
  }
}

TEST(SampleTest, NoNumbersAndInfinitiesAreTheSamplers) {
  for (const int vocabulary : {1, 33, 1000}) {
    for (const float odd : {kNan, kInfinity, -kInfinity, 2e38f, -2e38f, -0.f}) {
      for (const int every : {1, 2, 7}) {
        std::vector<float> logits = Logits(vocabulary, 9, 2);
        for (int i = vocabulary - 1; i >= 0; i -= every) logits[i] = odd;
        for (const float temperature : {0.f, .5f}) {
          for (const float top_p : {1.f, .6f}) {
            DecodeRequest request;
            request.prompt = {0};
            request.logprobs = 0;
            request.sampling.temperature = temperature;
            request.sampling.top_p = top_p;
            request.sampling.top_k = 5;
            request.sampling.repetition_penalty = top_p < 1 ? 1.2f : 1;
            Twins twins(request, vocabulary);
            const int32_t id = twins.Choose(logits, every);
            const bool none = (every == 1 || vocabulary == 1) &&
                              (odd == -kInfinity || odd != odd);
            EXPECT_EQ(id < 0, none) << vocabulary << " " << odd;
          }
        }
      }
    }
  }
}

TEST(SampleTest, MaskThatLeavesNothingSaysSo) {
  for (const int vocabulary : kVocabularies) {
    for (const float temperature : {0.f, 1.f}) {
      DecodeRequest request;
      request.sampling.temperature = temperature;
      request.sampling.top_k = 3;
      request.constraint = std::make_shared<Every>(0, vocabulary);
      Twins twins(request, vocabulary);
      EXPECT_EQ(twins.Choose(Logits(vocabulary, 1, 1), 0), -1);
    }
  }
}

TEST(SampleTest, TalliesStopAtTheirMost) {
  const Buffer<uint16_t> tally(std::vector<uint16_t>(3, 0));
  const Buffer<Note> notes(std::vector<Note>{{tally.get(), 0, kMostTallied - 1},
                                             {tally.get(), 1, 0}});
  const Buffer<Note> more(
      std::vector<Note>{{tally.get(), 0, 5}, {tally.get(), 1, 2}});
  NoteTokens(TheStream(), notes.get(), 2);
  NoteTokens(TheStream(), more.get(), 2);
  EXPECT_EQ(tally.Read(),
            (std::vector<uint16_t>{kMostTallied, kInPrompt | 2, 0}));
}

}  // namespace
}  // namespace cuda
}  // namespace footnote
