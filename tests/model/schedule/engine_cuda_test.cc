// The engine on the CUDA device with the emulator's kernels: tokens are chosen
// on the device, and are those that the host chooses from the same logits.
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "gtest/gtest.h"
#include "model/decoder/device_cuda.h"
#include "model/schedule/engine.h"

namespace footnote {
namespace {

constexpr char kCohere[] = "tests/golden/models/tiny-cohere2";
constexpr char kLlama[] = "tests/golden/models/tiny-llama";
constexpr char kMixture[] = "tests/golden/models/tiny-cohere2-moe";

std::unique_ptr<Engine> Open(const std::string& path,
                             const std::string& device = "cuda") {
  // Also what brings the emulated device into the program.
  EXPECT_EQ(CudaDeviceText().substr(0, 8), "emulator");
  EngineOptions options;
  options.threads = 1;
  options.device = device;
  options.cache_bytes = 4 << 20;
  auto engine = Engine::Open(path, options);
  EXPECT_TRUE(engine.ok()) << engine.status();
  return std::move(engine).value();
}

// Lets through ids that 3 divides; after `most` of them, none.
class Thirds : public TokenConstraint {
 public:
  explicit Thirds(int most) : most_(most) {}
  void Mask(absl::Span<uint64_t> allowed) override {
    for (size_t id = 0; id < allowed.size() * 64; ++id) {
      if (id % 3 != 0 || accepted_ == most_) {
        allowed[id / 64] &= ~(uint64_t{1} << (id % 64));
      }
    }
  }
  void Accept(int32_t id) override {
    EXPECT_EQ(id % 3, 0);
    ++accepted_;
  }

 private:
  int most_;
  int accepted_ = 0;
};

DecodeRequest Request(int seed, int tokens) {
  DecodeRequest request;
  // Repeats itself, so that there is something to guess.
  for (int i = 0; i < 24; ++i) request.prompt.push_back(7 + (seed + i) % 11);
  request.max_tokens = tokens;
  request.ignore_model_ends = true;
  request.sampling.seed = seed;
  return request;
}

// One of each way to choose.
std::vector<DecodeRequest> Requests() {
  std::vector<DecodeRequest> all(6, Request(0, 12));
  for (int i = 0; i < 6; ++i) all[i] = Request(i, 12);
  all[1].sampling.temperature = 0.9f;
  all[1].sampling.top_p = 0.8f;
  all[2].sampling.temperature = 1.3f;
  all[2].sampling.top_k = 20;
  all[2].sampling.repetition_penalty = 1.3f;
  all[3].sampling.repetition_penalty = 1.5f;
  all[3].sampling.frequency_penalty = 0.3f;
  all[3].sampling.presence_penalty = 0.1f;
  all[4].speculate = false;
  all[5].sampling.temperature = 0.5f;
  all[5].sampling.min_p = 0.02f;
  all[5].sampling.frequency_penalty = 0.2f;
  all[5].speculate = false;
  return all;
}

DecodeRequest With(DecodeRequest request, int logprobs, bool constrained) {
  request.logprobs = logprobs;
  if (constrained) request.constraint = std::make_shared<Thirds>(9);
  return request;
}

void ExpectSame(const Generation& found, const Generation& want) {
  ASSERT_EQ(found.tokens.size(), want.tokens.size());
  EXPECT_EQ(found.finish, want.finish);
  for (size_t i = 0; i < want.tokens.size(); ++i) {
    EXPECT_EQ(found.tokens[i].id, want.tokens[i].id) << "token " << i;
    EXPECT_EQ(found.tokens[i].logprob, want.tokens[i].logprob) << "token " << i;
  }
}

class EngineCudaTest : public ::testing::TestWithParam<const char*> {};

TEST_P(EngineCudaTest, TokensChosenOnTheDeviceAreTheHosts) {
  const auto engine = Open(GetParam());
  for (const DecodeRequest& request : Requests()) {
    for (const bool constrained : {false, true}) {
      const auto found = engine->Generate(With(request, 0, constrained));
      ASSERT_TRUE(found.ok()) << found.status();
      // For the most likely tokens the logits come to the host, which chooses.
      const auto want = engine->Generate(With(request, 1, constrained));
      ASSERT_TRUE(want.ok()) << want.status();
      ExpectSame(*found, *want);
      EXPECT_EQ(found->tokens.size(), constrained ? 9u : 12u);
      EXPECT_EQ(want->tokens[0].top.size(), 1u);
    }
  }
}

TEST(EngineCudaTogetherTest, TokensAreThoseOfEachAlone) {
  const auto engine = Open(kCohere);
  std::vector<Generation> alone;
  for (const DecodeRequest& request : Requests()) {
    alone.push_back(*engine->Generate(With(request, 0, false)));
    alone.push_back(*engine->Generate(With(request, 0, true)));
  }
  std::vector<std::shared_ptr<Ticket>> tickets;
  for (const DecodeRequest& request : Requests()) {
    tickets.push_back(*engine->Submit(With(request, 0, false)));
    tickets.push_back(*engine->Submit(With(request, 0, true)));
  }
  for (size_t i = 0; i < tickets.size(); ++i) {
    ExpectSame(*tickets[i]->Wait(), alone[i]);
  }
}

INSTANTIATE_TEST_SUITE_P(Models, EngineCudaTest,
                         ::testing::Values(kCohere, kMixture),
                         [](const auto& info) {
                           return std::string(info.param) == kCohere
                                      ? "Cohere2"
                                      : "Mixture";
                         });

TEST(EngineCudaTogetherTest, TwoDevicesAnswerAsOne) {
  setenv("FOOTNOTE_NCCL", "tests/model/decoder/libnccl_stand_in.so", 1);
  // In floats, so that where the sums meet changes no greedy choice.
  const auto one = Open(kCohere, "cuda-exact");
  const auto two = Open(kCohere, "cuda-exact:2");
  for (const int i : {0, 3}) {
    DecodeRequest request = Requests()[i];
    request.max_tokens = 6;
    const auto want = one->Generate(request);
    const auto found = two->Generate(request);
    ASSERT_TRUE(found.ok()) << found.status();
    ASSERT_EQ(found->tokens.size(), 6u);
    for (int t = 0; t < 6; ++t) {
      EXPECT_EQ(found->tokens[t].id, want->tokens[t].id) << "token " << t;
    }
  }
  EXPECT_EQ(two->stats().logit_rows_read, 0u);
}

TEST(EngineCudaLogitsTest, LogitsLeaveTheDeviceOnlyWhereTheHostChooses) {
  const auto engine = Open(kLlama);
  for (const DecodeRequest& request : Requests()) {
    ASSERT_TRUE(engine->Generate(With(request, 0, false)).ok());
  }
  DecodeRequest plain = With(Request(3, 12), -1, true);
  plain.speculate = false;
  ASSERT_TRUE(engine->Generate(plain).ok());
  EXPECT_EQ(engine->stats().logit_rows_read, 0u);
  DecodeRequest likely = With(Request(3, 12), 2, false);
  likely.speculate = false;
  ASSERT_TRUE(engine->Generate(likely).ok());
  EXPECT_EQ(engine->stats().logit_rows_read, 12u);
}

}  // namespace
}  // namespace footnote
