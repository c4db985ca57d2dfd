#include "indexer/ingest.h"

#include <atomic>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "indexer/file_assembler.h"
#include "indexer/jobs.h"
#include "indexer/validate.h"

namespace footnote {
namespace {

constexpr absl::Duration kProgressEvery = absl::Milliseconds(200);

SourceFile ToSourceFile(v1::IngestFile file) {
  SourceFile out;
  out.document = std::move(*file.mutable_document());
  out.path = std::move(*file.mutable_path());
  out.language = std::move(*file.mutable_language());
  out.title = std::move(*file.mutable_title());
  for (v1::Metadata& entry : *file.mutable_metadata()) {
    out.metadata.emplace_back(std::move(*entry.mutable_key()),
                              std::move(*entry.mutable_value()));
  }
  for (std::string& label : *file.mutable_access_labels()) {
    out.labels.push_back(std::move(label));
  }
  out.media_type = std::move(*file.mutable_media_type());
  return out;
}

// Counts results and tells the client.
class Reporter {
 public:
  Reporter(const IngestStream& stream, RunningJob* job)
      : stream_(stream), job_(job) {}

  void OnResult(const DocumentResult& result) {
    v1::IngestResponse response;
    *response.mutable_result() = ToProto(result);
    job_->OnResult(response.result());
    const std::lock_guard<std::mutex> lock(mutex_);
    switch (result.state) {
      case DocumentResult::State::kIndexed:
      case DocumentResult::State::kWouldIndex:
        summary_.set_indexed(summary_.indexed() + 1);
        break;
      case DocumentResult::State::kUnchanged:
        summary_.set_unchanged(summary_.unchanged() + 1);
        break;
      case DocumentResult::State::kFailed:
        summary_.set_failed(summary_.failed() + 1);
        break;
    }
    summary_.set_passages(summary_.passages() + result.passages);
    summary_.set_text_bytes(summary_.text_bytes() + result.text_bytes);
    stream_.write(response);
  }

  void OnFailure(const std::string& document, const std::string& path,
                 const absl::Status& why) {
    DocumentResult result;
    result.document = document;
    result.path = path.empty() ? document : path;
    result.reason = std::string(why.message());
    OnResult(result);
  }

  void OnReceived(uint64_t bytes) {
    ++received_;
    job_->OnReceived(bytes);
  }

  // Tells how far it is, if it was not told just before.
  void MaybeProgress(uint64_t passages) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const absl::Time now = absl::Now();
    if (now - last_progress_ < kProgressEvery) return;
    last_progress_ = now;
    v1::IngestResponse response;
    v1::IngestProgress* progress = response.mutable_progress();
    progress->set_documents_done(summary_.indexed() + summary_.unchanged() +
                                 summary_.failed());
    progress->set_documents_received(received_);
    progress->set_bytes_done(summary_.text_bytes());
    progress->set_passages(passages);
    stream_.write(response);
  }

  void Summarise(uint64_t generation) {
    v1::IngestResponse response;
    const std::lock_guard<std::mutex> lock(mutex_);
    *response.mutable_summary() = summary_;
    response.mutable_summary()->set_generation(generation);
    response.mutable_summary()->set_job(job_->id());
    stream_.write(response);
  }

