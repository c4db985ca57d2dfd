#include "indexer/jobs.h"

#include <algorithm>
#include <random>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "storage/store_tables.h"

namespace footnote {
namespace {

constexpr size_t kKeptJobs = 20;
constexpr size_t kRowsToWrite = 500;
constexpr absl::Duration kWriteAgainAfter = absl::Seconds(1);
constexpr absl::Duration kWatchEvery = absl::Milliseconds(200);
constexpr int kDefaultPage = 100;
constexpr int kMaxPage = 1000;
// Before this, a rate says little.
constexpr double kSecondsToJudge = 0.5;

constexpr absl::string_view kZero("\0", 1);

std::string JobPrefix(absl::string_view collection) {
  return absl::StrCat("job/", collection, kZero);
}
std::string JobKey(absl::string_view collection, absl::string_view job) {
  return absl::StrCat(JobPrefix(collection), job);
}
std::string FilePrefix(absl::string_view collection, absl::string_view job) {
  return absl::StrCat("jobfile/", collection, kZero, job, kZero);
}

std::string RowKey(absl::string_view collection, absl::string_view job,
                   const v1::FileResult& result) {
  return absl::StrCat(FilePrefix(collection, job), result.document());
}

absl::Status NoJob(const std::string& collection, const std::string& job) {
  absl::Status status = absl::NotFoundError(
      absl::StrCat("job \"", job, "\" of collection \"", collection,
                   "\": not found, want one of the newest ", kKeptJobs));
  SetErrorReason("JOB_NOT_FOUND", &status);
  return status;
}

absl::Status RunsAlready(const std::pair<std::string, std::string>& name) {
  return absl::AlreadyExistsError(
      absl::StrCat("job \"", name.second, "\" of collection \"", name.first,
                   "\": runs already, want another id"));
}

// "20261124-140502-3fa9": sorts by time, and two in one second differ.
std::string NewId() {
  static std::mutex mutex;
  static auto* const random = new std::mt19937(std::random_device{}());
  const std::lock_guard<std::mutex> lock(mutex);
  return absl::StrCat(
      absl::FormatTime("%Y%m%d-%H%M%S-", absl::Now(), absl::UTCTimeZone()),
      absl::Hex((*random)() & 0xffff, absl::kZeroPad4));
}

int64_t NowMicros() { return absl::ToUnixMicros(absl::Now()); }

void FillRates(v1::IngestJob* job) {
  if (job->state() != v1::IngestJob::RUNNING) return;
  const double seconds =
      static_cast<double>(NowMicros() - job->started_us()) * 1e-6;
  const uint64_t done = job->indexed() + job->unchanged() + job->failed();
  if (seconds < kSecondsToJudge || done == 0) return;
  job->set_documents_per_second(static_cast<double>(done) / seconds);
  if (job->expected_bytes() > job->received_bytes() &&
      job->received_bytes() > 0) {
    job->set_seconds_left(
        seconds *
        static_cast<double>(job->expected_bytes() - job->received_bytes()) /
        static_cast<double>(job->received_bytes()));
  }
}

absl::StatusOr<v1::IngestJob> ParseJob(absl::string_view bytes) {
  v1::IngestJob job;
  if (!job.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
    return absl::DataLossError("job: its record does not parse");
  }
  return job;
}

// Counts a result; with `times` -1 it counts no longer.
void AddResult(const v1::FileResult& result, int times, v1::IngestJob* job) {
  const auto count = [times](uint64_t before, uint64_t more) {
    return times < 0 ? before - std::min(before, more) : before + more;
  };
  job->set_passages(count(job->passages(), result.passages()));
  job->set_text_bytes(count(job->text_bytes(), result.text_bytes()));
  switch (result.state()) {
    case v1::FileResult::INDEXED:
    case v1::FileResult::WOULD_INDEX:
      job->set_indexed(count(job->indexed(), 1));
      break;
    case v1::FileResult::UNCHANGED:
      job->set_unchanged(count(job->unchanged(), 1));
      break;
    default:
      job->set_failed(count(job->failed(), 1));
      break;
  }
}

// What a stored job says when no process runs it.
void MarkInterrupted(v1::IngestJob* job) {
  if (job->state() != v1::IngestJob::RUNNING) return;
  job->set_state(v1::IngestJob::INTERRUPTED);
  job->set_reason("the server stopped while it ran");
}

}  // namespace

v1::FileResult ToProto(const DocumentResult& result) {
  v1::FileResult out;
  out.set_document(result.document);
  out.set_path(result.path);
  out.set_reason(result.reason);
  out.set_version(result.version);
  out.set_sha256(result.sha256);
  out.set_passages(result.passages);
  out.set_language(result.language);
  out.set_text_bytes(result.text_bytes);
  out.set_duplicate_of(result.duplicate_of);
  for (const std::string& warning : result.warnings) {
    out.add_warnings(warning);
  }
  switch (result.state) {
    case DocumentResult::State::kIndexed:
      out.set_state(v1::FileResult::INDEXED);
      break;
    case DocumentResult::State::kUnchanged:
      out.set_state(v1::FileResult::UNCHANGED);
      break;
    case DocumentResult::State::kFailed:
      out.set_state(v1::FileResult::FAILED);
      break;
    case DocumentResult::State::kWouldIndex:
      out.set_state(v1::FileResult::WOULD_INDEX);
      break;
  }
  return out;
}

RunningJob::RunningJob(Kv* kv, v1::IngestJob job, bool goes_on)
    : kv_(kv),
      collection_(job.collection()),
      id_(job.job()),
      goes_on_(goes_on),
      job_(std::move(job)) {}

void RunningJob::NoteChange() {
  ++changes_;
  changed_.notify_all();
}

void RunningJob::OnReceived(uint64_t bytes) {
  const std::lock_guard<std::mutex> lock(mutex_);
  job_.set_received_files(job_.received_files() + 1);
  job_.set_received_bytes(job_.received_bytes() + bytes);
  NoteChange();
}

absl::optional<v1::FileResult> RunningJob::StoredRow(
    const std::string& key) const {
  v1::FileResult row;
  const absl::StatusOr<std::string> bytes = kv_->Get(kTableJobs, key);
  if (!bytes.ok() || !row.ParseFromString(*bytes)) return absl::nullopt;
  return row;
}

void RunningJob::AppendRow(const v1::FileResult& result, KvBatch* batch) {
  const std::string key = RowKey(collection_, id_, result);
  batch->Put(kTableJobs, key, result.SerializeAsString());
  if (!goes_on_) return;
  absl::optional<v1::FileResult> before = StoredRow(key);
  if (!before.has_value()) return;
  const std::lock_guard<std::mutex> lock(mutex_);
  replaced_[key] = *std::move(before);
}

bool RunningJob::OnResult(const v1::FileResult& result) {
  const std::lock_guard<std::mutex> lock(mutex_);
  NoteChange();
  if (goes_on_) {
    // It was sent again because nobody could say that it had arrived.
    const std::string key = RowKey(collection_, id_, result);
    absl::optional<v1::FileResult> before;
    const auto replaced = replaced_.find(key);
    if (result.state() != v1::FileResult::INDEXED) {
      before = StoredRow(key);
    } else if (replaced != replaced_.end()) {
      before = std::move(replaced->second);
    }
    if (replaced != replaced_.end()) replaced_.erase(replaced);
    if (before.has_value() && result.state() != v1::FileResult::INDEXED &&
        (before->state() == result.state() ||
         (before->state() == v1::FileResult::INDEXED &&
          result.state() == v1::FileResult::UNCHANGED))) {
      return false;
    }
    if (before.has_value()) AddResult(*before, -1, &job_);
  }
  AddResult(result, 1, &job_);
  // Its row came with its commit.
  if (result.state() == v1::FileResult::INDEXED) return true;
  rows_[RowKey(collection_, id_, result)] = result.SerializeAsString();
  // A failure is what people look for after a crash: it is written at once.
  // Errors of the disk show at the end of the job.
  if ((rows_.size() >= kRowsToWrite ||
       result.state() == v1::FileResult::FAILED) &&
      absl::Now() >= write_after_) {
    (void)WriteRows(false);
  }
  return true;
}

absl::Status RunningJob::OnAck(const v1::IngestAck& ack) {
  const std::lock_guard<std::mutex> lock(mutex_);
  // Another thread may have said more since.
  if (ack.files() >= job_.acknowledged().files()) {
    *job_.mutable_acknowledged() = ack;
  }
  NoteChange();
  // Five times a second at most, and for each large file.
  return WriteRows(true);
}

absl::Status RunningJob::WriteRows(bool sync) {
  KvBatch batch;
  for (const auto& row : rows_) batch.Put(kTableJobs, row.first, row.second);
  batch.Put(kTableJobs, JobKey(collection_, id_), job_.SerializeAsString());
  const absl::Status status = kv_->Write(std::move(batch), sync);
  if (status.ok()) {
    rows_.clear();
  } else {
    write_after_ = absl::Now() + kWriteAgainAfter;
  }
  return status;
}

absl::Status RunningJob::WriteAgain() {
  const std::lock_guard<std::mutex> lock(mutex_);
  return WriteRows(true);
}

absl::Status RunningJob::End(v1::IngestJob::State state,
                             absl::string_view reason) {
  const std::lock_guard<std::mutex> lock(mutex_);
  job_.set_state(state);
  job_.set_reason(std::string(reason));
  job_.set_ended_us(NowMicros());
  NoteChange();
  return WriteRows(true);
}

void RunningJob::SetStop(std::function<void()> stop) {
  const std::lock_guard<std::mutex> lock(stop_mutex_);
  stop_ = std::move(stop);
}

void RunningJob::ClearStop() { SetStop(nullptr); }

void RunningJob::RequestCancel() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    cancel_requested_ = true;
  }
  const std::lock_guard<std::mutex> lock(stop_mutex_);
  if (stop_ != nullptr) stop_();
}

