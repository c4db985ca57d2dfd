#include "indexer/ingest.h"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/grpc_status.h"
#include "base/priority.h"
#include "base/status_macros.h"
#include "base/unread.h"
#include "indexer/file_assembler.h"
#include "indexer/jobs.h"
#include "indexer/receipts.h"
#include "indexer/standby.h"
#include "indexer/upload_spool.h"
#include "indexer/validate.h"

namespace footnote {
namespace {

constexpr absl::Duration kProgressEvery = absl::Milliseconds(200);
constexpr absl::Duration kAskEvery = absl::Milliseconds(100);

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

// A question that many threads have and few may ask at a time, as gRPC wants of
// those about one call: one asks for all, every 100 ms. Once yes, always yes.
class SharedQuestion {
 public:
  explicit SharedQuestion(std::function<bool()> ask) : ask_(std::move(ask)) {}

  bool Ask() {
    if (yes_) return true;
    const std::unique_lock<std::mutex> lock(mutex_, std::try_to_lock);
    if (!lock.owns_lock() || absl::Now() - asked_ < kAskEvery) return yes_;
    asked_ = absl::Now();
    if (ask_()) yes_ = true;
    return yes_;
  }

 private:
  const std::function<bool()> ask_;
  std::atomic<bool> yes_{false};
  std::mutex mutex_;
  absl::Time asked_ = absl::InfinitePast();
};

// Tells the job and the client what comes.
class Reporter {
 public:
  Reporter(const IngestStream& stream, RunningJob* job)
      : stream_(stream), job_(job) {
    told_ = job->Snapshot().acknowledged();
  }

  void OnResult(const DocumentResult& result) {
    v1::IngestResponse response;
    *response.mutable_result() = ToProto(result);
    job_->OnResult(response.result());
    const std::lock_guard<std::mutex> lock(mutex_);
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
    const v1::IngestJob job = job_->Snapshot();
    progress->set_documents_done(job.indexed() + job.unchanged() +
                                 job.failed());
    progress->set_documents_received(received_);
    progress->set_bytes_done(job.text_bytes());
    progress->set_passages(passages);
    stream_.write(response);
  }

  // Makes durable what need not be sent again.
  absl::Status Keep(const Receipts& receipts) {
    return receipts.Tell(
        [this](const v1::IngestAck& ack) { return job_->OnAck(ack); });
  }

  // Tells it, too, if it has changed. It is durable first: before bytes of
  // another file are in the place of those that were told last.
  absl::Status Acknowledge(const Receipts& receipts) {
    return receipts.Tell(
        [this](const v1::IngestAck& ack) { return Acknowledge(ack); });
  }

  void Summarise(uint64_t generation) {
    const v1::IngestJob job = job_->Snapshot();
    v1::IngestResponse response;
    v1::IngestSummary& summary = *response.mutable_summary();
    summary.set_indexed(job.indexed());
    summary.set_unchanged(job.unchanged());
    summary.set_failed(job.failed());
    summary.set_passages(job.passages());
    summary.set_text_bytes(job.text_bytes());
    summary.set_generation(generation);
    summary.set_job(job_->id());
    const std::lock_guard<std::mutex> lock(mutex_);
    stream_.write(response);
  }

 private:
  absl::Status Acknowledge(const v1::IngestAck& ack) {
    if (ack.files() == told_.files() && ack.bytes() == told_.bytes() &&
        ack.document() == told_.document() &&
        ack.revision() == told_.revision()) {
      return absl::OkStatus();
    }
    RETURN_IF_ERROR(job_->OnAck(ack));
    told_ = ack;
    v1::IngestResponse response;
    *response.mutable_ack() = ack;
    const std::lock_guard<std::mutex> lock(mutex_);
    stream_.write(response);
    return absl::OkStatus();
  }

  const IngestStream& stream_;
  RunningJob* const job_;
  std::mutex mutex_;
  v1::IngestAck told_;                 // by one Acknowledge at a time
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

// Takes the files of one call, each into the pipeline.
class Receiver {
 public:
  // `spool` is null where the call is not resumable; `kept` is what it has.
  Receiver(const IngestStream& stream, FileAssembler* assembler,
           const Pipeline& pipeline, Receipts* receipts, UploadSpool* spool,
           v1::IngestAck kept, Reporter* reporter)
      : stream_(stream),
        assembler_(*assembler),
        pipeline_(pipeline),
        receipts_(*receipts),
        spool_(spool),
        kept_(std::move(kept)),
        reporter_(*reporter) {}

