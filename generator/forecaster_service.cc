#include "generator/forecaster_service.h"

#include <grpcpp/server_context.h>

#include <cmath>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "base/metrics.h"
#include "base/status_macros.h"
#include "forecast/backtest.h"
#include "forecast/coupled.h"
#include "forecast/forecaster.h"
#include "proto/footnote/v1/forecaster.grpc.pb.h"

namespace footnote {
namespace {

constexpr int kMaxSamples = 1000000;
constexpr size_t kMaxCoupledSamples = 100000;
constexpr size_t kMaxStreamSeries = 1000;
constexpr size_t kMaxSeriesName = 128;

template <typename... Parts>
absl::Status Invalid(const Parts&... parts) {
  absl::Status status = absl::InvalidArgumentError(absl::StrCat(parts...));
  SetErrorReason("INVALID_REQUEST", &status);
  return status;
}

absl::StatusOr<ForecasterOptions> OptionsOf(const v1::ForecastOptions& asked) {
  ForecasterOptions options;
  if (asked.horizon() != 0) options.horizon = asked.horizon();
  if (asked.coverage() != 0) options.coverage = asked.coverage();
  if (options.horizon < 1 || options.horizon > kMaxHorizon) {
    return Invalid("options.horizon: ", options.horizon, ", want 1 to ",
                   kMaxHorizon);
  }
  if (!(options.coverage >= 0.5 && options.coverage <= 0.99)) {
    return Invalid("options.coverage: ", options.coverage,
                   ", want 0.5 to 0.99");
  }
  if (asked.seasons_size() > static_cast<int>(kMaxSeasons)) {
    return Invalid("options.seasons: ", asked.seasons_size(),
                   " of them, want at most ", kMaxSeasons);
  }
  for (const int season : asked.seasons()) {
    if (season < 2 || season > kMaxSeason) {
      return Invalid("options.seasons: ", season, ", want 2 to ", kMaxSeason);
    }
    options.seasons.push_back(season);
  }
  return options;
}

absl::StatusOr<std::vector<Sample>> SamplesOf(const v1::TimeSeries& series,
                                              int fewest) {
  if (series.values_size() < fewest || series.values_size() > kMaxSamples) {
    return Invalid("series.values: ", series.values_size(), " of them, want ",
                   fewest, " to ", kMaxSamples);
  }
  if (!series.spacings().empty() &&
      series.spacings_size() != series.values_size()) {
    return Invalid("series.spacings: ", series.spacings_size(),
                   " of them, want none or one for each of the ",
                   series.values_size(), " values");
  }
  std::vector<Sample> samples(series.values_size());
  for (int i = 0; i < series.values_size(); ++i) {
    Sample& sample = samples[i];
    sample.value = series.values(i);
    if (!series.spacings().empty() && i > 0) {
      sample.spacing = series.spacings(i);
    }
    if (!(std::fabs(sample.value) <= kMaxValue)) {
      return Invalid("series.values[", i, "]: ", sample.value,
                     ", want a number within ", kMaxValue);
    }
    if (!(sample.spacing > 0) || !std::isfinite(sample.spacing)) {
      return Invalid("series.spacings[", i, "]: ", sample.spacing,
                     ", want a positive number");
    }
  }
  return samples;
}

template <typename Forecasts>
void AddForecasts(const std::vector<Forecast>& next, Forecasts* forecasts) {
  for (size_t i = 0; i < next.size(); ++i) {
    v1::ForecastValue* value = forecasts->Add();
    value->set_steps(static_cast<int>(i) + 1);
    value->set_value(next[i].value);
    if (!std::isfinite(next[i].high)) continue;
    value->set_low(next[i].low);
    value->set_high(next[i].high);
  }
}

template <typename Errors>
void AddErrors(const std::vector<HorizonError>& measured, Errors* errors) {
  for (const HorizonError& one : measured) {
    v1::ForecastError* error = errors->Add();
    error->set_steps(one.steps);
    error->set_forecasts(one.forecasts);
    error->set_rmse(one.rmse);
    error->set_mae(one.mae);
    error->set_last_value_rmse(one.last_value_rmse);
    error->set_last_value_mae(one.last_value_mae);
    if (one.intervals > 0) error->set_held(one.held);
    error->set_last_value_is_better(one.last_value_is_better());
    if (one.alone_rmse > 0) error->set_alone_rmse(one.alone_rmse);
  }
}

absl::StatusOr<std::vector<std::vector<double>>> OthersOf(
    const google::protobuf::RepeatedPtrField<v1::TimeSeries>& others,
    size_t samples) {
  constexpr int kMost = static_cast<int>(kMaxCoupled) - 1;
  if (others.size() > kMost) {
    return Invalid("others: ", others.size(), " of them, want at most ", kMost);
  }
  if (!others.empty() && samples > kMaxCoupledSamples) {
    return Invalid("series.values: ", samples, " of them, want at most ",
                   kMaxCoupledSamples, " with others");
  }
  std::vector<std::vector<double>> values;
  for (int i = 0; i < others.size(); ++i) {
    const v1::TimeSeries& other = others[i];
    if (!other.spacings().empty()) {
      return Invalid("others[", i, "].spacings: ", other.spacings_size(),
                     " of them, want none: they are those of the series");
    }
    if (static_cast<size_t>(other.values_size()) != samples) {
      return Invalid("others[", i, "].values: ", other.values_size(),
                     " of them, want one for each of the ", samples,
                     " of the series");
    }
    for (int j = 0; j < other.values_size(); ++j) {
      if (std::fabs(other.values(j)) <= kMaxValue) continue;
      return Invalid("others[", i, "].values[", j, "]: ", other.values(j),
                     ", want a number within ", kMaxValue);
    }
    values.emplace_back(other.values().begin(), other.values().end());
  }
  return values;
}

template <typename Request>
absl::StatusOr<BacktestResult> Run(const Request& request,
                                   const grpc::ServerContext& context) {
  ASSIGN_OR_RETURN(const ForecasterOptions options,
                   OptionsOf(request.options()));
  ASSIGN_OR_RETURN(const std::vector<Sample> samples,
                   SamplesOf(request.series(), 1));
  ASSIGN_OR_RETURN(const std::vector<std::vector<double>> others,
                   OthersOf(request.others(), samples.size()));
  return Backtest(samples, options, others,
                  [&context] { return context.IsCancelled(); });
}

absl::Status RunPredict(const v1::PredictRequest& request,
                        const grpc::ServerContext& context,
                        v1::PredictResponse* response) {
  ASSIGN_OR_RETURN(const BacktestResult result, Run(request, context));
  AddForecasts(result.next, response->mutable_forecasts());
  AddErrors(result.errors, response->mutable_errors());
  response->set_model(result.model);
  response->set_change_points(result.change_points);
  return absl::OkStatus();
}

absl::Status RunBacktest(const v1::BacktestRequest& request,
                         const grpc::ServerContext& context,
                         v1::BacktestResponse* response) {
  ASSIGN_OR_RETURN(const BacktestResult result, Run(request, context));
  AddErrors(result.errors, response->mutable_errors());
  response->set_model(result.model);
  return absl::OkStatus();
}

using PredictStream = grpc::ServerReaderWriter<v1::StreamPredictResponse,
                                               v1::StreamPredictRequest>;

absl::Status RunStream(PredictStream* stream) {
  std::map<std::string, Forecaster> running;
  ForecasterOptions options;
  bool first = true;
  v1::StreamPredictRequest request;
  while (stream->Read(&request)) {
    if (first) {
      ASSIGN_OR_RETURN(options, OptionsOf(request.options()));
      first = false;
    }
    if (request.series().size() > kMaxSeriesName) {
      return Invalid("series: ", request.series().size(),
                     " bytes, want at most ", kMaxSeriesName);
    }
    ASSIGN_OR_RETURN(const std::vector<Sample> samples,
                     SamplesOf(request.samples(), 0));
    if (samples.empty()) continue;
    auto found = running.find(request.series());
    if (found == running.end()) {
      if (running.size() >= kMaxStreamSeries) {
        return Invalid("series: one more than ", kMaxStreamSeries,
                       " in one stream");
      }
      found = running.emplace(request.series(), Forecaster(options)).first;
    }
    Forecaster& forecaster = found->second;
    for (const Sample& sample : samples) {
      RETURN_IF_ERROR(forecaster.Observe(sample.value, sample.spacing));
      v1::StreamPredictResponse response;
      response.set_series(request.series());
      response.set_samples(forecaster.observed());
      AddForecasts(forecaster.Next(), response.mutable_forecasts());
      response.set_relative_error(forecaster.RelativeError(1));
      if (!stream->Write(response)) {
        return absl::CancelledError("the caller went away");
      }
    }
  }
  return absl::OkStatus();
}

class ForecasterService final : public v1::Forecaster::Service {
 public:
  grpc::Status Predict(grpc::ServerContext* context,
                       const v1::PredictRequest* request,
                       v1::PredictResponse* response) override {
    const StageTimer timer("predict");
    return ToGrpcStatus(RunPredict(*request, *context, response));
  }

  grpc::Status StreamPredict(grpc::ServerContext*,
                             PredictStream* stream) override {
    return ToGrpcStatus(RunStream(stream));
  }

  grpc::Status Backtest(grpc::ServerContext* context,
                        const v1::BacktestRequest* request,
                        v1::BacktestResponse* response) override {
    const StageTimer timer("backtest");
    return ToGrpcStatus(RunBacktest(*request, *context, response));
  }
};

}  // namespace

std::unique_ptr<grpc::Service> NewForecasterService() {
  return std::make_unique<ForecasterService>();
}

}  // namespace footnote
