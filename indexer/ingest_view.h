// What a person sees of an ingestion, and what is kept of it for later.
#ifndef FOOTNOTE_INDEXER_INGEST_VIEW_H_
#define FOOTNOTE_INDEXER_INGEST_VIEW_H_

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/cli.h"
#include "base/progress.h"
#include "indexer/file_walk.h"
#include "proto/footnote/v1/indexer.pb.h"

namespace footnote {

// Draws progress, prints failures and the last line, writes the report. With
// --json, prints each result as a line. One thread at a time.
class IngestView {
 public:
  // `files` are expected; 0: not known. `context` must outlive the view.
  IngestView(size_t files, bool dry_run, const CliContext& context);

  // Writes results to the file at `path` too, unless that is empty; a new file,
  // or behind what is in it.
  absl::Status OpenReport(const std::string& path, bool append = false);
  // Errors of the disk, too, show here.
  absl::Status CloseReport();
  // From now on TakeIds knows.
  void KeepIds() { keeps_ids_ = true; }

  void On(const v1::IngestResponse& response);
  // The connection broke, and is tried again after `pause`.
  void OnBroken(const absl::Status& status, absl::Duration pause);
  // A document that its source says is what is stored.
  void OnUnchanged(const std::string& document);
  // A document that the mirror lost, or would lose.
  void OnDeleted(const std::string& document);

  // Of the whole job, once it has ended: with what came of it in calls before.
  uint64_t failed() const { return summary_.failed(); }
  uint64_t done() const {
    return summary_.indexed() + summary_.unchanged() + summary_.failed();
  }
  // The ids of all results that came, sorted.
  std::vector<std::string> TakeIds();
  // The job of which some results may have come to nobody, or to a run before;
  // empty where all came here.
  const std::string& resumed_job() const { return resumed_job_; }

  // Prints what it came to.
  void Finish(const WalkedFiles& walked);

 private:
  void OnJob(const v1::IngestJob& job);
  void Report(const v1::FileResult& result);
  void OnResult(const v1::FileResult& result);
  void Draw(uint64_t passages);

  const size_t files_;
  const bool dry_run_;
  const CliContext& context_;
  Progress progress_;
  std::string report_path_;
  std::ofstream report_;
  v1::IngestSummary summary_;
  bool keeps_ids_ = false;
  std::vector<std::string> ids_;
  int calls_ = 0;
  std::string resumed_job_;
  // So far.
  uint64_t done_ = 0;
  uint64_t deleted_ = 0;
  uint64_t not_sent_ = 0;
  uint64_t passages_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_INGEST_VIEW_H_
