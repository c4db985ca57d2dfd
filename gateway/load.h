// What the door expects of itself: how many questions will be answered at a
// time, and how long an answer will take, forecast by the service Forecaster
// from what was lately so.
//
// Metrics: footnote_load{kind="asks"|"asks_expected"|"seconds"|
// "seconds_expected"}, footnote_load_forecast_error{kind="asks"|"seconds"}
// (mean absolute error of the last forecasts, in the same units) and
// footnote_load_forecast_relative_error (squared, over that of the last value
// repeated).
#ifndef FOOTNOTE_GATEWAY_LOAD_H_
#define FOOTNOTE_GATEWAY_LOAD_H_

#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "absl/time/time.h"
#include "gateway/room_stubs.h"

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

  // What is known of the next period; absent fields are negative.
  struct Expected {
    double asks = -1;
    // The low end of the 90 % interval of the seconds that an answer takes, the
    // mean of the period.
    double least_seconds = -1;
    // Until there are fewer than `most` questions, as far as can be seen.
    double wait_seconds = -1;
  };
  Expected Next(int most) const;

 private:
  // One watched number.
  struct Watched {
    double value = 0;
    double expected = -1;
    double error = -1;
  };

  void Watch();
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
  Expected expected_;
  std::vector<double> asks_ahead_;  // by period
  std::unique_ptr<grpc::ClientContext> context_;
  std::unique_ptr<grpc::ClientReaderWriterInterface<v1::StreamPredictRequest,
                                                    v1::StreamPredictResponse>>
      stream_;  // of the watching thread
  v1::StreamPredictResponse response_;
  Watched asks_, answers_;
  std::thread thread_;
};

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_LOAD_H_
