#include "gateway/load.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

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
