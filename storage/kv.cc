#include "storage/kv.h"

#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/file_checksum.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/rate_limiter.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/transaction_log.h>
#include <rocksdb/utilities/checkpoint.h>
#include <rocksdb/write_batch.h>
#include <sys/stat.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <mutex>
#include <utility>

#include "absl/strings/cord.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/file.h"
#include "base/log.h"
#include "base/priority.h"
#include "base/status_macros.h"
#include "base/temporary_folder.h"
#include "storage/full_disk.h"
#include "storage/held.h"

namespace footnote {
namespace {

// A millisecond of a compaction's work.
constexpr size_t kWritePieceBytes = 64 << 10;
// What writers are slowed down to where compactions lag behind.
constexpr uint64_t kDelayedBytesPerSecond = 16 << 20;
// Who opens after a crash reads the log again, 50 MB a second. A table that
// hardly changes would hold all of it since its own last file.
constexpr uint64_t kMostLogBytes = 48 << 20;
// So many files of a table are written one beside the other before they become
// one.
constexpr int kFilesToMerge = 8;
// Of what a table collects in memory, for the filter of keys that are not
// there: most of what ingestion asks for is new.
constexpr double kFilterShare = 0.02;
// So much is read again in no time.
constexpr uint64_t kFewBytes = 512 << 10;

rocksdb::Slice ToSlice(absl::string_view bytes) {
  return rocksdb::Slice(bytes.data(), bytes.size());
}

absl::string_view ToView(const rocksdb::Slice& slice) {
  return absl::string_view(slice.data(), slice.size());
}

absl::Status FromRocks(const rocksdb::Status& status,
                       absl::string_view folder) {
  if (status.ok()) return absl::OkStatus();
  const std::string text = status.ToString();
  const std::string message = absl::StrCat("database ", folder, ": ", text);
  if (status.IsNotFound()) return absl::NotFoundError(message);
  if (status.IsCorruption()) return absl::DataLossError(message);
  if (status.IsNoSpace() || absl::StrContains(text, "No space left")) {
    // With less it does not go on, though `df` shows some.
    return absl::ResourceExhaustedError(
        absl::StrCat(message, ", want 8 MiB of room or more"));
  }
  if (absl::StrContains(text, "File too large") ||
      absl::StrContains(text, "Disk quota exceeded")) {
    return absl::ResourceExhaustedError(message);
  }
  if (absl::StrContains(text, "lock") &&
      (absl::StrContains(text, "temporarily unavailable") ||
       absl::StrContains(text, "already held"))) {
    absl::Status held = absl::FailedPreconditionError(absl::StrCat(
        "database ", folder,
        ": another process holds it, want that one stopped (", text, ")"));
    SetHeldByAnother(&held);
    return held;
  }
  if (absl::StrContains(text, "Permission denied") ||
      absl::StrContains(text, "Read-only file system")) {
    return absl::PermissionDeniedError(message);
  }
  if (absl::StrContains(text, "No such file or directory")) {
    return absl::DataLossError(message);
  }
  if (status.IsNotSupported()) return absl::FailedPreconditionError(message);
  return absl::InternalError(message);
}

// The same of a change. A database goes on after a full disk; after any other
// trouble with one it takes no change until it is opened again.
absl::Status FromChange(const rocksdb::Status& status,
                        absl::string_view folder) {
  absl::Status out = FromRocks(status, folder);
  if (!status.IsIOError() || status.IsNoSpace() ||
      absl::StrContains(out.message(), "No space left")) {
    return out;
  }
  return absl::Status(
      out.code(),
      absl::StrCat(
          out.message(),
          ", want what has it open started again once the disk takes it"));
}

constexpr absl::string_view kMayBeWritten = "footnote/may-be-written";

// A record of the log that could not be put there whole is cut off by the next
// opening. Of any other trouble it is not known how far it let the record come.
bool IsCutOff(const rocksdb::Status& status) {
  return absl::StrContains(status.ToString(), "While appending to file");
}

rocksdb::ColumnFamilyOptions TableOptions(
    const KvOptions& options, const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions table;
  table.write_buffer_size = options.write_buffer_bytes;
  table.compression =
      options.compress ? rocksdb::kZSTD : rocksdb::kNoCompression;
  table.bottommost_compression = table.compression;
  if (options.compress) {
    // What is written first is written again soon, compressed, and those who
    // write wait for it: at most kFilesToMerge files of a table lie as they
    // are.
    table.compression_per_level = {rocksdb::kNoCompression, table.compression};
  }
  table.level0_file_num_compaction_trigger = kFilesToMerge;
  table.memtable_whole_key_filtering = true;
  table.memtable_prefix_bloom_size_ratio = kFilterShare;
  rocksdb::BlockBasedTableOptions blocks;
  blocks.block_cache = cache;
  blocks.block_size = 16 << 10;
  blocks.filter_policy.reset(rocksdb::NewBloomFilterPolicy(10));
  blocks.format_version = 5;
  blocks.checksum = rocksdb::kXXH3;
  table.table_factory.reset(rocksdb::NewBlockBasedTableFactory(blocks));
  table.level_compaction_dynamic_level_bytes = true;
  return table;
}

}  // namespace

std::string PrefixEnd(absl::string_view prefix) {
  std::string end(prefix);
  while (!end.empty() && static_cast<uint8_t>(end.back()) == 0xff) {
    end.pop_back();
  }
  if (!end.empty()) ++end.back();
  return end;
}

// A database while it is open. Reads hold it, so that a secondary may put a
// newer one in its place.
struct KvInstance {
  // Of one that writes.
  std::unique_ptr<FullDisk> full_disk;
  // Of the blocks of all tables.
  std::shared_ptr<rocksdb::Cache> cache;
  std::unique_ptr<rocksdb::DB> db;
  std::vector<rocksdb::ColumnFamilyHandle*> tables;
  // A secondary's own folder; removed with it.
  std::unique_ptr<TemporaryFolder> scratch;