bool RunningJob::cancel_requested() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return cancel_requested_;
}

v1::IngestJob RunningJob::Snapshot() const {
  v1::IngestJob job;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    job = job_;
  }
  FillRates(&job);
  return job;
}

v1::IngestJob RunningJob::WaitForChange(uint64_t* seen,
                                        absl::Duration patience) const {
  v1::IngestJob job;
  {
    std::unique_lock<std::mutex> lock(mutex_);
    changed_.wait_for(lock, absl::ToChronoNanoseconds(patience),
                      [this, seen] { return changes_ != *seen; });
    *seen = changes_;
    job = job_;
  }
  FillRates(&job);
  return job;
}

absl::StatusOr<std::shared_ptr<RunningJob>> Jobs::Begin(
    const v1::IngestStart& start) {
  v1::IngestJob job;
  job.set_collection(start.collection());
  job.set_job(start.request_id().empty() ? NewId() : start.request_id());
  job.set_name(
      absl::StrCat("collections/", job.collection(), "/jobs/", job.job()));
  job.set_state(v1::IngestJob::RUNNING);
  job.set_started_us(NowMicros());
  job.set_expected_files(start.expected_files());
  job.set_expected_bytes(start.expected_bytes());
  job.set_dry_run(start.dry_run());
  job.set_resumable(start.resumable());
  const Name name = {job.collection(), job.job()};
  RETURN_IF_ERROR(WriteEnded(name));
  if (start.resume()) {
    // What is reopened has ended: its sums are written.
    if (FindRunning(name) != nullptr) return RunsAlready(name);
    ASSIGN_OR_RETURN(job, Reopen(start));
  }
  auto running = std::make_shared<RunningJob>(kv_, job, start.resume());
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (!running_.emplace(name, running).second) return RunsAlready(name);
  }
  KvBatch batch;
  if (!start.resume()) {
    batch.DeletePrefix(kTableJobs, FilePrefix(name.first, name.second));
    if (on_end_ != nullptr) on_end_(name.first, name.second);
  }
  batch.Put(kTableJobs, JobKey(name.first, name.second),
            job.SerializeAsString());
  absl::Status status = kv_->Write(std::move(batch), true);
  if (status.ok()) status = Prune(name.first);
  if (status.ok()) return running;
  const std::lock_guard<std::mutex> lock(mutex_);
  running_.erase(name);
  return status;
}

