// What the door expects of itself: how many questions will be answered at a
// time, how long an answer will take, how many tokens language models still
// have to write and how many they write a second, forecast by the service
// Forecaster from what was lately so.
//
// Metrics, for each series KIND of "asks", "seconds", "queued_tokens" and
// "tokens_per_second": footnote_load{kind="KIND"|"KIND_expected"},
// footnote_load_forecast_error{kind="KIND"} (mean absolute error of the last
// forecasts, in the same units), footnote_load_last_value_error (the same, of
// the last value repeated) and footnote_load_forecast_relative_error (squared,
// over that of the last value repeated).
#ifndef FOOTNOTE_GATEWAY_LOAD_H_
#define FOOTNOTE_GATEWAY_LOAD_H_

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gateway/room_stubs.h"
#include "gateway/token_work.h"

namespace footnote {

// Safe from many threads. Watches from the first question on; where the
// Forecaster can't be reached it expects nothing, and tries again by and by.
class Load {
 public:
  // `rooms` must outlive this object.
  explicit Load(const RoomStubs* rooms,
                absl::Duration period = absl::Milliseconds(250));
  // Ends the watch; waits for it.
  ~Load();
  Load(const Load&) = delete;
  Load& operator=(const Load&) = delete;

  // A question came; it went, answered, after `taken`, or unanswered.
  void Came();
  void Answered(absl::Duration taken);
  void Refused();

  // An answer by `writer` begins to be made, here or, for calls that ask a
  // language model itself, by it; gives its number. It ended with `tokens`
  // written by language models: 0 for none, negative where that is not known.
  uint64_t Begins(absl::string_view writer);
  void Ends(uint64_t answer, int64_t tokens);

  // What is known of the next period; absent fields are negative.
  struct Expected {
    double asks = -1;
    // The low end of the 90 % interval of the seconds that an answer takes, the
    // mean of the period.
    double least_seconds = -1;
    // Until there are fewer than `most` questions, as far as can be seen.
    double wait_seconds = -1;
    // That an answer by `writer` takes at the least: its tokens and those that
    // are, or at the low end of the interval will be, before it, at the high
    // end of what is written a second. Known only of language models.
    double least_writing_seconds = -1;
  };
  Expected Next(int most, absl::string_view writer = "") const;

 private:
  // One watched number.
  struct Watched {
    double value = 0;
    double expected = -1;
    double error = -1;
    double last_value_error = -1;
  };
  // What is sampled in a period; `seconds` and `rate` only where they are
  // known.
  struct Sample {
    double asks = 0;
    double seconds = -1;
    double queued = 0;
    double rate = -1;
  };

  void Start();
  void Watch();
  Sample TakeSample();
  bool Send(const Sample& sample);
  bool Exchange(const char* series, double value, Watched* watched);

  const RoomStubs& rooms_;
  const absl::Duration period_;
  mutable std::mutex mutex_;
  std::condition_variable wake_;
  bool started_ = false;  // guarded by mutex_, as all below
  bool stopping_ = false;
  int now_ = 0;   // questions at a time
  int peak_ = 0;  // the most of them in this period
  int answered_ = 0;
  double seconds_ = 0;  // that answers took in this period
  TokenWork work_;
  int64_t sampled_ = 0;  // work_.written() at the last sample of the rate
  Expected expected_;
  double least_queued_ = -1;        // tokens: the low end of the interval
  double most_rate_ = -1;           // tokens a second: the high end
  std::vector<double> asks_ahead_;  // by period
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReaderWriterInterface<v1::StreamPredictRequest,
                                                    v1::StreamPredictResponse>>
      stream_;  // of the watching thread
  v1::StreamPredictResponse response_;
  Watched asks_, answers_, queued_, rate_;
  std::thread thread_;
};

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_LOAD_H_