  // Reads files until the end of the stream.
  absl::Status ReadAll() {
    v1::IngestRequest request;
    for (MarkUnread(&request); stream_.read(&request); MarkUnread(&request)) {
      YieldToSearches();
      absl::Status status;
      if (request.has_file()) {
        status = OnFile(request.file());
      } else if (request.has_chunk()) {
        RETURN_IF_ERROR(ValidateChunk(request.chunk()));
        status = OnChunk(request.chunk());
      } else {
        status = absl::InvalidArgumentError("want file or chunk");
      }
      if (absl::IsInvalidArgument(status) || absl::IsOutOfRange(status) ||
          absl::IsFailedPrecondition(status)) {
        return OutOfOrder(absl::StrCat("ingest: ", status.message()));
      }
      RETURN_IF_ERROR(status);
      reporter_.MaybeProgress(pipeline_.passages());
      RETURN_IF_ERROR(MaybeAcknowledge());
    }
    return IsUnread(request)
               ? absl::OkStatus()
               : OutOfOrder(
                     "ingest: a message that is no IngestRequest, such "
                     "as one with a text that is not UTF-8");
  }

  // The connection broke: keeps what came of the file that is open.
  absl::Status Keep() {
    if (spool_ == nullptr || !open_) return absl::OkStatus();
    RETURN_IF_ERROR(spool_->Keep());
    receipts_.OnKept(number_, spool_->kept_bytes());
    return absl::OkStatus();
  }

 private:
  absl::Status OnFile(const v1::IngestFile& file) {
    number_ = receipts_.Announce(file.document(), file.revision());
    const absl::Status valid = ValidateFile(file);
    // A file that is refused by its description costs only itself.
    refused_ = !valid.ok();
    if (refused_) {
      reporter_.OnFailure(file.document(), file.path(), valid);
      receipts_.OnWhole(number_);
      return absl::OkStatus();
    }
    if (!file.failure().empty()) {
      reporter_.OnReceived(0);
      reporter_.OnFailure(file.document(), file.path(),
                          absl::UnavailableError(file.failure()));
      receipts_.OnWhole(number_);
      return absl::OkStatus();
    }
    SourceFile source = ToSourceFile(file);
    source.number = number_;
    RETURN_IF_ERROR(assembler_.Begin(std::move(source)));
    open_ = true;
    if (file.offset() > 0) RETURN_IF_ERROR(CheckGoesOn(file));
    if (spool_ == nullptr) return absl::OkStatus();
    RETURN_IF_ERROR(
        spool_->Begin(number_, file.offset(), [this](absl::string_view piece) {
          return assembler_.Append(piece, false);
        }));
    receipts_.OnKept(number_, spool_->kept_bytes());
    return absl::OkStatus();
  }

  // Other bytes must not follow those that are kept.
  absl::Status CheckGoesOn(const v1::IngestFile& file) const {
    if (spool_ == nullptr) {
      return absl::InvalidArgumentError(
          "offset: in a call that is not resumable, want 0");
    }
    if (number_ == kept_.files() && file.offset() <= kept_.bytes() &&
        file.document() == kept_.document() &&
        file.revision() == kept_.revision()) {
      return absl::OkStatus();
    }
    return absl::InvalidArgumentError(absl::StrCat(
        "file: offset ", file.offset(), " of \"", file.document(),
        "\", revision \"", file.revision(), "\", want 0",
        kept_.bytes() == 0
            ? ""
            : absl::StrCat(", or at most ", kept_.bytes(), " of \"",
                           kept_.document(), "\", revision \"",
                           kept_.revision(), "\", the first of the call")));
  }

  absl::Status OnChunk(const v1::IngestChunk& chunk) {
    if (refused_) return absl::OkStatus();
    if (spool_ != nullptr) {
      RETURN_IF_ERROR(spool_->Append(chunk.data()));
      if (chunk.last()) RETURN_IF_ERROR(spool_->End());
      receipts_.OnKept(number_, spool_->kept_bytes());
    }
    RETURN_IF_ERROR(assembler_.Append(chunk.data(), chunk.last()));
    if (!chunk.last()) return absl::OkStatus();
    open_ = false;
    // As of PipelineJob::on_file_done.
    if (receipts_.OnWhole(number_)) {
      RETURN_IF_ERROR(reporter_.Acknowledge(receipts_));
      spool_->Remove(number_);
    }
    return absl::OkStatus();
  }

