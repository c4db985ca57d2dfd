#include "storage/full_disk.h"

#include <rocksdb/file_system.h>
#include <rocksdb/listener.h>

#include <atomic>
#include <chrono>
#include <mutex>
#include <string>
#include <utility>

namespace footnote {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Clock::duration kTryAgainAfter = std::chrono::seconds(1);

}  // namespace

struct FullDisk::State {
  enum Stage {
    kFine,
    // RocksDB is at it.
    kRecovering,
    // It has done; what it goes on with has not been looked at.
    kRecovered,
  };

  // Null until it is first asked for.
  std::atomic<rocksdb::DB*> db{nullptr};

  std::mutex mutex;
  // All below are guarded by mutex.
  Stage stage = kFine;
  // Why changes are refused.
  rocksdb::Status error;
  // Why they are for good.
  rocksdb::Status stopped;
  int changes_under_way = 0;
  // A record could not be put into the log since it was last begun anew.
  bool log_failed = false;
  // Some thread is in RenewLog.
  bool renewing = false;
  // RenewLog made RocksDB stop, and nothing but Resume makes it go on.
  bool stopped_by_us = false;
  Clock::time_point not_before;
};

class FullDisk::Listener : public rocksdb::EventListener {
 public:
  explicit Listener(std::shared_ptr<State> state) : state_(std::move(state)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason reason,
                         rocksdb::Status* error) override {
    // After a compaction that had no room changes go on, and compactions are
    // tried again. An error that is kept would be told long after there is room
    // again to each change that has to wait for a compaction; so it is kept
    // only where changes wait for this one.
    if (error->IsNoSpace() && error->severity() < rocksdb::Status::kHardError) {
      if (!ChangesWait()) *error = rocksdb::Status::OK();
      return;
    }
    const std::lock_guard<std::mutex> lock(state_->mutex);
    if (!error->IsNoSpace() && !state_->renewing && state_->stopped.ok() &&
        error->severity() >= rocksdb::Status::kHardError) {
      state_->stopped = *error;
    }
    if (reason == rocksdb::BackgroundErrorReason::kWriteCallback) {
      state_->log_failed = true;
    }
    // A log that it can't write to, and so can't end, is the end for RocksDB:
    // what it holds might be lost. Who wrote that was told.
    if (state_->renewing &&
        reason == rocksdb::BackgroundErrorReason::kMemTable &&
        error->severity() == rocksdb::Status::kFatalError) {
      *error = rocksdb::Status(*error, rocksdb::Status::kHardError);
      state_->stopped_by_us = true;
    }
  }

  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/,
                            rocksdb::Status error,
                            bool* auto_recovery) override {
    if (!*auto_recovery) return;
    // Nothing to recover, see above.
    if (error.severity() < rocksdb::Status::kHardError) {
      *auto_recovery = false;
      return;
    }
    const std::lock_guard<std::mutex> lock(state_->mutex);
    // It stands still already, and does not begin a recovery.
    if (state_->stopped_by_us) return;
    state_->stage = State::kRecovering;
    state_->error = error;
  }

  void OnErrorRecoveryEnd(
      const rocksdb::BackgroundErrorRecoveryInfo& info) override {
    info.old_bg_error.PermitUncheckedError();
    const std::lock_guard<std::mutex> lock(state_->mutex);
    if (state_->stage == State::kRecovering && info.new_bg_error.ok()) {
      state_->stage = State::kRecovered;
    }
  }

 private:
  bool ChangesWait() const {
    rocksdb::DB* const db = state_->db;
    uint64_t stopped = 0;
    return db != nullptr &&
           db->GetIntProperty(rocksdb::DB::Properties::kIsWriteStopped,
                              &stopped) &&
           stopped != 0;
  }

  const std::shared_ptr<State> state_;
};

// RocksDB asks how much room there is before each of its recoveries.
class FullDisk::FileSystem : public rocksdb::FileSystemWrapper {
 public:
  explicit FileSystem(std::shared_ptr<State> state)
      : FileSystemWrapper(rocksdb::FileSystem::Default()),
        state_(std::move(state)) {}
  const char* Name() const override { return "FullDisk"; }

