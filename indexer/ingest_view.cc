#include "indexer/ingest_view.h"

#include <algorithm>
#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/file.h"
#include "base/terminal.h"
#include "indexer/cli_common.h"

namespace footnote {
namespace {

// A file's name may hold anything.
std::string OneLine(absl::string_view text) {
  return absl::StrReplaceAll(Printable(text), {{"\n", " "}, {"\t", " "}});
}

}  // namespace

IngestView::IngestView(size_t files, bool dry_run, const CliContext& context)
    : files_(files),
      dry_run_(dry_run),
      context_(context),
      progress_("ingest", "documents", context.quiet || context.json) {}

absl::Status IngestView::OpenReport(const std::string& path, bool append) {
  if (path.empty()) return absl::OkStatus();
  report_path_ = path;
  report_.open(path, append ? std::ios::app : std::ios::trunc);
  return report_ ? absl::OkStatus() : FileError("open the report", path, errno);
}

absl::Status IngestView::CloseReport() {
  if (report_path_.empty()) return absl::OkStatus();
  report_.close();
  return report_ ? absl::OkStatus()
                 : FileError("write the report", report_path_, errno);
}

void IngestView::On(const v1::IngestResponse& response) {
  if (response.has_job()) {
    OnJob(response.job());
  } else if (response.has_progress()) {
    Draw(response.progress().passages());
  } else if (response.has_result()) {
    OnResult(response.result());
  } else if (response.has_summary()) {
    summary_ = response.summary();
  }
}

void IngestView::OnJob(const v1::IngestJob& job) {
  done_ = job.indexed() + job.unchanged() + job.failed();
  if (++calls_ > 1 || done_ > 0) resumed_job_ = job.job();
}

void IngestView::OnBroken(const absl::Status& status, absl::Duration pause) {
  if (context_.quiet || context_.json) return;
  progress_.Remark(
      absl::StrCat("the connection broke: ", Printable(status.message()),
                   "; trying again in ", absl::FormatDuration(pause)));
}

void IngestView::OnUnchanged(const std::string& document) {
  ++not_sent_;
  v1::FileResult result;
  result.set_document(document);
  result.set_path(document);
  result.set_state(v1::FileResult::UNCHANGED);
  OnResult(result);
}

void IngestView::OnDeleted(const std::string& document) {
  ++deleted_;
  v1::FileResult result;
  result.set_document(document);
  result.set_state(dry_run_ ? v1::FileResult::WOULD_DELETE
                            : v1::FileResult::DELETED);
  Report(result);
}

std::vector<std::string> IngestView::TakeIds() {
  std::sort(ids_.begin(), ids_.end());
  return std::move(ids_);
}

void IngestView::Finish(const WalkedFiles& walked) {
  summary_.set_unchanged(summary_.unchanged() + not_sent_);
  if (context_.json) {
    v1::IngestResponse last;
    *last.mutable_summary() = summary_;
    PrintLine(ToJson(last));
    return;
  }
  std::string line =
      absl::StrCat(Grouped(summary_.indexed()),
                   dry_run_ ? " would be indexed, " : " indexed, ",
                   Grouped(summary_.unchanged()), " unchanged, ",
                   Grouped(summary_.failed()), " failed");
  if (deleted_ > 0) {
    absl::StrAppend(&line, ", ", Grouped(deleted_),
                    dry_run_ ? " would be deleted" : " deleted");
  }
  absl::StrAppend(&line, "; ", Counted(summary_.passages(), "passage"), ", ",
                  InBytes(summary_.text_bytes()), " of text");
  if (walked.left_out > 0) {
    absl::StrAppend(&line, "; ", Counted(walked.left_out, "file"),
                    " left out by name");
  }
  if (!summary_.job().empty()) absl::StrAppend(&line, "; job ", summary_.job());
  progress_.Finish(line);
  // Where one terminal shows both, it has been said.
  if (!context_.quiet && !(IsTerminal(1) && IsTerminal(2))) PrintLine(line);
}

void IngestView::Report(const v1::FileResult& result) {
  if (report_.is_open()) report_ << ToJson(result) << '\n';
  if (context_.json) PrintLine(ToJson(result));
}

void IngestView::OnResult(const v1::FileResult& result) {
  ++done_;
  if (keeps_ids_) ids_.push_back(result.document());
  const bool failed = result.state() == v1::FileResult::FAILED;
  Report(result);
  if (context_.json) return;
  if (failed) {
    progress_.Remark(absl::StrCat("failed: ", OneLine(result.document()), ": ",
                                  OneLine(result.reason())));
  }
  for (const std::string& warning : result.warnings()) {
    if (!context_.quiet) {
      progress_.Remark(absl::StrCat("note: ", OneLine(result.document()), ": ",
                                    OneLine(warning)));
    }
  }
  Draw(passages_);
}

void IngestView::Draw(uint64_t passages) {
  passages_ = passages;
  progress_.Update(done_, std::max<uint64_t>(files_, done_),
                   Counted(passages, "passage"));
}

}  // namespace footnote
