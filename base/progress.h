// A progress bar on a terminal, plain lines elsewhere, always on standard
// error: standard output belongs to results.
#ifndef FOOTNOTE_BASE_PROGRESS_H_
#define FOOTNOTE_BASE_PROGRESS_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace footnote {

// Shows how far one job is. On a terminal one line is redrawn at most ten
// times a second; elsewhere a line is written every ten seconds and at the
// end. One thread at a time.
//
//   Progress progress("ingest", "files", context->quiet);
//   progress.Update(done, total, "12 MB");
//   progress.Finish("120 files, 3,402 passages");
class Progress {
 public:
  // `what` names the job, `unit` what is counted. Silent when `quiet`.
  Progress(std::string what, std::string unit, bool quiet);
  // Clears the bar when Finish was not called.
  ~Progress();
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  // `total` 0 means that it is not known. `note` is shown behind the count.
  void Update(uint64_t done, uint64_t total, absl::string_view note = "");

  // Writes `line` above the bar, such as the reason of a failed file. Written
  // even when quiet.
  void Remark(absl::string_view line);

  // Replaces the bar by "what: summary (time)".
  void Finish(absl::string_view summary);

 private:
  void Draw(uint64_t done, uint64_t total, absl::string_view note);
  void Clear();

  const std::string what_;
  const std::string unit_;
  const bool quiet_;
  const bool terminal_;
  const absl::Time start_;
  absl::Time drawn_;
  bool shown_ = false;
};

}  // namespace footnote

#endif  // FOOTNOTE_BASE_PROGRESS_H_