  rocksdb::IOStatus GetFreeSpace(const std::string& path,
                                 const rocksdb::IOOptions& options,
                                 uint64_t* bytes,
                                 rocksdb::IODebugContext* context) override {
    {
      const std::lock_guard<std::mutex> lock(state_->mutex);
      if (state_->stage == State::kRecovering &&
          (state_->changes_under_way > 0 || state_->renewing)) {
        *bytes = 0;
        return rocksdb::IOStatus::NoSpace("changes are under way");
      }
    }
    return FileSystemWrapper::GetFreeSpace(path, options, bytes, context);
  }

 private:
  const std::shared_ptr<State> state_;
};

FullDisk::FullDisk()
    : state_(std::make_shared<State>()),
      env_(rocksdb::NewCompositeEnv(std::make_shared<FileSystem>(state_))) {}

FullDisk::~FullDisk() = default;

void FullDisk::AddTo(rocksdb::DBOptions* options) {
  options->env = env_.get();
  options->listeners.push_back(std::make_shared<Listener>(state_));
  // Of errors that pass by themselves; a file system here has none but a full
  // disk, which this does not count.
  options->max_bgerror_resume_count = 0;
}

rocksdb::Status FullDisk::Stopped() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->stopped;
}

rocksdb::Status FullDisk::Ready(rocksdb::DB* db) {
  state_->db = db;
  std::unique_lock<std::mutex> lock(state_->mutex);
  if (state_->stage == State::kFine) return rocksdb::Status::OK();
  if (state_->stage == State::kRecovering || state_->renewing ||
      Clock::now() < state_->not_before) {
    return state_->error;
  }
  if (state_->log_failed) {
    state_->renewing = true;
    lock.unlock();
    const rocksdb::Status renewed = RenewLog(db);
    lock.lock();
    state_->renewing = false;
    if (state_->stage == State::kRecovering) return state_->error;
    if (!renewed.ok()) {
      state_->not_before = Clock::now() + kTryAgainAfter;
      state_->error = renewed;
      return renewed;
    }
    state_->log_failed = false;
  }
  state_->stage = State::kFine;
  return rocksdb::Status::OK();
}

rocksdb::Status FullDisk::Write(rocksdb::DB* db,
                                const rocksdb::WriteOptions& options,
                                rocksdb::WriteBatch* changes) {
  const rocksdb::Status ready = Ready(db);
  if (!ready.ok()) return ready;
  {
    const std::lock_guard<std::mutex> lock(state_->mutex);
    if (state_->stage != State::kFine) return state_->error;
    ++state_->changes_under_way;
  }
  const rocksdb::Status status = db->Write(options, changes);
  const std::lock_guard<std::mutex> lock(state_->mutex);
  --state_->changes_under_way;
  return status;
}

// A new log is begun where something in memory is written to a file. A change
// that does not go into the log is put there; writing it out fails at the log
// that can't be written to; and resuming from that leaves such a log behind.
rocksdb::Status FullDisk::RenewLog(rocksdb::DB* db) {
  // Of a log that got too long RocksDB tries to write out the rest first, once.
  constexpr int kMostTries = 4;
  rocksdb::ColumnFamilyHandle* const table = db->DefaultColumnFamily();
  rocksdb::Status status;
  for (int tries = 0; tries < kMostTries; ++tries) {
    if (StoppedByUs()) {
      status = db->Resume();
      if (!status.ok()) return status;
      const std::lock_guard<std::mutex> lock(state_->mutex);
      state_->stopped_by_us = false;
    }
    rocksdb::WriteBatch change;
    status = change.Delete(table, "");
    if (!status.ok()) return status;
    rocksdb::WriteOptions beside_the_log;
    beside_the_log.disableWAL = true;
    status = db->Write(beside_the_log, &change);
    if (status.ok()) {
      rocksdb::FlushOptions flush;
      flush.allow_write_stall = true;
      status = db->Flush(flush, table);
    }
    if (status.ok() || !StoppedByUs()) return status;
  }
  return status;
}

bool FullDisk::StoppedByUs() const {
  const std::lock_guard<std::mutex> lock(state_->mutex);
  return state_->stopped_by_us;
}

}  // namespace footnote