// What came in is written with its commit, the job's sums a little later: after
// a kill the rows say what was done.
absl::Status Jobs::Recount(v1::IngestJob* job) const {
  job->clear_indexed();
  job->clear_unchanged();
  job->clear_failed();
  job->clear_passages();
  job->clear_text_bytes();
  const auto it =
      kv_->Iterate(kTableJobs, FilePrefix(job->collection(), job->job()));
  for (; it->Valid(); it->Next()) {
    v1::FileResult file;
    if (!file.ParseFromArray(it->value().data(),
                             static_cast<int>(it->value().size()))) {
      return absl::DataLossError(
          absl::StrCat("job ", job->job(), ": a row does not parse"));
    }
    AddResult(file, 1, job);
  }
  return it->status();
}

absl::StatusOr<v1::IngestJob> Jobs::Reopen(const v1::IngestStart& start) const {
  const absl::StatusOr<std::string> bytes =
      kv_->Get(kTableJobs, JobKey(start.collection(), start.request_id()));
  if (absl::IsNotFound(bytes.status())) {
    return NoJob(start.collection(), start.request_id());
  }
  RETURN_IF_ERROR(bytes.status());
  ASSIGN_OR_RETURN(v1::IngestJob job, ParseJob(*bytes));
  const bool was_killed = job.state() == v1::IngestJob::RUNNING;
  MarkInterrupted(&job);
  // A sender who did not hear of the end asks for it.
  if (!job.resumable() || (job.state() != v1::IngestJob::INTERRUPTED &&
                           job.state() != v1::IngestJob::DONE)) {
    absl::Status status = absl::FailedPreconditionError(absl::StrCat(
        "job \"", job.job(), "\" of collection \"", job.collection(), "\": is ",
        v1::IngestJob::State_Name(job.state()),
        job.resumable() ? "" : " and was not resumable",
        ", want one that was resumable and INTERRUPTED or DONE"));
    SetErrorReason("JOB_NOT_RESUMABLE", &status);
    return status;
  }
  if (job.expected_files() != start.expected_files()) {
    absl::Status status = absl::FailedPreconditionError(
        absl::StrCat("job \"", job.job(), "\" of collection \"",
                     job.collection(), "\": has ", job.expected_files(),
                     " files, want as many, not ", start.expected_files()));
    SetErrorReason("JOB_NOT_RESUMABLE", &status);
    return status;
  }
  if (was_killed) RETURN_IF_ERROR(Recount(&job));
  job.set_state(v1::IngestJob::RUNNING);
  job.clear_reason();
  job.clear_ended_us();
  // The others come again.
  job.set_received_files(job.acknowledged().files());
  return job;
}

