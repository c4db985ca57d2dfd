#include "model/schedule/engine.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace footnote {
namespace {

// Windows of 16 in three layers of four: prompts below are longer.
constexpr char kCohere[] = "tests/golden/models/tiny-cohere2";
constexpr char kLlama[] = "tests/golden/models/tiny-llama";
constexpr char kMixture[] = "tests/golden/models/tiny-cohere2-moe";

EngineOptions Options() {
  EngineOptions options;
  options.threads = 2;
  options.cache_bytes = 16 << 20;
  return options;
}

std::unique_ptr<Engine> Open(const std::string& path,
                             const EngineOptions& options) {
  auto engine = Engine::Open(path, options);
  EXPECT_TRUE(engine.ok()) << engine.status();
  return std::move(engine).value();
}

// Repeats itself, so that there is something to guess.
std::vector<int32_t> Prompt(int count, uint32_t seed) {
  std::mt19937 random(seed);
  std::vector<int32_t> ids;
  while (static_cast<int>(ids.size()) < count) {
    const bool repeat = ids.size() > 12 && random() % 3 == 0;
    const size_t begin = repeat ? random() % (ids.size() - 8) : 0;
    for (int i = 0; i < 6; ++i) {
      ids.push_back(repeat ? ids[begin + i]
                           : static_cast<int32_t>(7 + random() % 249));
    }
  }
  ids.resize(count);
  return ids;
}

DecodeRequest Request(std::vector<int32_t> prompt, int tokens) {
  DecodeRequest request;
  request.prompt = std::move(prompt);
  request.max_tokens = tokens;
  request.ignore_model_ends = true;
  return request;
}

std::vector<int32_t> Ids(const Generation& generation) {
  std::vector<int32_t> ids;
  for (const GeneratedToken& token : generation.tokens) ids.push_back(token.id);
  return ids;
}

std::vector<int32_t> Answer(Engine* engine, DecodeRequest request) {
  const auto generation = engine->Generate(std::move(request));
  EXPECT_TRUE(generation.ok()) << generation.status();
  return Ids(*generation);
}

// What a plain loop gives: logits of everything, the most likely, once more.
std::vector<int32_t> PlainGreedy(Engine* engine, std::vector<int32_t> ids,
                                 int tokens) {
  std::vector<int32_t> answer;
  for (int i = 0; i < tokens; ++i) {
    const auto logits = engine->Logits(ids);
    EXPECT_TRUE(logits.ok()) << logits.status();
    const std::vector<float>& last = logits->back();
    answer.push_back(static_cast<int32_t>(
        std::max_element(last.begin(), last.end()) - last.begin()));
    ids.push_back(answer.back());
  }
  return answer;
}

class EngineModelTest : public ::testing::TestWithParam<const char*> {};

TEST_P(EngineModelTest, AnswersAreThoseOfAPlainLoop) {
  const auto engine = Open(GetParam(), Options());
  for (const int length : {1, 16, 17, 45}) {
    const std::vector<int32_t> prompt = Prompt(length, length);
    EXPECT_EQ(Answer(engine.get(), Request(prompt, 10)),
              PlainGreedy(engine.get(), prompt, 10))
        << length;
  }
}

TEST_P(EngineModelTest, AnswersDoNotDependOnWhatElseRuns) {
  std::vector<DecodeRequest> requests;
  for (int i = 0; i < 9; ++i) {
    DecodeRequest request = Request(Prompt(5 + 17 * i % 70, i), 8 + 5 * i % 24);
    if (i % 3 == 2) {
      request.sampling.temperature = 0.9f;
      request.sampling.top_p = 0.9f;
      request.sampling.seed = i;
    }
    request.priority = i % 2;
    requests.push_back(request);
  }
  // Alone, without any of the tricks.
  EngineOptions plain = Options();
  plain.threads = 1;
  plain.prefix_cache = false;
  const auto alone = Open(GetParam(), plain);
  std::vector<std::vector<int32_t>> wanted;
  for (DecodeRequest request : requests) {
    request.speculate = false;
    wanted.push_back(Answer(alone.get(), request));
  }
  for (const int step_tokens : {16, 512}) {
    for (const bool speculate : {false, true}) {
      EngineOptions options = Options();
      options.step_tokens = step_tokens;
      options.max_running = step_tokens == 16 ? 3 : 64;
      const auto engine = Open(GetParam(), options);
      // Twice: the second time prompts are remembered.
      for (int round = 0; round < 2; ++round) {
        std::vector<std::shared_ptr<Ticket>> tickets;
        for (DecodeRequest request : requests) {
          request.speculate = speculate;
          tickets.push_back(*engine->Submit(request));
        }
        for (size_t i = 0; i < tickets.size(); ++i) {
          EXPECT_EQ(Ids(*tickets[i]->Wait()), wanted[i])
              << "request " << i << ", step " << step_tokens << ", round "
              << round << ", speculate " << speculate;
        }
      }
    }
  }
}

TEST_P(EngineModelTest, LittleMemoryChangesNoAnswer) {
  EngineOptions options = Options();
  const auto roomy = Open(GetParam(), options);
  // About what one of the requests needs, so that they wait and pages of the
  // cache go.
  options.cache_bytes = 150 << 10;
  options.step_tokens = 32;
  const auto tight = Open(GetParam(), options);
  std::vector<std::shared_ptr<Ticket>> tickets;
  std::vector<DecodeRequest> requests;
  for (int i = 0; i < 10; ++i) {
    // Three beginnings, so that pages are shared.
    std::vector<int32_t> prompt = Prompt(40, i % 3);
    for (int j = 0; j < i; ++j) prompt.push_back(100 + i);
    requests.push_back(Request(prompt, 16));
    auto ticket = tight->Submit(requests.back());
    ASSERT_TRUE(ticket.ok()) << ticket.status();
    tickets.push_back(*ticket);
  }
  for (size_t i = 0; i < tickets.size(); ++i) {
    EXPECT_EQ(Ids(*tickets[i]->Wait()), Answer(roomy.get(), requests[i])) << i;
  }
  EXPECT_LE(tight->stats().cache_pages_used, tight->stats().cache_pages);
}

TEST_P(EngineModelTest, LogitsAreTheSameBitsInStepsOfAnySize) {
  EngineOptions options = Options();
  const std::vector<int32_t> ids = Prompt(70, 3);
  const auto whole = Open(GetParam(), options)->Logits(ids);
  options.max_running = 1;
  options.threads = 1;
  options.step_tokens = 16;
  const auto parts = Open(GetParam(), options)->Logits(ids);
  ASSERT_TRUE(whole.ok());
  ASSERT_TRUE(parts.ok());
  EXPECT_TRUE(*whole == *parts);
}

INSTANTIATE_TEST_SUITE_P(Models, EngineModelTest,
                         ::testing::Values(kCohere, kLlama, kMixture),
                         [](const auto& info) {
                           const std::string path = info.param;
                           return path == kCohere  ? "Cohere2"
                                  : path == kLlama ? "Llama"
                                                   : "Mixture";
                         });

TEST(EngineTest, SecondPromptWithTheSameBeginningIsRemembered) {
  const auto engine = Open(kCohere, Options());
  std::vector<int32_t> first = Prompt(200, 1);
  std::vector<int32_t> second = first;
  first.resize(180, 50);
  second.resize(170);
  second.resize(190, 60);
  EXPECT_EQ(engine->Generate(Request(first, 4))->cached_tokens, 0);
  const auto generation = engine->Generate(Request(second, 4));
  EXPECT_EQ(generation->cached_tokens, 160);
  EngineOptions options = Options();
  options.prefix_cache = false;
  const auto forgetful = Open(kCohere, options);
  EXPECT_EQ(Answer(forgetful.get(), Request(second, 4)), Ids(*generation));
}

TEST(EngineTest, AnswerIsRememberedForTheNextTurn) {
  const auto engine = Open(kLlama, Options());
  std::vector<int32_t> prompt = Prompt(30, 1);
  const std::vector<int32_t> answer = Answer(engine.get(), Request(prompt, 40));
  prompt.insert(prompt.end(), answer.begin(), answer.end());
  prompt.push_back(9);
  EXPECT_EQ(engine->Generate(Request(prompt, 4))->cached_tokens, 64);
}

TEST(EngineTest, GuessesSaveSteps) {
  const auto engine = Open(kCohere, Options());
  // A greedy answer of this model repeats itself.
  DecodeRequest request = Request(
      {156, 24,  227, 221, 250, 106, 40,  92, 56,  51,  64,  197, 41,  195,
       35,  228, 138, 76,  118, 150, 136, 24, 190, 130, 117, 31,  139, 42,
       132, 242, 80,  60,  62,  101, 119, 57, 214, 13,  209, 223},
      60);
  const auto generation = engine->Generate(request);
  EXPECT_GT(generation->accepted_tokens, 4);
  EXPECT_LE(generation->accepted_tokens, generation->drafted_tokens);
  EXPECT_EQ(engine->stats().steps, 60u - generation->accepted_tokens);
}

TEST(EngineTest, APromptIsForgottenWhenNoneHasSharedItForAWhile) {
  EngineOptions options = Options();
  options.forget_after = absl::Milliseconds(20);
  const auto engine = Open(kCohere, options);
  const std::vector<int32_t> answer =
      Answer(engine.get(), Request(Prompt(100, 1), 4));
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (engine->stats().cache_pages_used > 0 && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(5));
  }
  EXPECT_EQ(engine->stats().cache_pages_used, 0u);
  const auto again = engine->Generate(Request(Prompt(100, 1), 4));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(again->cached_tokens, 0);
  EXPECT_EQ(Ids(*again), answer);
}

