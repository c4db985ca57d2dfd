#include "indexer/jobs_command.h"

#include <grpcpp/grpcpp.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/grpc_status.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "base/terminal.h"
#include "indexer/cli_common.h"
#include "indexer/job_files.h"
#include "proto/footnote/v1/indexer.grpc.pb.h"

namespace footnote {
namespace {

struct JobsOptions {
  std::string job;
  bool files = false;
  std::string state;
  bool watch = false;
  bool cancel = false;
};

std::string StateName(const v1::IngestJob& job) {
  return absl::AsciiStrToLower(v1::IngestJob::State_Name(job.state()));
}

std::string LocalTime(int64_t us) {
  return absl::FormatTime("%Y-%m-%d %H:%M:%S", absl::FromUnixMicros(us),
                          absl::LocalTimeZone());
}

uint64_t Done(const v1::IngestJob& job) {
  return job.indexed() + job.unchanged() + job.failed();
}

std::string Counts(const v1::IngestJob& job) {
  return absl::StrCat(Grouped(job.indexed()),
                      job.dry_run() ? " would be indexed, " : " indexed, ",
                      Grouped(job.unchanged()), " unchanged, ",
                      Grouped(job.failed()), " failed");
}

void PrintJob(const v1::IngestJob& job, const CliContext& context) {
  if (context.json) {
    PrintLine(ToPrettyJson(job));
    return;
  }
  const auto fact = [](absl::string_view name, const std::string& value) {
    if (value.empty()) return;
    PrintLine(absl::StrFormat("%-10s %s", name, Printable(value)));
  };
  fact("job", job.job());
  fact("state", absl::StrCat(StateName(job), job.dry_run() ? " (dry run)" : "",
                             job.reason().empty() ? "" : ": ", job.reason()));
  fact("documents", Counts(job));
  fact("received",
       absl::StrCat(Grouped(job.received_files()),
                    job.expected_files() == 0
                        ? ""
                        : absl::StrCat(" of ", Grouped(job.expected_files())),
                    " files, ", InBytes(job.received_bytes())));
  fact("text", absl::StrCat(Counted(job.passages(), "passage"), ", ",
                            InBytes(job.text_bytes())));
  fact("started", LocalTime(job.started_us()));
  if (job.ended_us() > 0) fact("ended", LocalTime(job.ended_us()));
  if (job.documents_per_second() > 0) {
    fact("rate", absl::StrFormat(
                     "%.1f documents/s%s", job.documents_per_second(),
                     job.seconds_left() > 0
                         ? absl::StrFormat(", %.0f s left", job.seconds_left())
                         : ""));
  }
}

absl::Status ListJobs(v1::Indexer::StubInterface* indexer,
                      const CliContext& context) {
  v1::ListIngestJobsRequest request;
  request.set_collection(context.collection);
  grpc::ClientContext call;
  SetDeadline(&call);
  v1::ListIngestJobsResponse jobs;
  RETURN_IF_ERROR(
      FromGrpcStatus(indexer->ListIngestJobs(&call, request, &jobs)));
  for (const v1::IngestJob& job : jobs.jobs()) {
    PrintLine(context.json
                  ? ToJson(job)
                  : absl::StrCat(job.job(), "\t", LocalTime(job.started_us()),
                                 "\t", StateName(job), "\t", Counts(job)));
  }
  return absl::OkStatus();
}

std::string Notes(const v1::FileResult& file) {
  std::string notes;
  for (const std::string& warning : file.warnings()) {
    absl::StrAppend(&notes, "\tnote: ", Printable(warning));
  }
  return notes;
}

absl::Status ListFiles(v1::Indexer::StubInterface* indexer,
                       const JobsOptions& options, const CliContext& context) {
  v1::FileResult::State state = v1::FileResult::STATE_UNSPECIFIED;
  if (!options.state.empty() &&
      !v1::FileResult::State_Parse(absl::AsciiStrToUpper(options.state),
                                   &state)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--state: \"", options.state,
                     "\", want indexed, unchanged, failed or would_index"));
  }
  return ForEachJobFile(
      indexer, context.collection, options.job, state,
      [&context](const v1::FileResult& file) {
        PrintLine(
            context.json
                ? ToJson(file)
                : absl::StrCat(absl::AsciiStrToLower(
                                   v1::FileResult::State_Name(file.state())),
                               "\t", Printable(file.document()),
                               file.reason().empty() ? "" : "\t",
                               Printable(file.reason()), Notes(file)));
      });
}

absl::Status WatchJob(v1::Indexer::StubInterface* indexer,
                      const v1::GetIngestJobRequest& request,
                      const CliContext& context) {
  grpc::ClientContext call;
  const auto reader = indexer->WatchIngestJob(&call, request);
  Progress progress("ingest", "documents", context.quiet || context.json);
  v1::IngestJob job;
  while (reader->Read(&job)) {
    if (context.json) {
      PrintLine(ToJson(job));
      continue;
    }
    progress.Update(Done(job), std::max(Done(job), job.expected_files()),
                    absl::StrCat(Grouped(job.failed()), " failed, ",
                                 Counted(job.passages(), "passage")));
  }
  RETURN_IF_ERROR(FromGrpcStatus(reader->Finish()));
  if (context.json) return absl::OkStatus();
  progress.Finish(absl::StrCat(StateName(job), ": ", Counts(job)));
  PrintJob(job, context);
  return absl::OkStatus();
}

absl::Status RunJobs(const JobsOptions& options, CliContext* context) {
  if (options.job.empty() && (options.files || options.watch ||
                              options.cancel || !options.state.empty())) {
    return absl::InvalidArgumentError(
        "jobs: --files, --state, --watch and --cancel want the id of a job");
  }
  ASSIGN_OR_RETURN(const auto channel, context->connect());
  const auto indexer = v1::Indexer::NewStub(channel);
  if (options.job.empty()) return ListJobs(indexer.get(), *context);
  if (options.files || !options.state.empty()) {
    return ListFiles(indexer.get(), options, *context);
  }
  v1::GetIngestJobRequest get;
  get.set_collection(context->collection);
  get.set_job(options.job);
  if (options.watch) return WatchJob(indexer.get(), get, *context);
  grpc::ClientContext call;
  SetDeadline(&call);
  v1::IngestJob job;
  if (options.cancel) {
    v1::CancelIngestJobRequest cancel;
    cancel.set_collection(context->collection);
    cancel.set_job(options.job);
    RETURN_IF_ERROR(
        FromGrpcStatus(indexer->CancelIngestJob(&call, cancel, &job)));
  } else {
    RETURN_IF_ERROR(FromGrpcStatus(indexer->GetIngestJob(&call, get, &job)));
  }
  PrintJob(job, *context);
  return absl::OkStatus();
}

}  // namespace

void AddJobsCommand(CLI::App* app, CliContext* context) {
  auto options = std::make_shared<JobsOptions>();
  CLI::App* jobs = AddCommand(
      app, context, "jobs",
      "List ingest jobs, or show one: its state, counts, files and reasons",
      [options, context] { return RunJobs(*options, context); });
  jobs->add_option("job", options->job,
                   "the id that ingest told; without it, the newest 20 jobs");
  jobs->add_flag("--files", options->files,
                 "a line for each file: state, document, reason, notes");
  jobs->add_option("--state", options->state,
                   "only files of this state: indexed, unchanged, failed or "
                   "would_index");
  jobs->add_flag("--watch", options->watch, "follow the job until it ends");
  jobs->add_flag("--cancel", options->cancel,
                 "end the job; what was indexed stays");
}

}  // namespace footnote