  ~KvInstance() {
    if (db != nullptr) {
      if (full_disk != nullptr && full_disk->Ready(db.get()).ok()) {
        EmptyTheLog();
      }
      for (rocksdb::ColumnFamilyHandle* table : tables) {
        db->DestroyColumnFamilyHandle(table).PermitUncheckedError();
      }
      // What was written is in the log already, which the system writes out.
      db->Close().PermitUncheckedError();
      db.reset();
    }
  }

  // Writes to files what the next opening would have to read from the log. What
  // fails, on a full disk say, is in the log still.
  void EmptyTheLog() {
    rocksdb::VectorLogPtr logs;
    uint64_t bytes = 0;
    if (db->GetSortedWalFiles(logs).ok()) {
      for (const auto& log : logs) bytes += log->SizeFileBytes();
      if (bytes < kFewBytes) return;
    }
    rocksdb::FlushOptions flush;
    flush.allow_write_stall = true;
    db->Flush(flush, tables).PermitUncheckedError();
  }

  std::vector<std::string> FileNames() const {
    std::vector<rocksdb::LiveFileMetaData> files;
    db->GetLiveFilesMetaData(&files);
    std::vector<std::string> names;
    for (const rocksdb::LiveFileMetaData& file : files) {
      names.push_back(file.name);
    }
    std::sort(names.begin(), names.end());
    return names;
  }
};

struct Kv::State {
  std::string folder;
  KvOptions options;
  // What Get says of a key that is not there, for each table.
  std::vector<absl::Status> no_such_key;
  absl::Status writable;
  // Held over a CatchUp; taken before `mutex`.
  std::mutex catch_up_mutex;
  std::mutex mutex;
  std::shared_ptr<KvInstance> instance;  // guarded by mutex

  std::shared_ptr<KvInstance> Instance() {
    std::lock_guard<std::mutex> lock(mutex);
    return instance;
  }
};

// Holds a place in time.
class KvSnapshot {
 public:
  explicit KvSnapshot(std::shared_ptr<KvInstance> instance)
      : instance_(std::move(instance)),
        snapshot_(instance_->db->GetSnapshot()) {}
  ~KvSnapshot() { instance_->db->ReleaseSnapshot(snapshot_); }
  const rocksdb::Snapshot* get() const { return snapshot_; }

