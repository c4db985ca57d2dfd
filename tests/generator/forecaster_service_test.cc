#include "generator/forecaster_service.h"

#include <gmock/gmock.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <string>

#include "base/grpc_status.h"
#include "proto/footnote/v1/forecaster.grpc.pb.h"

namespace footnote {
namespace {

using ::testing::HasSubstr;

class ForecasterServiceTest : public ::testing::Test {
 protected:
  ForecasterServiceTest() : service_(NewForecasterService()) {
    grpc::ServerBuilder builder;
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    stub_ = v1::Forecaster::NewStub(
        server_->InProcessChannel(grpc::ChannelArguments()));
  }

  absl::Status Predict(const v1::PredictRequest& request,
                       v1::PredictResponse* response) {
    grpc::ClientContext context;
    return FromGrpcStatus(stub_->Predict(&context, request, response));
  }

  std::unique_ptr<grpc::Service> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<v1::Forecaster::Stub> stub_;
};

v1::TimeSeries Sine(int from, int to) {
  v1::TimeSeries series;
  for (int t = from; t < to; ++t) series.add_values(std::sin(0.1 * t));
  return series;
}

TEST_F(ForecasterServiceTest, PredictsWithIntervalsAndTheirWorth) {
  v1::PredictRequest request;
  *request.mutable_series() = Sine(0, 400);
  request.mutable_options()->set_horizon(5);
  v1::PredictResponse response;
  ASSERT_TRUE(Predict(request, &response).ok());
  ASSERT_EQ(response.forecasts_size(), 5);
  ASSERT_EQ(response.errors_size(), 5);
  for (int i = 0; i < 5; ++i) {
    const v1::ForecastValue& forecast = response.forecasts(i);
    EXPECT_EQ(forecast.steps(), i + 1);
    EXPECT_NEAR(forecast.value(), std::sin(0.1 * (400 + i)), 0.01);
    EXPECT_TRUE(forecast.has_low());
    EXPECT_FALSE(response.errors(i).last_value_is_better());
    EXPECT_LT(response.errors(i).rmse(), response.errors(i).last_value_rmse());
  }
  EXPECT_NE(response.model(), "");

  v1::BacktestRequest test;
  *test.mutable_series() = request.series();
  *test.mutable_options() = request.options();
  v1::BacktestResponse tested;
  grpc::ClientContext context;
  ASSERT_TRUE(stub_->Backtest(&context, test, &tested).ok());
  ASSERT_EQ(tested.errors_size(), 5);
  EXPECT_EQ(tested.errors(2).SerializeAsString(),
            response.errors(2).SerializeAsString());
}

// All of it would take minutes.
TEST_F(ForecasterServiceTest, WorksForNobodyWhoDoesNotWait) {
  v1::PredictRequest request;
  *request.mutable_series() = Sine(0, 20000);
  request.mutable_options()->set_horizon(512);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() +
                       std::chrono::milliseconds(200));
  v1::PredictResponse response;
  EXPECT_EQ(stub_->Predict(&context, request, &response).error_code(),
            grpc::StatusCode::DEADLINE_EXCEEDED);
  const auto begin = std::chrono::steady_clock::now();
  // Waits for all calls under way.
  server_->Shutdown();
  server_->Wait();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(15));
}

TEST_F(ForecasterServiceTest, HearsASeriesThatDrivesAnother) {
  v1::PredictRequest request;
  v1::TimeSeries* leader = request.add_others();
  uint32_t random = 1;
  double before = 0;
  for (int t = 0; t < 400; ++t) {
    request.mutable_series()->add_values(before);
    random = random * 1664525 + 1013904223;
    leader->add_values(before = random / 4294967296.0);
  }
  v1::PredictResponse response;
  ASSERT_TRUE(Predict(request, &response).ok());
  EXPECT_NEAR(response.forecasts(0).value(), before, 0.05);
  EXPECT_LT(response.errors(0).rmse(), 0.1 * response.errors(0).alone_rmse());

  request.clear_others();
  ASSERT_TRUE(Predict(request, &response).ok());
  EXPECT_FALSE(response.errors(0).has_alone_rmse());
}

TEST_F(ForecasterServiceTest, AnswersEachSampleOfAStream) {
  grpc::ClientContext context;
  const auto stream = stub_->StreamPredict(&context);
  v1::StreamPredictRequest request;
  request.mutable_options()->set_horizon(2);
  for (int t = 0; t < 300; t += 3) {
    for (const char* name : {"a", "b"}) {
      request.set_series(name);
      *request.mutable_samples() = Sine(t, t + 3);
      ASSERT_TRUE(stream->Write(request));
      for (int i = 1; i <= 3; ++i) {
        v1::StreamPredictResponse response;
        ASSERT_TRUE(stream->Read(&response));
        EXPECT_EQ(response.series(), name);
        EXPECT_EQ(response.samples(), t + i);
        ASSERT_EQ(response.forecasts_size(), 2);
        if (t < 200) continue;
        EXPECT_NEAR(response.forecasts(0).value(), std::sin(0.1 * (t + i)),
                    1e-3);
      }
    }
  }
  stream->WritesDone();
  EXPECT_TRUE(stream->Finish().ok());
}

TEST_F(ForecasterServiceTest, ErrorsNameWhatIsWrong) {
  const struct {
    std::function<void(v1::PredictRequest*)> spoil;
    const char* message;
  } kCases[] = {
      {[](v1::PredictRequest* r) { r->clear_series(); }, "series.values: 0"},
      {[](v1::PredictRequest* r) {
         r->mutable_series()->set_values(
             7, std::numeric_limits<double>::infinity());
       },
       "series.values[7]: inf"},
      {[](v1::PredictRequest* r) { r->mutable_series()->add_spacings(1); },
       "series.spacings: 1 of them"},
      {[](v1::PredictRequest* r) {
         for (int i = 0; i < 20; ++i) {
           r->mutable_series()->add_spacings(i == 3 ? -1 : 1);
         }
       },
       "series.spacings[3]: -1"},
      {[](v1::PredictRequest* r) { r->mutable_options()->set_horizon(513); },
       "options.horizon: 513"},
      {[](v1::PredictRequest* r) { r->mutable_options()->set_coverage(1); },
       "options.coverage: 1"},
      {[](v1::PredictRequest* r) { r->mutable_options()->add_seasons(1); },
       "options.seasons: 1"},
      {[](v1::PredictRequest* r) { *r->add_others() = Sine(0, 19); },
       "others[0].values: 19 of them, want one for each of the 20"},
      {[](v1::PredictRequest* r) {
         *r->add_others() = Sine(0, 20);
         r->mutable_others(0)->set_values(4, std::nan(""));
       },
       "others[0].values[4]: nan"},
      {[](v1::PredictRequest* r) {
         *r->add_others() = Sine(0, 20);
         r->mutable_others(0)->add_spacings(1);
       },
       "others[0].spacings: 1 of them, want none"},
      {[](v1::PredictRequest* r) {
         for (int i = 0; i < 8; ++i) *r->add_others() = Sine(0, 20);
       },
       "others: 8 of them, want at most 7"},
  };
  for (const auto& test : kCases) {
    v1::PredictRequest request;
    *request.mutable_series() = Sine(0, 20);
    test.spoil(&request);
    v1::PredictResponse response;
    const absl::Status status = Predict(request, &response);
    EXPECT_EQ(ErrorReason(status), "INVALID_REQUEST");
    EXPECT_THAT(std::string(status.message()), HasSubstr(test.message));
  }
}

}  // namespace
}  // namespace footnote
