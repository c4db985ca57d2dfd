// Counters and latency histograms, shown at /metrics in Prometheus's form.
// All functions may be called from any thread.
#ifndef FOOTNOTE_BASE_METRICS_H_
#define FOOTNOTE_BASE_METRICS_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace footnote {

// Adds to `footnote_<name>_total{kind="<kind>"}`.
void Count(absl::string_view name, absl::string_view kind, double by = 1);

// Sets `footnote_<name>{kind="<kind>"}`.
void SetGauge(absl::string_view name, absl::string_view kind, double value);

// Records one call in `footnote_<name>_seconds{kind="<kind>"}`.
void Observe(absl::string_view name, absl::string_view kind,
             absl::Duration duration);

// Observes the time from its making to its end as stage `kind`.
class StageTimer {
 public:
  explicit StageTimer(absl::string_view kind)
      : kind_(kind), start_(absl::Now()) {}
  ~StageTimer() { Observe("stage", kind_, absl::Now() - start_); }
  StageTimer(const StageTimer&) = delete;
  StageTimer& operator=(const StageTimer&) = delete;

 private:
  std::string kind_;
  absl::Time start_;
};

// Serves /metrics over HTTP for as long as it lives.
class MetricsServer {
 public:
  // Listens at "host:port"; port 0 takes a free one. Unavailable when the
  // address can't be had.
  static absl::StatusOr<std::unique_ptr<MetricsServer>> Start(
      const std::string& address);
  ~MetricsServer();

  // The port that it listens on.
  int port() const;

 private:
  MetricsServer();
  struct Exposer;
  std::unique_ptr<Exposer> exposer_;
};

// What /metrics would show now.
std::string MetricsText();

}  // namespace footnote

#endif  // FOOTNOTE_BASE_METRICS_H_