 private:
  const std::shared_ptr<KvInstance> instance_;
  const rocksdb::Snapshot* const snapshot_;
};

// Table numbers become RocksDB's only when the batch is written, so that a
// batch can be made without a database. The tables of one store are opened in
// one order, but their RocksDB ids depend on history.
struct KvBatch::State {
  struct Change {
    enum Kind : uint8_t { kPut, kDelete, kDeleteRange } kind;
    int table;
    size_t key_bytes;
    size_t value_bytes;
  };
  std::vector<Change> changes;
  // Keys and values, one behind the other.
  std::string text;

  void Add(Change::Kind kind, int table, absl::string_view key,
           absl::string_view value) {
    text.append(key.data(), key.size());
    text.append(value.data(), value.size());
    changes.push_back({kind, table, key.size(), value.size()});
  }
};

KvBatch::KvBatch() : state_(std::make_unique<State>()) {}
KvBatch::~KvBatch() = default;
KvBatch::KvBatch(KvBatch&&) noexcept = default;
KvBatch& KvBatch::operator=(KvBatch&&) noexcept = default;

void KvBatch::Put(int table, absl::string_view key, absl::string_view value) {
  state_->Add(State::Change::kPut, table, key, value);
}

void KvBatch::Delete(int table, absl::string_view key) {
  state_->Add(State::Change::kDelete, table, key, "");
}

void KvBatch::DeleteRange(int table, absl::string_view begin,
                          absl::string_view end) {
  state_->Add(State::Change::kDeleteRange, table, begin, end);
}

void KvBatch::DeletePrefix(int table, absl::string_view prefix) {
  DeleteRange(table, prefix, PrefixEnd(prefix));
}

void KvBatch::Append(KvBatch other) {
  if (other.state_ == nullptr) return;
  if (state_->changes.empty()) {
    state_ = std::move(other.state_);
    return;
  }
  state_->text += other.state_->text;
  state_->changes.insert(state_->changes.end(), other.state_->changes.begin(),
                         other.state_->changes.end());
}

size_t KvBatch::size() const { return state_->changes.size(); }
size_t KvBatch::bytes() const {
  return state_->text.size() + state_->changes.size() * sizeof(State::Change);
}

struct KvIterator::State {
  std::shared_ptr<KvInstance> instance;
  std::string folder;
  std::string prefix;
  std::string end;
  rocksdb::Slice upper;
  std::unique_ptr<rocksdb::Iterator> it;
};

KvIterator::KvIterator(std::unique_ptr<State> state)
    : state_(std::move(state)) {}
KvIterator::~KvIterator() = default;
bool KvIterator::Valid() const { return state_->it->Valid(); }
void KvIterator::Next() { state_->it->Next(); }

void KvIterator::Seek(absl::string_view key) {
  state_->it->Seek(ToSlice(std::max(key, absl::string_view(state_->prefix))));
}

absl::string_view KvIterator::key() const { return ToView(state_->it->key()); }
absl::string_view KvIterator::value() const {
  return ToView(state_->it->value());
}
absl::Status KvIterator::status() const {
  return FromRocks(state_->it->status(), state_->folder);
}

Kv::Kv(std::unique_ptr<State> state) : state_(std::move(state)) {}
Kv::~Kv() = default;

namespace {

// RocksDB's own log of events, of which errors go to ours for who looks
// closely: a new database is one, and what matters comes back as a status. A
// file in the folder of the database will not do: Debian's RocksDB is built
// with assertions, and one of them ends the process when that file can't be
// written, as on a full disk.
class EventLog : public rocksdb::Logger {
 public:
  EventLog() : Logger(rocksdb::ERROR_LEVEL) {}
  using rocksdb::Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    char line[512];
    std::vsnprintf(line, sizeof(line), format, arguments);
    footnote::Log(Severity::kDebug, line);
  }
};

// Limits nothing: RocksDB asks before each piece that it writes, and then a
// compaction lets searches by. Not what is flushed: writers wait for it.
class PoliteWriting : public rocksdb::RateLimiter {
 public:
  void SetBytesPerSecond(int64_t /*bytes*/) override {}
  using RateLimiter::Request;
  void Request(int64_t /*bytes*/, rocksdb::Env::IOPriority priority,
               rocksdb::Statistics* /*statistics*/) override {
    if (priority == rocksdb::Env::IO_LOW) YieldToSearches();
  }
  int64_t GetSingleBurstBytes() const override { return kMostBytes; }
  int64_t GetTotalBytesThrough(
      rocksdb::Env::IOPriority /*priority*/) const override {
    return 0;
  }
  int64_t GetTotalRequests(
      rocksdb::Env::IOPriority /*priority*/) const override {
    return 0;
  }
  int64_t GetBytesPerSecond() const override { return kMostBytes; }

