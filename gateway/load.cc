#include "gateway/load.h"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "base/metrics.h"

namespace footnote {
namespace {

// Periods that are looked ahead.
constexpr int kHorizon = 8;
// After the Forecaster could not be reached.
constexpr auto kPause = std::chrono::seconds(10);
// Share of a new error in the mean.
constexpr double kErrorShare = 0.05;

}  // namespace

Load::Load(const RoomStubs* rooms, absl::Duration period)
    : rooms_(*rooms), period_(period) {}

Load::~Load() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stopping_ = true;
    if (context_ != nullptr) context_->TryCancel();
  }
  wake_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void Load::Came() {
  const std::lock_guard<std::mutex> lock(mutex_);
  ++now_;
  peak_ = std::max(peak_, now_);
  if (started_ || stopping_) return;
  started_ = true;
  thread_ = std::thread([this] { Watch(); });
}

void Load::Answered(absl::Duration taken) {
  const std::lock_guard<std::mutex> lock(mutex_);
  --now_;
  ++answered_;
  seconds_ += absl::ToDoubleSeconds(taken);
}

void Load::Refused() {
  const std::lock_guard<std::mutex> lock(mutex_);
  --now_;
}

Load::Expected Load::Next(int most) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  Expected expected = expected_;
  for (size_t i = 0; i < asks_ahead_.size(); ++i) {
    if (asks_ahead_[i] >= most) continue;
    expected.wait_seconds =
        static_cast<double>(i + 1) * absl::ToDoubleSeconds(period_);
    break;
  }
  return expected;
}

// Sends one number, keeps what is expected next; false when the stream is
// gone.
bool Load::Exchange(const char* series, double value, Watched* watched) {
  if (watched->expected >= 0) {
    const double miss = std::fabs(watched->expected - value);
    watched->error =
        watched->error < 0
            ? miss
            : watched->error + kErrorShare * (miss - watched->error);
    SetGauge("load_forecast_error", series, watched->error);
  }
  v1::StreamPredictRequest request;
  request.mutable_options()->set_horizon(kHorizon);
  request.set_series(series);
  request.mutable_samples()->add_values(value);
  if (!stream_->Write(request) || !stream_->Read(&response_)) return false;
  // There are no fewer than none.
  watched->value = value;
  watched->expected = std::max(0.0, response_.forecasts(0).value());
  SetGauge("load", series, value);
  SetGauge("load", std::string(series) + "_expected", watched->expected);
  SetGauge("load_forecast_relative_error", series, response_.relative_error());
  return true;
}

void Load::Watch() {
  std::unique_lock<std::mutex> lock(mutex_);
  const auto pause = [&](std::chrono::nanoseconds length) {
    wake_.wait_for(lock, length, [this] { return stopping_; });
  };
  while (!stopping_) {
    context_ = std::make_unique<grpc::ClientContext>();
    lock.unlock();
    stream_ = rooms_.forecaster->StreamPredict(context_.get());
    lock.lock();
    bool open = true;
    while (open && !stopping_) {
      pause(absl::ToChronoNanoseconds(period_));
      if (stopping_) break;
      const double peak = peak_;
      const int answered = answered_;
      const double seconds = answered > 0 ? seconds_ / answered : 0;
      peak_ = now_;
      answered_ = 0;
      seconds_ = 0;
      lock.unlock();
      open = Exchange("asks", peak, &asks_);
      std::vector<double> ahead;
      if (open) {
        for (const v1::ForecastValue& value : response_.forecasts()) {
          ahead.push_back(value.value());
        }
      }
      double least = -1;
      if (open && answered > 0) {
        open = Exchange("seconds", seconds, &answers_);
        if (open && response_.forecasts(0).has_low()) {
          least = response_.forecasts(0).low();
        }
      }
      lock.lock();
      asks_ahead_ = std::move(ahead);
      expected_.asks = open ? asks_.expected : -1;
      if (answered > 0 || !open) expected_.least_seconds = least;
      // Nobody asks: nothing is known of how long answers take now.
      if (peak == 0) expected_.least_seconds = -1;
    }
    lock.unlock();
    stream_->WritesDone();
    // Nothing more is wanted of it.
    context_->TryCancel();
    stream_->Finish();
    lock.lock();
    stream_.reset();
    context_.reset();
    asks_.expected = answers_.expected = -1;
    if (!stopping_) pause(kPause);
  }
}

}  // namespace footnote