  absl::Status MaybeAcknowledge() {
    if (spool_ == nullptr) return absl::OkStatus();
    const absl::Time now = absl::Now();
    if (now - last_ack_ < kProgressEvery) return absl::OkStatus();
    last_ack_ = now;
    return reporter_.Acknowledge(receipts_);
  }

  const IngestStream& stream_;
  FileAssembler& assembler_;
  const Pipeline& pipeline_;
  Receipts& receipts_;
  UploadSpool* const spool_;
  const v1::IngestAck kept_;
  Reporter& reporter_;
  bool refused_ = false;
  bool open_ = false;
  uint64_t number_ = 0;
  absl::Time last_ack_;
};

absl::Status RunJob(const IngestRooms& rooms, const IngestStream& stream,
                    const v1::IngestStart& start, RunningJob* running) {
  Reporter reporter(stream, running);
  ASSIGN_OR_RETURN(const std::unique_ptr<Quota> quota,
                   Quota::Open(rooms.collections, start.collection()));
  v1::IngestAck before = running->Snapshot().acknowledged();
  std::unique_ptr<UploadSpool> spool;
  if (start.resumable()) {
    spool = std::make_unique<UploadSpool>(UploadsFolder(rooms.store->folder()),
                                          start.collection(), running->id());
  }
  if (start.resume()) {
    // Somebody may have tidied up.
    if (spool->BytesOf(before.files()) < before.bytes()) before.clear_bytes();
    v1::IngestResponse where;
    *where.mutable_ack() = before;
    stream.write(where);
  }
  Receipts receipts(before);
  PipelineJob job;
  job.collection = start.collection();
  job.name = running->id();
  job.started_us = running->Snapshot().started_us();
  job.vectors = start.vectors();
  job.dry_run = start.dry_run();
  job.quota = quota.get();
  job.with_commit = [running](const DocumentResult& result, KvBatch* batch) {
    running->AppendRow(ToProto(result), batch);
  };
  SharedQuestion gone(stream.cancelled);
  job.stop = [running, &gone] {
    return running->cancel_requested() || gone.Ask();
  };
  job.leave = [&rooms, &gone] {
    return rooms.options.is_stopping != nullptr &&
           rooms.options.is_stopping() && gone.Ask();
  };
  job.on_file_done = [&](uint64_t number) {
    // What was acknowledged stays until more is. Errors of the disk show at the
    // end of the job.
    if (!receipts.OnPartDone(number)) return;
    if (reporter.Keep(receipts).ok()) spool->Remove(number);
  };
  Pipeline pipeline(
      rooms.store, EncoderFor(rooms.store, rooms.encoders, start.collection()),
      rooms.claims, rooms.options, job, [&](const DocumentResult& result) {
        reporter.OnResult(result);
        reporter.MaybeProgress(pipeline.passages());
      });
  FileAssembler assembler(
      rooms.options.limits,
      [&](SourceFile file) {
        reporter.OnReceived(file.bytes.size());
        receipts.OnPart(file.number);
        pipeline.Add(std::move(file));
      },
      [&](const std::string& document, const absl::Status& why) {
        reporter.OnFailure(document, document, why);
      });
  Receiver receiver(stream, &assembler, pipeline, &receipts, spool.get(),
                    before, &reporter);
  const absl::Status read = receiver.ReadAll();
  if (running->cancel_requested()) {
    pipeline.Cancel();
    return absl::CancelledError("ingest: the job was cancelled");
  }
  if (stream.cancelled()) {
    if (spool == nullptr) {
      pipeline.Cancel();
    } else {
      pipeline.Finish();
      RETURN_IF_ERROR(receiver.Keep());
      RETURN_IF_ERROR(reporter.Keep(receipts));
    }
    return absl::CancelledError("ingest: the client went away");
  }
  assembler.End();
  pipeline.Finish();
  RETURN_IF_ERROR(read);
  if (pipeline.left_files()) {
    if (spool != nullptr) RETURN_IF_ERROR(reporter.Keep(receipts));
    return absl::CancelledError(running->cancel_requested()
                                    ? "ingest: the job was cancelled"
                                    : "ingest: the client went away");
  }
  if (spool != nullptr) {
    RETURN_IF_ERROR(reporter.Acknowledge(receipts));
  }
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