absl::Status Jobs::End(const std::shared_ptr<RunningJob>& job,
                       v1::IngestJob::State state, absl::string_view reason) {
  const absl::Status status = job->End(state, reason);
  if (state != v1::IngestJob::INTERRUPTED && on_end_ != nullptr) {
    on_end_(job->collection(), job->id());
  }
  if (status.ok()) {
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = running_.find({job->collection(), job->id()});
    // Not one that was resumed meanwhile.
    if (found != running_.end() && found->second == job) running_.erase(found);
  }
  return status;
}

absl::Status Jobs::WriteEnded(const Name& name) {
  std::vector<std::shared_ptr<RunningJob>> ended;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const auto& entry : running_) {
      if (entry.second->Snapshot().state() != v1::IngestJob::RUNNING) {
        ended.push_back(entry.second);
      }
    }
  }
  absl::Status own;
  for (const std::shared_ptr<RunningJob>& job : ended) {
    const Name its = {job->collection(), job->id()};
    const absl::Status status = job->WriteAgain();
    if (!status.ok()) {
      if (its == name) own = status;
      continue;
    }
    const std::lock_guard<std::mutex> lock(mutex_);
    const auto found = running_.find(its);
    if (found != running_.end() && found->second == job) running_.erase(found);
  }
  return own;
}

std::shared_ptr<RunningJob> Jobs::FindRunning(const Name& name) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = running_.find(name);
  return found == running_.end() ? nullptr : found->second;
}

absl::StatusOr<v1::IngestJob> Jobs::Get(const std::string& collection,
                                        const std::string& job) const {
  const auto running = FindRunning({collection, job});
  if (running != nullptr) return running->Snapshot();
  const absl::StatusOr<std::string> bytes =
      kv_->Get(kTableJobs, JobKey(collection, job));
  if (absl::IsNotFound(bytes.status())) return NoJob(collection, job);
  RETURN_IF_ERROR(bytes.status());
  ASSIGN_OR_RETURN(v1::IngestJob out, ParseJob(*bytes));
  MarkInterrupted(&out);
  return out;
}

absl::StatusOr<v1::ListIngestJobsResponse> Jobs::List(
    const std::string& collection) const {
  std::vector<v1::IngestJob> jobs;
  const auto it = kv_->Iterate(kTableJobs, JobPrefix(collection));
  for (; it->Valid(); it->Next()) {
    ASSIGN_OR_RETURN(v1::IngestJob job, ParseJob(it->value()));
    const auto running = FindRunning({collection, job.job()});
    if (running != nullptr) {
      job = running->Snapshot();
    } else {
      MarkInterrupted(&job);
    }
    jobs.push_back(std::move(job));
  }
  RETURN_IF_ERROR(it->status());
  std::stable_sort(jobs.begin(), jobs.end(),
                   [](const v1::IngestJob& a, const v1::IngestJob& b) {
                     return a.started_us() > b.started_us();
                   });
  v1::ListIngestJobsResponse out;
  for (v1::IngestJob& job : jobs) *out.add_jobs() = std::move(job);
  return out;
}

