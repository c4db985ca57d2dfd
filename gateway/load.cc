#include "gateway/load.h"

#include <grpcpp/client_context.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

#include "absl/time/clock.h"
#include "base/metrics.h"

namespace footnote {
namespace {

// Periods that are looked ahead.
constexpr int kHorizon = 8;
// After the Forecaster could not be reached.
constexpr auto kPause = std::chrono::seconds(10);
// Share of a new error in the mean.
constexpr double kErrorShare = 0.05;

void AddError(double miss, double* mean) {
  *mean = *mean < 0 ? miss : *mean + kErrorShare * (miss - *mean);
}

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
  Start();
}

// With the mutex held.
void Load::Start() {
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

uint64_t Load::Begins(absl::string_view writer) {
  const std::lock_guard<std::mutex> lock(mutex_);
  Start();
  return work_.Begin(writer, absl::Now());
}

void Load::Ends(uint64_t answer, int64_t tokens) {
  const std::lock_guard<std::mutex> lock(mutex_);
  work_.End(answer, tokens, absl::Now());
}

Load::Expected Load::Next(int most, absl::string_view writer) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  Expected expected = expected_;
  const double own = work_.Mean(writer);
  if (own > 0 && most_rate_ > 0) {
    const double before =
        std::max(work_.Left(most_rate_, absl::Now()), least_queued_);
    expected.least_writing_seconds = (own + before) / most_rate_;
  }
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
    AddError(std::fabs(watched->expected - value), &watched->error);
    SetGauge("load_forecast_error", series, watched->error);
    // Beside what the simplest forecast erred over the same samples.
    AddError(std::fabs(watched->value - value), &watched->last_value_error);
    SetGauge("load_last_value_error", series, watched->last_value_error);
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

// What was so since the last call. With the mutex held.
Load::Sample Load::TakeSample() {
  Sample sample;
  sample.asks = peak_;
  if (answered_ > 0) sample.seconds = seconds_ / answered_;
  peak_ = now_;
  answered_ = 0;
  seconds_ = 0;
  const double rate = work_.Rate();
  if (rate > 0) sample.queued = work_.Left(rate, absl::Now());
  if (work_.written() > sampled_) sample.rate = rate;
  sampled_ = work_.written();
  return sample;
}

// Sends the sample and keeps what is expected after it; false when the stream
// is gone.
bool Load::Send(const Sample& sample) {
  bool open = Exchange("asks", sample.asks, &asks_);
  std::vector<double> ahead;
  if (open) {
    for (const v1::ForecastValue& value : response_.forecasts()) {
      ahead.push_back(value.value());
    }
  }
  double least_seconds = -1;
  if (open && sample.seconds >= 0) {
    open = Exchange("seconds", sample.seconds, &answers_);
    if (open && response_.forecasts(0).has_low()) {
      least_seconds = response_.forecasts(0).low();
    }
  }
  double most_rate = -1;
  if (open && sample.rate >= 0) {
    open = Exchange("tokens_per_second", sample.rate, &rate_);
    if (open && response_.forecasts(0).has_high()) {
      most_rate = response_.forecasts(0).high();
    }
  }
  // Where no language model ever wrote there is no such queue.
  const bool writes = rate_.expected >= 0;
  double least_queued = -1;
  if (open && writes) {
    open = Exchange("queued_tokens", sample.queued, &queued_);
    if (open && response_.forecasts(0).has_low()) {
      least_queued = response_.forecasts(0).low();
    }
  }

  const std::lock_guard<std::mutex> lock(mutex_);
  asks_ahead_ = std::move(ahead);
  expected_.asks = open ? asks_.expected : -1;
  if (sample.seconds >= 0 || !open) expected_.least_seconds = least_seconds;
  // Nobody asks: nothing is known of how long answers take now.
  if (sample.asks == 0) expected_.least_seconds = -1;
  if (sample.rate >= 0 || !open) most_rate_ = most_rate;
  least_queued_ = least_queued;
  return open;
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
      const Sample sample = TakeSample();
      lock.unlock();
      open = Send(sample);
      lock.lock();
    }
    lock.unlock();
    stream_->WritesDone();
    // Nothing more is wanted of it.
    context_->TryCancel();
    stream_->Finish();
    lock.lock();
    stream_.reset();
    context_.reset();
    for (Watched* watched : {&asks_, &answers_, &queued_, &rate_}) {
      watched->expected = -1;
    }
    if (!stopping_) pause(kPause);
  }
}

}  // namespace footnote