TEST(EngineTest, RequestThatCanNeverFitIsRefused) {
  EngineOptions options = Options();
  options.cache_bytes = 100 << 10;
  const auto engine = Open(kLlama, options);
  const auto ticket = engine->Submit(Request(Prompt(5000, 1), 100));
  EXPECT_TRUE(absl::IsResourceExhausted(ticket.status())) << ticket.status();
  EXPECT_EQ(Answer(engine.get(), Request(Prompt(20, 1), 5)).size(), 5u);
}

TEST(EngineTest, TooManyWaitingAreRefused) {
  EngineOptions options = Options();
  options.max_running = 1;
  options.max_waiting = 2;
  const auto engine = Open(kLlama, options);
  std::vector<std::shared_ptr<Ticket>> tickets;
  int refused = 0;
  for (int i = 0; i < 10; ++i) {
    auto ticket = engine->Submit(Request(Prompt(20, i), 200));
    if (ticket.ok()) {
      tickets.push_back(*ticket);
    } else {
      EXPECT_TRUE(absl::IsResourceExhausted(ticket.status()));
      ++refused;
    }
  }
  EXPECT_GE(refused, 1);
  for (const auto& ticket : tickets) EXPECT_TRUE(ticket->Wait().ok());
}

TEST(EngineTest, WrongRequestsAreNamed) {
  const auto engine = Open(kLlama, Options());
  EXPECT_TRUE(absl::IsInvalidArgument(engine->Submit(Request({}, 1)).status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(engine->Submit(Request({256}, 1)).status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(engine->Submit(Request({-1}, 1)).status()));
  EXPECT_TRUE(
      absl::IsInvalidArgument(engine->Submit(Request({1}, 0)).status()));
  DecodeRequest request = Request({1}, 1);
  request.sampling.top_p = 0;
  EXPECT_TRUE(absl::IsInvalidArgument(engine->Submit(request).status()));
  EXPECT_TRUE(absl::IsInvalidArgument(engine->Logits({}).status()));
}

TEST(EngineTest, WrongSamplingIsToldWithItsValueAndWhatWasWanted) {
  const auto engine = Open(kLlama, Options());
  const struct {
    float Sampling::*field;
    float value;
    const char* told;
  } kCases[] = {
      {&Sampling::temperature, 101, "temperature: 101, want 0 to 100"},
      {&Sampling::top_p, 1.5, "top_p: 1.5, want more than 0, at most 1"},
      {&Sampling::min_p, -1, "min_p: -1, want 0 to 1"},
      {&Sampling::repetition_penalty, 0,
       "repetition_penalty: 0, want a number more than 0"},
      {&Sampling::frequency_penalty, INFINITY,
       "frequency_penalty: inf, want a number"},
      {&Sampling::presence_penalty, -INFINITY,
       "presence_penalty: -inf, want a number"},
  };
  for (const auto& one : kCases) {
    DecodeRequest request = Request({1}, 1);
    request.sampling.*one.field = one.value;
    const absl::Status status = engine->Submit(request).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << status;
    EXPECT_EQ(status.message(), one.told);
  }
}

TEST(EngineTest, CancelledAndLateRequestsEnd) {
  EngineOptions options = Options();
  options.max_running = 1;
  const auto engine = Open(kLlama, options);
  const auto running = *engine->Submit(Request(Prompt(20, 1), 4000));
  const auto waiting = *engine->Submit(Request(Prompt(20, 2), 4000));
  DecodeRequest late = Request(Prompt(20, 3), 4000);
  late.deadline = absl::Now();
  const auto third = *engine->Submit(late);
  EXPECT_EQ(third->Wait()->finish, FinishReason::kDeadline);
  waiting->Cancel();
  EXPECT_EQ(waiting->Wait()->finish, FinishReason::kCancelled);
  running->Cancel();
  EXPECT_EQ(running->Wait()->finish, FinishReason::kCancelled);
  EXPECT_EQ(Answer(engine.get(), Request(Prompt(20, 1), 5)).size(), 5u);
}

// The engine alone holds what nobody waits for any more (--config=asan).
TEST(EngineTest, WaitingRequestsThatNobodyWaitsForEnd) {
  EngineOptions options = Options();
  options.max_running = 1;
  const auto engine = Open(kLlama, options);
  const auto running = *engine->Submit(Request(Prompt(20, 1), 4000));
  for (int i = 0; i < 50; ++i) {
    DecodeRequest late = Request(Prompt(20, 2), 4000);
    late.deadline = absl::Now();
    ASSERT_TRUE(engine->Submit(late).ok());
  }
  while (engine->stats().waiting > 0) absl::SleepFor(absl::Milliseconds(1));
  running->Cancel();
  EXPECT_EQ(running->Wait()->finish, FinishReason::kCancelled);
}

TEST(EngineTest, ClosingEndsWhatRuns) {
  std::shared_ptr<Ticket> ticket;
  {
    const auto engine = Open(kLlama, Options());
    ticket = *engine->Submit(Request(Prompt(20, 1), 3000));
  }
  EXPECT_EQ(ticket->Wait()->finish, FinishReason::kCancelled);
}

TEST(EngineTest, HigherPriorityGoesFirst) {
  EngineOptions options = Options();
  options.max_running = 1;
  const auto engine = Open(kLlama, options);
  // Holds the engine while the others come.
  DecodeRequest first = Request(Prompt(20, 9), 3000);
  const auto holder = *engine->Submit(first);
  std::vector<int> order;
  std::vector<std::shared_ptr<Ticket>> tickets;
  for (const int priority : {0, 2, 1}) {
    DecodeRequest request = Request(Prompt(20, priority), 1);
    request.priority = priority;
    request.on_token = [&order, priority](const GeneratedToken&) {
      order.push_back(priority);
      return true;
    };
    tickets.push_back(*engine->Submit(request));
  }
  holder->Cancel();
  for (const auto& ticket : tickets) EXPECT_TRUE(ticket->Wait().ok());
  EXPECT_EQ(order, (std::vector<int>{2, 1, 0}));
}

TEST(EngineTest, TenantsTakeTurns) {
  EngineOptions options = Options();
  options.max_running = 1;
  const auto engine = Open(kLlama, options);
  const auto holder = *engine->Submit(Request(Prompt(20, 9), 3000));
  std::string order;
  std::vector<std::shared_ptr<Ticket>> tickets;
  // Tenant a has sent everything before b sends anything.
  for (const char tenant : std::string("aaaabb")) {
    DecodeRequest request = Request(Prompt(20, 1), 1);
    request.tenant = std::string(1, tenant);
    request.on_token = [&order, tenant](const GeneratedToken&) {
      order.push_back(tenant);
      return true;
    };
    tickets.push_back(*engine->Submit(request));
  }
  holder->Cancel();
  for (const auto& ticket : tickets) EXPECT_TRUE(ticket->Wait().ok());
  EXPECT_LT(order.find('b'), 2u) << order;
  EXPECT_LT(order.rfind('b'), 4u) << order;
}

TEST(EngineTest, CallbackStopTokenAndLengthEndAnAnswer) {
  const auto engine = Open(kLlama, Options());
  const std::vector<int32_t> all =
      Answer(engine.get(), Request(Prompt(20, 1), 12));
  ASSERT_EQ(all.size(), 12u);

  DecodeRequest request = Request(Prompt(20, 1), 12);
  int seen = 0;
  request.on_token = [&](const GeneratedToken&) { return ++seen < 4; };
  auto generation = engine->Generate(request);
  EXPECT_EQ(generation->finish, FinishReason::kStopped);
  EXPECT_EQ(generation->tokens.size(), 4u);

  request = Request(Prompt(20, 1), 12);
  request.stop_ids = {all[5]};
  generation = engine->Generate(request);
  EXPECT_EQ(generation->finish, FinishReason::kEnd);
  EXPECT_EQ(generation->tokens.back().id, all[5]);
  EXPECT_EQ(engine->Generate(Request(Prompt(20, 1), 12))->finish,
            FinishReason::kLength);
}

// Lets through even ids only, and counts.
class EvenIds : public TokenConstraint {
 public:
  void Mask(absl::Span<uint64_t> allowed) override {
    for (uint64_t& bits : allowed) bits &= 0x5555555555555555u;
    if (accepted.size() == 30) std::fill(allowed.begin(), allowed.end(), 0);
  }
  void Accept(int32_t id) override { accepted.push_back(id); }
  std::vector<int32_t> accepted;
};

TEST(EngineTest, ConstraintIsObeyedWithAndWithoutGuesses) {
  const auto engine = Open(kCohere, Options());
  std::vector<int32_t> answers[2];
  for (const bool speculate : {false, true}) {
    DecodeRequest request = Request(Prompt(40, 1), 50);
    const auto even = std::make_shared<EvenIds>();
    request.constraint = even;
    request.speculate = speculate;
    const auto generation = engine->Generate(request);
    EXPECT_EQ(generation->finish, FinishReason::kStopped);
    answers[speculate] = Ids(*generation);
    EXPECT_EQ(answers[speculate], even->accepted);
    EXPECT_EQ(answers[speculate].size(), 30u);
    for (const int32_t id : answers[speculate]) EXPECT_EQ(id % 2, 0);
  }
  EXPECT_EQ(answers[0], answers[1]);
}

TEST(EngineTest, LogprobsAreThoseOfTheLogits) {
  const auto engine = Open(kLlama, Options());
  DecodeRequest request = Request(Prompt(20, 1), 3);
  request.logprobs = 4;
  const auto generation = engine->Generate(request);
  const auto logits = engine->Logits(Prompt(20, 1));
  const std::vector<float>& last = logits->back();
  double sum = 0;
  for (const float x : last) sum += std::exp(x);
  const GeneratedToken& token = generation->tokens[0];
  EXPECT_NEAR(token.logprob, std::log(std::exp(last[token.id]) / sum), 1e-5);
  ASSERT_EQ(token.top.size(), 4u);
  EXPECT_EQ(token.top[0].id, token.id);
  for (int i = 1; i < 4; ++i) {
    EXPECT_LE(token.top[i].logprob, token.top[i - 1].logprob);
  }
}

TEST(EngineTest, VectorsHaveLengthOneAndFollowTheText) {
  const auto engine = Open(kLlama, Options());
  const auto one = engine->Embed(Prompt(30, 1));
  const auto same = engine->Embed(Prompt(30, 1));
  const auto other = engine->Embed(Prompt(30, 2));
  ASSERT_TRUE(one.ok());
  EXPECT_EQ(one->size(), 64u);
  double length = 0;
  for (const float x : *one) length += x * x;
  EXPECT_NEAR(length, 1, 1e-5);
  EXPECT_EQ(*one, *same);
  EXPECT_NE(*one, *other);
}

}  // namespace
}  // namespace footnote