absl::Status Jobs::Prune(const std::string& collection) const {
  ASSIGN_OR_RETURN(const v1::ListIngestJobsResponse all, List(collection));
  KvBatch batch;
  for (int i = kKeptJobs; i < all.jobs_size(); ++i) {
    const v1::IngestJob& job = all.jobs(i);
    if (job.state() == v1::IngestJob::RUNNING) continue;
    batch.Delete(kTableJobs, JobKey(collection, job.job()));
    batch.DeletePrefix(kTableJobs, FilePrefix(collection, job.job()));
    if (on_end_ != nullptr) on_end_(collection, job.job());
  }
  return batch.size() == 0 ? absl::OkStatus()
                           : kv_->Write(std::move(batch), false);
}

absl::StatusOr<v1::ListIngestFilesResponse> Jobs::ListFiles(
    const v1::ListIngestFilesRequest& request) const {
  RETURN_IF_ERROR(Get(request.collection(), request.job()).status());
  const auto running = FindRunning({request.collection(), request.job()});
  // Rows that are not written yet, or have no room to be.
  std::map<std::string, std::string> waiting;
  if (running != nullptr) {
    const std::lock_guard<std::mutex> lock(running->mutex_);
    waiting = running->rows_;
  }
  const std::string prefix = FilePrefix(request.collection(), request.job());
  const std::string first = absl::StrCat(prefix, request.page_token());
  const int page = request.page_size() == 0
                       ? kDefaultPage
                       : std::min(request.page_size(), kMaxPage);
  v1::ListIngestFilesResponse out;
  const auto it = kv_->Iterate(kTableJobs, prefix);
  it->Seek(first);
  auto next = waiting.lower_bound(first);
  while (it->Valid() || next != waiting.end()) {
    const bool waits =
        next != waiting.end() && (!it->Valid() || next->first <= it->key());
    const std::string key(waits ? next->first : std::string(it->key()));
    const std::string row(waits ? next->second : std::string(it->value()));
    if (it->Valid() && it->key() == key) it->Next();
    if (waits) ++next;
    v1::FileResult file;
    if (!file.ParseFromString(row)) {
      return absl::DataLossError(
          absl::StrCat("job ", request.job(), ": the row of ",
                       key.substr(prefix.size()), " does not parse"));
    }
    if (request.state() != v1::FileResult::STATE_UNSPECIFIED &&
        file.state() != request.state()) {
      continue;
    }
    if (out.files_size() == page) {
      out.set_next_page_token(file.document());
      break;
    }
    *out.add_files() = std::move(file);
  }
  RETURN_IF_ERROR(it->status());
  return out;
}

absl::StatusOr<v1::IngestJob> Jobs::Cancel(const std::string& collection,
                                           const std::string& job) {
  const auto running = FindRunning({collection, job});
  if (running != nullptr &&
      running->Snapshot().state() == v1::IngestJob::RUNNING) {
    running->RequestCancel();
    return running->Snapshot();
  }
  ASSIGN_OR_RETURN(const v1::IngestJob ended, Get(collection, job));
  absl::Status status = absl::FailedPreconditionError(absl::StrCat(
      "job \"", job, "\" of collection \"", collection, "\": is ",
      v1::IngestJob::State_Name(ended.state()), ", want a running one"));
  SetErrorReason("JOB_NOT_RUNNING", &status);
  return status;
}

absl::Status Jobs::Watch(
    const std::string& collection, const std::string& job,
    const std::function<bool(const v1::IngestJob&)>& send) const {
  const auto running = FindRunning({collection, job});
  if (running == nullptr) {
    ASSIGN_OR_RETURN(const v1::IngestJob ended, Get(collection, job));
    send(ended);
    return absl::OkStatus();
  }
  uint64_t seen = 0;
  while (true) {
    const v1::IngestJob now = running->WaitForChange(&seen, absl::Seconds(1));
    if (!send(now) || now.state() != v1::IngestJob::RUNNING) {
      return absl::OkStatus();
    }
    absl::SleepFor(kWatchEvery);
  }
}

}  // namespace footnote