 private:
  const IngestStream& stream_;
  RunningJob* const job_;
  std::mutex mutex_;
  v1::IngestSummary summary_;          // guarded by mutex_
  absl::Time last_progress_;           // guarded by mutex_
  std::atomic<uint64_t> received_{0};  // files, or parts of files
};

absl::Status OutOfOrder(absl::string_view problem) {
  absl::Status status = absl::InvalidArgumentError(problem);
  SetErrorReason("INVALID_REQUEST", &status);
  return status;
}

absl::Status ReadStart(const IngestStream& stream, v1::IngestStart* start) {
  v1::IngestRequest request;
  if (!stream.read(&request)) {
    return stream.cancelled()
               ? absl::CancelledError("ingest: the client went away")
               : OutOfOrder("ingest: no message, want start first");
  }
  if (!request.has_start()) {
    return OutOfOrder("ingest: first message is not start, want start first");
  }
  *start = std::move(*request.mutable_start());
  return ValidateStart(*start);
}

// Reads files until the end of the stream.
absl::Status ReadFiles(const IngestStream& stream, FileAssembler* assembler,
                       Pipeline* pipeline, Reporter* reporter) {
  // A file that is refused by its description costs only itself.
  bool refused = false;
  v1::IngestRequest request;
  while (stream.read(&request)) {
    absl::Status status;
    if (request.has_file()) {
      const absl::Status valid = ValidateFile(request.file());
      refused = !valid.ok();
      if (valid.ok() && !request.file().failure().empty()) {
        reporter->OnReceived(0);
        reporter->OnFailure(request.file().document(), request.file().path(),
                            absl::UnavailableError(request.file().failure()));
      } else if (refused) {
        reporter->OnFailure(request.file().document(), request.file().path(),
                            valid);
      } else {
        status = assembler->Begin(ToSourceFile(request.file()));
      }
    } else if (request.has_chunk()) {
      RETURN_IF_ERROR(ValidateChunk(request.chunk()));
      if (!refused) {
        status =
            assembler->Append(request.chunk().data(), request.chunk().last());
      }
    } else {
      status = absl::InvalidArgumentError("want file or chunk");
    }
    if (!status.ok()) {
      return OutOfOrder(absl::StrCat("ingest: ", status.message()));
    }
    reporter->MaybeProgress(pipeline->passages());
  }
  return absl::OkStatus();
}

absl::Status RunJob(const IngestRooms& rooms, const IngestStream& stream,
                    const v1::IngestStart& start, RunningJob* running) {
  Reporter reporter(stream, running);
  PipelineJob job;
  job.collection = start.collection();
  job.name = running->id();
  job.vectors = start.vectors();
  job.dry_run = start.dry_run();
  job.with_commit = [running](const DocumentResult& result, KvBatch* batch) {
    running->AppendRow(ToProto(result), batch);
  };
  Pipeline pipeline(rooms.store, rooms.encoder, rooms.claims, rooms.options,
                    job, [&](const DocumentResult& result) {
                      reporter.OnResult(result);
                      reporter.MaybeProgress(pipeline.passages());
                    });
  FileAssembler assembler(
      rooms.options.limits,
      [&](SourceFile file) {
        reporter.OnReceived(file.bytes.size());
        pipeline.Add(std::move(file));
      },
      [&](const std::string& document, const absl::Status& why) {
        reporter.OnFailure(document, document, why);
      });
  const absl::Status read = ReadFiles(stream, &assembler, &pipeline, &reporter);
  if (stream.cancelled() || running->cancel_requested()) {
    pipeline.Cancel();
    return absl::CancelledError(running->cancel_requested()
                                    ? "ingest: the job was cancelled"
                                    : "ingest: the client went away");
  }
  assembler.End();
  pipeline.Finish();
  RETURN_IF_ERROR(read);
  ASSIGN_OR_RETURN(const std::shared_ptr<const Generation> generation,
                   rooms.store->Current(start.collection()));
  reporter.Summarise(generation->number());
  return absl::OkStatus();
}

}  // namespace

absl::Status Ingest(const IngestRooms& rooms, const IngestStream& stream,
                    std::string* collection) {
  v1::IngestStart start;
  RETURN_IF_ERROR(ReadStart(stream, &start));
  *collection = start.collection();
  ASSIGN_OR_RETURN(const std::shared_ptr<RunningJob> running,
                   rooms.jobs->Begin(start));
  v1::IngestResponse first;
  *first.mutable_job() = running->Snapshot();
  stream.write(first);
  running->SetStop(stream.stop);
  const absl::Status status = RunJob(rooms, stream, start, running.get());
  running->ClearStop();
  v1::IngestJob::State state = v1::IngestJob::DONE;
  absl::string_view reason = status.message();
  if (running->cancel_requested() && !status.ok()) {
    state = v1::IngestJob::CANCELLED;
    reason = "by request";
  } else if (absl::IsCancelled(status)) {
    state = v1::IngestJob::INTERRUPTED;
  } else if (!status.ok()) {
    state = v1::IngestJob::FAILED;
  }
  const absl::Status ended = rooms.jobs->End(running, state, reason);
  return status.ok() ? ended : status;
}

}  // namespace footnote
