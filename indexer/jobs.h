// Ingest jobs: how far each one is, what became of each of its files, and what
// is left of that when the process is gone.
#ifndef FOOTNOTE_INDEXER_JOBS_H_
#define FOOTNOTE_INDEXER_JOBS_H_

#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "indexer/source_file.h"
#include "proto/footnote/v1/indexer.pb.h"
#include "storage/kv.h"

namespace footnote {

// A result in the form in which it is sent and stored.
v1::FileResult ToProto(const DocumentResult& result);

// A job of this process that has not ended, or whose end could not be written
// yet because the disk was full. Safe from many threads.
class RunningJob {
 public:
  // `goes_on`: the job ran before.
  RunningJob(Kv* kv, v1::IngestJob job, bool goes_on = false);

  // `collection` and `job` of the message never change.
  const std::string& collection() const { return collection_; }
  const std::string& id() const { return id_; }

  // A file came whole.
  void OnReceived(uint64_t bytes);
  // A result whose row is written already (see AppendRow), or is written now.
  // False when it adds nothing: the document came in before the job was gone on
  // with. Where another result of it did, that one counts no longer.
  bool OnResult(const v1::FileResult& result);
  // Makes it, or one of more files that came before, durable; then it may be
  // told.
  absl::Status OnAck(const v1::IngestAck& ack);

  // Adds the row of a result to the write that makes it true.
  void AppendRow(const v1::FileResult& result, KvBatch* batch);

  // What CancelIngestJob calls, at most once; `stop` must be safe to call
  // until ClearStop, which waits for a call that is on its way.
  void SetStop(std::function<void()> stop);
  void ClearStop();
  void RequestCancel();
  bool cancel_requested() const;

  v1::IngestJob Snapshot() const;
  // Waits until the job is no longer as it was at `seen` (a count, 0 at first),
  // or `patience` is over, and sets `seen`.
  v1::IngestJob WaitForChange(uint64_t* seen, absl::Duration patience) const;

 private:
  friend class Jobs;
  absl::optional<v1::FileResult> StoredRow(const std::string& key) const;
  // Makes the end durable. Returns what Kv says.
  absl::Status End(v1::IngestJob::State state, absl::string_view reason);
  // Rows that can't be written stay for the next time. REQUIRES: mutex_ held.
  absl::Status WriteRows(bool sync);
  // Wakes who waits for a change. REQUIRES: mutex_ held.
  void NoteChange();
  // Of a job that has ended.
  absl::Status WriteAgain();

  Kv* const kv_;
  const std::string collection_;
  const std::string id_;
  const bool goes_on_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  v1::IngestJob job_;     // guarded by mutex_
  uint64_t changes_ = 1;  // guarded by mutex_
  // Rows of results that changed nothing else, not yet written: by their keys.
  std::map<std::string, std::string> rows_;  // guarded by mutex_
  // What rows said that AppendRow replaced, until OnResult.
  std::map<std::string, v1::FileResult> replaced_;  // guarded by mutex_
  // After an error of the disk they are not tried before.
  absl::Time write_after_ = absl::InfinitePast();  // guarded by mutex_
  bool cancel_requested_ = false;                  // guarded by mutex_
  std::mutex stop_mutex_;
  std::function<void()> stop_;  // guarded by stop_mutex_
};

// All jobs of a store. Safe from many threads.
//
// Errors, besides those of Kv:
//   NotFound            JOB_NOT_FOUND
//   FailedPrecondition  JOB_NOT_RUNNING
//   AlreadyExists       a job of that id runs
class Jobs {
 public:
  // `on_end` is told of jobs that can't be gone on with any more.
  using OnEnd = std::function<void(const std::string& collection,
                                   const std::string& job)>;
  explicit Jobs(Kv* kv, OnEnd on_end = nullptr)
      : kv_(kv), on_end_(std::move(on_end)) {}

  // Begins a job, or goes on with one, durably, and forgets all but the newest
  // of its collection.
  //   FailedPrecondition  JOB_NOT_RESUMABLE
  absl::StatusOr<std::shared_ptr<RunningJob>> Begin(
      const v1::IngestStart& start);
  // Ends it, durably. Where the disk is full it returns that error and keeps
  // the end, with what became of the files, in memory: it is told from there,
  // and written before the next job begins.
  absl::Status End(const std::shared_ptr<RunningJob>& job,
                   v1::IngestJob::State state, absl::string_view reason);

  // A stored job that says RUNNING and is not of this process was
  // INTERRUPTED.
  absl::StatusOr<v1::IngestJob> Get(const std::string& collection,
                                    const std::string& job) const;
  absl::StatusOr<v1::ListIngestJobsResponse> List(
      const std::string& collection) const;
  absl::StatusOr<v1::ListIngestFilesResponse> ListFiles(
      const v1::ListIngestFilesRequest& request) const;
  absl::StatusOr<v1::IngestJob> Cancel(const std::string& collection,
                                       const std::string& job);
  // Calls `send` for every state of the job until it has ended, or `send` says
  // that nobody listens.
  absl::Status Watch(
      const std::string& collection, const std::string& job,
      const std::function<bool(const v1::IngestJob&)>& send) const;

 private:
  using Name = std::pair<std::string, std::string>;
  std::shared_ptr<RunningJob> FindRunning(const Name& name) const;
  absl::Status Prune(const std::string& collection) const;
  // Tries to write what could not be written; the error of job `name`.
  absl::Status WriteEnded(const Name& name);

  absl::StatusOr<v1::IngestJob> Reopen(const v1::IngestStart& start) const;
  absl::Status Recount(v1::IngestJob* job) const;

  Kv* const kv_;
  const OnEnd on_end_;
  mutable std::mutex mutex_;
  std::map<Name, std::shared_ptr<RunningJob>> running_;  // guarded by mutex_
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_JOBS_H_
