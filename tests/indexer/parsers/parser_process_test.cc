#include "indexer/parsers/parser_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/landlock.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <vector>

namespace footnote {
namespace {

using ::testing::HasSubstr;

constexpr char kBadParser[] = "tests/indexer/parsers/bad_parser";

absl::StatusOr<std::string> Order(const std::string& what) {
  ParserLimits limits;
  limits.memory_bytes = size_t{128} << 20;
  limits.output_bytes = size_t{4} << 20;
  limits.cpu_seconds = 1;
  limits.patience = absl::Seconds(20);
  if (what == "hang") limits.patience = absl::Milliseconds(300);
  return RunParser(kBadParser, what, limits);
}

TEST(ParserProcessTest, GivesWhatTheProgramWrites) {
  const auto output = Order("echo");
  ASSERT_TRUE(output.ok()) << output.status();
  EXPECT_EQ(*output, "heard echo");
  EXPECT_EQ(*Order("nothing"), "");
}

TEST(ParserProcessTest, SaysWhatBecameOfABadProgram) {
  const struct {
    const char* order;
    absl::StatusCode code;
    const char* why;
  } kCases[] = {
      {"crash", absl::StatusCode::kInternal, "signal 11"},
      {"abort", absl::StatusCode::kInternal, "signal 6"},
      {"exit", absl::StatusCode::kInternal, "ended with 7: no luck"},
      {"spin", absl::StatusCode::kResourceExhausted, "processor time"},
      {"hang", absl::StatusCode::kDeadlineExceeded, "hung"},
      {"memory", absl::StatusCode::kResourceExhausted, "out of memory"},
      {"output", absl::StatusCode::kResourceExhausted, "wrote over"},
      {"socket", absl::StatusCode::kInternal, "sandbox"},
      {"fork", absl::StatusCode::kInternal, "sandbox"},
      {"exec", absl::StatusCode::kInternal, "sandbox"},
      {"kill", absl::StatusCode::kInternal, "sandbox"},
      {"limits of another", absl::StatusCode::kInternal, "sandbox"},
  };
  for (const auto& one : kCases) {
    const absl::Status status = Order(one.order).status();
    EXPECT_EQ(status.code(), one.code) << one.order << ": " << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(one.why)) << one.order;
  }
}

TEST(ParserProcessTest, TheProgramOpensNoFile) {
  EXPECT_EQ(*Order("open"), "refused");
  EXPECT_EQ(*Order("write"), "refused");
}

TEST(ParserProcessTest, TheProgramRaisesNoneOfItsLimitsEvenAsRoot) {
  EXPECT_EQ(*Order("raise"), "refused");
}

TEST(ParserProcessTest, TheProgramReadsOneFolderWhereLandlockGuardsIt) {
  const bool landlock = syscall(SYS_landlock_create_ruleset, nullptr, 0,
                                LANDLOCK_CREATE_RULESET_VERSION) > 0;
  EXPECT_EQ(*Order("open allowed"), landlock ? "opened" : "refused");
  EXPECT_EQ(*Order("open around"), "refused");
  EXPECT_EQ(*Order("write allowed"), "refused");
}

TEST(ParserProcessTest, ManyThreadsRunOneEach) {
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([i] {
      for (int j = 0; j < 5; ++j) {
        const auto output = Order(i % 2 == 0 ? "echo" : "crash");
        EXPECT_EQ(output.ok(), i % 2 == 0);
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
}

TEST(ParserProcessTest, AProgramIsKilledWhenItsCallerIsToStop) {
  int asked = 0;
  ParserLimits limits;
  limits.memory_bytes = size_t{128} << 20;
  limits.patience = absl::Hours(1);
  limits.stop = [&asked] { return ++asked == 3; };
  EXPECT_EQ(RunParser(kBadParser, "hang", limits).status().code(),
            absl::StatusCode::kCancelled);
  EXPECT_EQ(asked, 3);
}

TEST(ParserProcessTest, AProgramThatIsNotThereIsAnError) {
  EXPECT_EQ(RunParser("/nowhere/parser", "x", {}).status().code(),
            absl::StatusCode::kUnavailable);
  const absl::Status missing = FindParser("footnote-nothing").status();
  EXPECT_EQ(missing.code(), absl::StatusCode::kNotFound);
  EXPECT_THAT(std::string(missing.message()), HasSubstr("footnote-nothing"));
}

}  // namespace
}  // namespace footnote