 private:
  static constexpr int64_t kMostBytes = int64_t{1} << 30;
};

// Compactions of every database of this process get what others leave of a
// processor.
void CompactInBackground() {
  for (const auto pool : {rocksdb::Env::LOW, rocksdb::Env::BOTTOM}) {
    rocksdb::Env::Default()
        ->LowerThreadPoolCPUPriority(pool, rocksdb::CpuPriority::kLow)
        .PermitUncheckedError();
  }
}

// True where a disk has no room for what opening writes, or can only be read;
// not where rights are missing: its owner may be writing there.
bool HasNoRoom(const absl::Status& status) {
  return absl::IsResourceExhausted(status) ||
         absl::StrContains(status.message(), "Read-only file system");
}

// `read_only`: writes nothing, and is no secondary, which would want a folder
// of its own to write to.
absl::StatusOr<std::shared_ptr<KvInstance>> OpenInstance(
    const std::string& folder, const KvOptions& options,
    bool read_only = false) {
  auto instance = std::make_shared<KvInstance>();
  rocksdb::DBOptions db_options;
  db_options.create_if_missing = options.mode == KvMode::kPrimary;
  db_options.create_missing_column_families = true;
  db_options.info_log = std::make_shared<EventLog>();
  db_options.max_background_jobs = 2;
  db_options.rate_limiter = std::make_shared<PoliteWriting>();
  // RocksDB would take it from the limiter.
  db_options.delayed_write_rate = kDelayedBytesPerSecond;
  db_options.writable_file_max_buffer_size = kWritePieceBytes;
  db_options.paranoid_checks = true;
  db_options.max_total_wal_size = kMostLogBytes;
  // What was synced is found again, and what was not is cut off cleanly.
  db_options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
  db_options.skip_stats_update_on_db_open = true;
  db_options.stats_dump_period_sec = 0;
  db_options.stats_persist_period_sec = 0;
  db_options.file_checksum_gen_factory =
      rocksdb::GetFileChecksumGenCrc32cFactory();
  if (options.mode == KvMode::kSecondary) {
    db_options.max_open_files = -1;
    // Else each look at what is new starts sixteen threads.
    db_options.max_file_opening_threads = 1;
  } else if (!read_only) {
    instance->full_disk = std::make_unique<FullDisk>();
    instance->full_disk->AddTo(&db_options);
  }

  instance->cache = rocksdb::NewLRUCache(options.cache_bytes);
  const rocksdb::ColumnFamilyOptions table =
      TableOptions(options, instance->cache);
  std::vector<rocksdb::ColumnFamilyDescriptor> tables = {
      {rocksdb::kDefaultColumnFamilyName, table}};
  for (const std::string& name : options.tables) {
    tables.emplace_back(name, table);
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::DB* db = nullptr;
  rocksdb::Status status;
  if (read_only) {
    status =
        rocksdb::DB::OpenForReadOnly(db_options, folder, tables, &handles, &db);
  } else if (options.mode == KvMode::kPrimary) {
    // Tables of a newer release must be opened too.
    std::vector<std::string> present;
    if (rocksdb::DB::ListColumnFamilies(db_options, folder, &present).ok()) {
      for (const std::string& name : present) {
        const auto same = [&](const rocksdb::ColumnFamilyDescriptor& t) {
          return t.name == name;
        };
        if (std::none_of(tables.begin(), tables.end(), same)) {
          tables.emplace_back(name, table);
        }
      }
    }
    status = rocksdb::DB::Open(db_options, folder, tables, &handles, &db);
    CompactInBackground();
  } else {
    struct stat info;
    const std::string current = absl::StrCat(folder, "/CURRENT");
    if (stat(current.c_str(), &info) != 0) {
      return FileError("open database", folder, errno);
    }
    // RocksDB wants a folder of its own for a secondary's log.
    ASSIGN_OR_RETURN(instance->scratch,
                     TemporaryFolder::Make("footnote-secondary"));
    status = rocksdb::DB::OpenAsSecondary(
        db_options, folder, instance->scratch->path(), tables, &handles, &db);
  }
  if (!status.ok()) return FromRocks(status, folder);
  instance->db.reset(db);
  // The first handle is that of the default table, which stays empty.
  for (size_t i = 0; i < handles.size(); ++i) {
    if (i == 0 || i > options.tables.size()) {
      db->DestroyColumnFamilyHandle(handles[i]);
    } else {
      instance->tables.push_back(handles[i]);
    }
  }
  return instance;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Kv>> Kv::Open(absl::string_view folder,
                                             const KvOptions& options) {
  auto state = std::make_unique<State>();
  state->folder = std::string(folder);
  state->options = options;
  for (const std::string& table : options.tables) {
    state->no_such_key.push_back(
        absl::NotFoundError(absl::StrCat("table ", table, ": no such key")));
  }
  absl::StatusOr<std::shared_ptr<KvInstance>> instance =
      OpenInstance(state->folder, options);
  if (options.reads_when_full && options.mode == KvMode::kPrimary &&
      !instance.ok() && HasNoRoom(instance.status())) {
    state->writable = instance.status();
    instance = OpenInstance(state->folder, options, /*read_only=*/true);
    // What stood in the way of writing says more.
    if (!instance.ok()) return state->writable;
  }
  RETURN_IF_ERROR(instance.status());
  state->instance = *std::move(instance);
  return std::unique_ptr<Kv>(new Kv(std::move(state)));
}

absl::Status Kv::Writable() const {
  RETURN_IF_ERROR(state_->writable);
  const std::shared_ptr<KvInstance> instance = state_->Instance();
  if (instance->full_disk == nullptr) return absl::OkStatus();
  return FromChange(instance->full_disk->Stopped(), state_->folder);
}

absl::StatusOr<std::string> Kv::Get(int table, absl::string_view key,
                                    const KvSnapshot* snapshot) const {
  const std::shared_ptr<KvInstance> instance = state_->Instance();
  rocksdb::ReadOptions options;
  if (snapshot != nullptr) options.snapshot = snapshot->get();
  rocksdb::PinnableSlice value;
  const rocksdb::Status status =
      instance->db->Get(options, instance->tables[table], ToSlice(key), &value);
  if (status.IsNotFound()) return state_->no_such_key[table];
  if (!status.ok()) return FromRocks(status, state_->folder);
  return value.ToString();
}

absl::StatusOr<std::vector<absl::optional<std::string>>> Kv::MultiGet(
    int table, absl::Span<const std::string> keys,
    const KvSnapshot* snapshot) const {
  const std::shared_ptr<KvInstance> instance = state_->Instance();
  rocksdb::ReadOptions options;
  if (snapshot != nullptr) options.snapshot = snapshot->get();
  std::vector<rocksdb::Slice> slices(keys.begin(), keys.end());
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  instance->db->MultiGet(options, instance->tables[table], keys.size(),
                         slices.data(), values.data(), statuses.data());
  std::vector<absl::optional<std::string>> found(keys.size());
  for (size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    if (!statuses[i].ok()) return FromRocks(statuses[i], state_->folder);
    found[i] = values[i].ToString();
  }
  return found;
}

std::unique_ptr<KvIterator> Kv::Iterate(int table, absl::string_view prefix,
                                        const KvSnapshot* snapshot) const {
  const std::shared_ptr<KvInstance> instance = state_->Instance();
  auto state = std::make_unique<KvIterator::State>();
  state->instance = instance;
  state->folder = state_->folder;
  state->prefix = std::string(prefix);
  state->end = PrefixEnd(prefix);
  rocksdb::ReadOptions options;
  if (snapshot != nullptr) options.snapshot = snapshot->get();
  if (!state->end.empty()) {
    state->upper = rocksdb::Slice(state->end);
    options.iterate_upper_bound = &state->upper;
  }
  state->it.reset(instance->db->NewIterator(options, instance->tables[table]));
  state->it->Seek(ToSlice(prefix));
  return std::unique_ptr<KvIterator>(new KvIterator(std::move(state)));
}

absl::Status Kv::Write(KvBatch batch, bool sync) {
  if (state_->options.mode == KvMode::kSecondary) {
    return absl::FailedPreconditionError(
        absl::StrCat("database ", state_->folder,
                     ": write asked of a secondary; only the primary writes"));
  }
  RETURN_IF_ERROR(state_->writable);
  const std::shared_ptr<KvInstance> instance = state_->Instance();
  rocksdb::WriteBatch changes(batch.bytes());
  const char* text = batch.state_->text.data();
  for (const KvBatch::State::Change& change : batch.state_->changes) {
    rocksdb::ColumnFamilyHandle* const table = instance->tables[change.table];
    const rocksdb::Slice key(text, change.key_bytes);
    const rocksdb::Slice value(text + change.key_bytes, change.value_bytes);
    text += change.key_bytes + change.value_bytes;
    rocksdb::Status status;
    switch (change.kind) {
      case KvBatch::State::Change::kPut:
        status = changes.Put(table, key, value);
        break;
      case KvBatch::State::Change::kDelete:
        status = changes.Delete(table, key);
        break;
      case KvBatch::State::Change::kDeleteRange:
        status = changes.DeleteRange(table, key, value);
        break;
    }
    if (!status.ok()) return FromRocks(status, state_->folder);
  }
  rocksdb::WriteOptions options;
  options.sync = sync;
  const rocksdb::Status ready = instance->full_disk->Ready(instance->db.get());
  if (!ready.ok()) return FromChange(ready, state_->folder);
  const rocksdb::Status status =
      instance->full_disk->Write(instance->db.get(), options, &changes);
  absl::Status written = FromChange(status, state_->folder);
  if (!status.ok() && !IsCutOff(status)) {
    written.SetPayload(kMayBeWritten, absl::Cord());
  }
  return written;
}

bool MayBeWritten(const absl::Status& status) {
  return status.GetPayload(kMayBeWritten).has_value();
}

std::shared_ptr<const KvSnapshot> Kv::Snapshot() const {
  return std::make_shared<KvSnapshot>(state_->Instance());
}

absl::Status Kv::CatchUp() {
  if (state_->options.mode == KvMode::kPrimary) return absl::OkStatus();
  std::lock_guard<std::mutex> lock(state_->catch_up_mutex);
  const std::shared_ptr<KvInstance> instance = state_->Instance();
  const std::vector<std::string> before = instance->FileNames();
  const rocksdb::Status status = instance->db->TryCatchUpWithPrimary();
  if (status.ok() && instance->FileNames() == before) return absl::OkStatus();
  // The primary has written files. RocksDB 7.8 goes on showing what the log
  // told a secondary before, even where the new files know better; and files
  // may be gone. Opening again is dear (some 20 ms) and right.
  ASSIGN_OR_RETURN(std::shared_ptr<KvInstance> fresh,
                   OpenInstance(state_->folder, state_->options));
  std::lock_guard<std::mutex> swap(state_->mutex);
  state_->instance = std::move(fresh);
  return absl::OkStatus();
}

absl::Status Kv::Compact(int table) { return CompactPrefix(table, ""); }

absl::Status Kv::CompactPrefix(int table, absl::string_view prefix) {
  const std::shared_ptr<KvInstance> instance = state_->Instance();
  // Every table: the log file lives until all of them have left it.
  RETURN_IF_ERROR(Flush());
  rocksdb::CompactRangeOptions options;
  options.bottommost_level_compaction =
      rocksdb::BottommostLevelCompaction::kForceOptimized;
  options.exclusive_manual_compaction = false;
  const std::string end = PrefixEnd(prefix);
  const rocksdb::Slice begin_slice = ToSlice(prefix);
  const rocksdb::Slice end_slice(end);
  RETURN_IF_ERROR(FromRocks(
      instance->db->CompactRange(options, instance->tables[table],
                                 prefix.empty() ? nullptr : &begin_slice,
                                 end.empty() ? nullptr : &end_slice),
      state_->folder));
  // Files that nothing uses any more are removed by a later job of RocksDB's;
  // off and on again makes it wait for that.
  instance->db->DisableFileDeletions().PermitUncheckedError();
  RETURN_IF_ERROR(FromRocks(instance->db->EnableFileDeletions(/*force=*/true),
                            state_->folder));
  // Blocks of files that are gone would stay until others need their room.
  instance->cache->EraseUnRefEntries();
  return absl::OkStatus();
}

absl::Status Kv::Flush() {
  RETURN_IF_ERROR(Writable());
  const std::shared_ptr<KvInstance> instance = state_->Instance();
  RETURN_IF_ERROR(FromChange(instance->full_disk->Ready(instance->db.get()),
                             state_->folder));
  rocksdb::FlushOptions flush;
  flush.wait = true;
  // The log holds nothing then that is not in files too.
  return FromChange(instance->db->Flush(flush, instance->tables),
                    state_->folder);
}

absl::Status Kv::Checkpoint(const std::string& folder) const {
  RETURN_IF_ERROR(Writable());
  const std::shared_ptr<KvInstance> instance = state_->Instance();
  rocksdb::Checkpoint* made = nullptr;
  RETURN_IF_ERROR(FromRocks(
      rocksdb::Checkpoint::Create(instance->db.get(), &made), state_->folder));
  const std::unique_ptr<rocksdb::Checkpoint> checkpoint(made);
  return FromRocks(checkpoint->CreateCheckpoint(folder), folder);
}

absl::StatusOr<std::vector<std::string>> Kv::FilesOf(
    absl::Span<const int> tables, absl::string_view prefix) {
  RETURN_IF_ERROR(Writable());
  const std::shared_ptr<KvInstance> instance = state_->Instance();
  std::vector<std::string> names;
  // The log first: flushing begins a new one, which holds nothing of before.
  rocksdb::VectorLogPtr logs;
  RETURN_IF_ERROR(
      FromRocks(instance->db->GetSortedWalFiles(logs), state_->folder));
  for (const auto& log : logs) {
    if (log->SizeFileBytes() == 0) continue;
    names.emplace_back(absl::StripPrefix(log->PathName(), "/"));
  }
  RETURN_IF_ERROR(Flush());
  const std::string end = PrefixEnd(prefix);
  std::vector<rocksdb::LiveFileMetaData> files;
  instance->db->GetLiveFilesMetaData(&files);
  for (const rocksdb::LiveFileMetaData& file : files) {
    const bool among =
        std::any_of(tables.begin(), tables.end(), [&](int table) {
          return state_->options.tables[table] == file.column_family_name;
        });
    if (!among || file.largestkey < prefix ||
        (!end.empty() && file.smallestkey >= end)) {
      continue;
    }
    names.emplace_back(absl::StripPrefix(file.name, "/"));
  }
  return names;
}

absl::Status Kv::VerifyFiles() const {
  const std::shared_ptr<KvInstance> instance = state_->Instance();
  return FromRocks(instance->db->VerifyFileChecksums(rocksdb::ReadOptions()),
                   state_->folder);
}

absl::StatusOr<uint64_t> Kv::FileBytes() const {
  const std::shared_ptr<KvInstance> instance = state_->Instance();
  std::vector<rocksdb::LiveFileMetaData> files;
  instance->db->GetLiveFilesMetaData(&files);
  uint64_t bytes = 0;
  for (const rocksdb::LiveFileMetaData& file : files) bytes += file.size;
  return bytes;
}

size_t Kv::CachedBytes() const {
  const rocksdb::Cache& cache = *state_->Instance()->cache;
  return cache.GetUsage() - cache.GetPinnedUsage();
}

KvMode Kv::mode() const { return state_->options.mode; }
const std::string& Kv::folder() const { return state_->folder; }

}  // namespace footnote
