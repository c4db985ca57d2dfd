#include "gateway/load.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/metrics.h"
#include "gateway/room_stubs.h"
#include "generator/forecaster_service.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;

class LoadTest : public ::testing::Test {
 protected:
  LoadTest() : service_(NewForecasterService()) {
    grpc::ServerBuilder builder;
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    const auto channel = server_->InProcessChannel(grpc::ChannelArguments());
    stubs_ = std::make_unique<RoomStubs>(
        RoomChannels{channel, channel, channel, channel});
  }

  std::unique_ptr<grpc::Service> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<RoomStubs> stubs_;
};

TEST_F(LoadTest, ExpectsOfTheNextPeriodWhatTheLastOnesSay) {
  Load load(stubs_.get(), absl::Milliseconds(2));
  EXPECT_LT(load.Next(10).asks, 0) << "nothing is known before a question";
  // Three at a time that take two seconds, for as long as it takes to learn.
  const absl::Time end = absl::Now() + absl::Seconds(20);
  Load::Expected expected;
  while (absl::Now() < end) {
    for (int i = 0; i < 3; ++i) load.Came();
    absl::SleepFor(absl::Milliseconds(1));
    for (int i = 0; i < 3; ++i) load.Answered(absl::Seconds(2));
    expected = load.Next(2);
    if (expected.least_seconds > 1 && expected.asks > 2) break;
  }
  EXPECT_NEAR(expected.asks, 3, 1);
  EXPECT_NEAR(expected.least_seconds, 2, 0.5);
  EXPECT_GT(load.Next(10).wait_seconds, 0);
  const std::string metrics = MetricsText();
  for (const char* kind :
       {"asks", "asks_expected", "seconds", "seconds_expected"}) {
    EXPECT_THAT(metrics,
                HasSubstr(std::string("footnote_load{kind=\"") + kind));
  }
  EXPECT_THAT(metrics, HasSubstr("footnote_load_forecast_error{kind=\"asks\""));
  EXPECT_THAT(metrics, HasSubstr("footnote_load_forecast_relative_error{"));
}

TEST_F(LoadTest, ExpectsWhatIsToBeWrittenAtTheRateOfWriting) {
  Load load(stubs_.get(), absl::Milliseconds(2));
  EXPECT_LT(load.Next(10, "m").least_writing_seconds, 0);
  // 5,000 tokens, one answer at a time, as fast as a test may.
  const absl::Time begin = absl::Now();
  int answers = 0;
  while (absl::Now() < begin + absl::Seconds(20)) {
    const uint64_t answer = load.Begins("m");
    absl::SleepFor(absl::Milliseconds(5));
    load.Ends(answer, 5000);
    ++answers;
    if (load.Next(10, "m").least_writing_seconds > 0) break;
  }
  const double each = absl::ToDoubleSeconds(absl::Now() - begin) / answers;
  const double alone = load.Next(10, "m").least_writing_seconds;
  ASSERT_GT(alone, 0);
  EXPECT_LE(alone, 3 * each);
  EXPECT_LT(load.Next(10, "extractive").least_writing_seconds, 0);
  // Nine before it: ten times as long, less what they have had by now.
  uint64_t under_way[9];
  for (uint64_t& answer : under_way) answer = load.Begins("m");
  const double crowded = load.Next(10, "m").least_writing_seconds;
  EXPECT_GT(crowded, 5 * alone);
  for (const uint64_t answer : under_way) load.Ends(answer, -1);
  const std::string metrics = MetricsText();
  for (const char* kind : {"tokens_per_second", "queued_tokens"}) {
    for (const char* gauge :
         {"load", "load_forecast_error", "load_last_value_error"}) {
      EXPECT_THAT(metrics, HasSubstr(absl::StrCat("footnote_", gauge,
                                                  "{kind=\"", kind, "\"} ")));
    }
  }
}

TEST_F(LoadTest, EndsWhileTheForecasterIsGone) {
  Load load(stubs_.get(), absl::Milliseconds(1));
  load.Came();
  absl::SleepFor(absl::Milliseconds(20));
  server_->Shutdown(absl::ToChronoTime(absl::Now()));
  absl::SleepFor(absl::Milliseconds(20));
  load.Answered(absl::Seconds(1));
  EXPECT_LT(load.Next(1).least_seconds, 0);
}

}  // namespace
}  // namespace footnote
