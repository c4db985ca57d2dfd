#ifndef FOOTNOTE_STORAGE_KV_H_
#define FOOTNOTE_STORAGE_KV_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "absl/types/span.h"

namespace footnote {

// Who may write. One process at a time holds a folder as kPrimary; any number
// of others look at the same folder as kSecondary and see what the primary had
// written when they last called CatchUp().
enum class KvMode { kPrimary, kSecondary };

struct KvOptions {
  KvMode mode = KvMode::kPrimary;
  // The tables (column families) of the database. The position in this list
  // is the number by which every call below names a table. New names may be
  // appended in later releases; a primary creates what is missing.
  std::vector<std::string> tables;
  // Uncompressed blocks kept in memory, all tables together.
  size_t cache_bytes = 16 << 20;
  // What one table collects in memory before it is written out.
  size_t write_buffer_bytes = 8 << 20;
  // False in tests that look for bytes in files.
  bool compress = true;
  // A primary whose disk is full, or can only be read, opens what is there for
  // reading: for who looks and ends. See Kv::Writable.
  bool reads_when_full = false;
};

class KvSnapshot;

// Several changes that become visible, and durable, all or none.
//
// Not thread-safe. Use one per commit.
class KvBatch {
 public:
  KvBatch();
  ~KvBatch();
  KvBatch(KvBatch&&) noexcept;
  KvBatch& operator=(KvBatch&&) noexcept;

  void Put(int table, absl::string_view key, absl::string_view value);
  void Delete(int table, absl::string_view key);
  // Deletes every key in [begin, end), half open.
  void DeleteRange(int table, absl::string_view begin, absl::string_view end);
  // Deletes every key that starts with `prefix`. REQUIRES: not empty.
  void DeletePrefix(int table, absl::string_view prefix);

  // Takes over the changes of `other`, after its own.
  void Append(KvBatch other);

  // Changes in the batch, and the memory that they take.
  size_t size() const;
  size_t bytes() const;

 private:
  friend class Kv;
  struct State;
  std::unique_ptr<State> state_;
};

// Walks the keys of one table that start with a prefix, in byte order, as they
// were when it was made. Not thread-safe. Must go before its Kv.
//
//   for (auto it = kv->Iterate(kJobs, "a"); it->Valid(); it->Next()) {...}
class KvIterator {
 public:
  ~KvIterator();
  bool Valid() const;
  void Next();
  // Moves to the first key >= `key` (a whole key, prefix included).
  void Seek(absl::string_view key);
  // The views live until the next move. REQUIRES: Valid()
  absl::string_view key() const;
  absl::string_view value() const;
  // Why the walk ended: OK at the end of the prefix, else DataLoss or
  // Internal. Look at it after the loop.
  absl::Status status() const;

 private:
  friend class Kv;
  struct State;
  explicit KvIterator(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// An ordered map of bytes to bytes on disk, in tables: RocksDB behind a few
// verbs. Its types stop in this room.
//
// Safe from many threads. Errors of every method:
//   NotFound            no such key (Get)
//   DataLoss            a checksum of a file does not match, or files are gone
//   ResourceExhausted   the disk is full; what was durable stays so
//   PermissionDenied    the folder or a file may not be read or written
//   FailedPrecondition  a change asked of a secondary
//   Internal            anything else that the disk said
class Kv {
 public:
  // Opens the database in `folder`; a primary creates it (the folder's parent
  // must exist).
  //   FailedPrecondition  another process holds it as primary (says so)
  //   NotFound            a secondary, and there is no database
  // and the errors above.
  static absl::StatusOr<std::unique_ptr<Kv>> Open(absl::string_view folder,
                                                  const KvOptions& options);
  // Closes it. What was written unsynced is on its way to the disk.
  ~Kv();
  Kv(const Kv&) = delete;
  Kv& operator=(const Kv&) = delete;

  // The value of `key`; as of `snapshot` when given.
  absl::StatusOr<std::string> Get(int table, absl::string_view key,
                                  const KvSnapshot* snapshot = nullptr) const;
  // One entry per key, nullopt where there is none.
  absl::StatusOr<std::vector<absl::optional<std::string>>> MultiGet(
      int table, absl::Span<const std::string> keys,
      const KvSnapshot* snapshot = nullptr) const;
  // Keys that start with `prefix` ("" for all).
  std::unique_ptr<KvIterator> Iterate(
      int table, absl::string_view prefix,
      const KvSnapshot* snapshot = nullptr) const;

  // Makes all changes of `batch`, or none. With `sync`, returns after they
  // reached the disk (and with them everything written before); without, a
  // crash of the machine or a kill may lose them, but never the order: what
  // survives is a prefix of the writes.
  absl::Status Write(KvBatch batch, bool sync);

  // What a reader sees until the snapshot goes. Must go before its Kv.
  // REQUIRES: primary
  std::shared_ptr<const KvSnapshot> Snapshot() const;

  // A secondary sees what the primary has written so far; a primary: nothing
  // to do. A millisecond, or some 20 ms when the primary has written files
  // since. Iterators go on over what was there when they were made.
  absl::Status CatchUp();

  // Rewrites `table` so that no file holds deleted or overwritten bytes any
  // more, and the log neither, nor the blocks kept in memory. Slow: reads and
  // writes the whole table. Snapshots and iterators that are still held keep
  // bytes alive.
  absl::Status Compact(int table);
  // The same for the keys that start with `prefix`: only the files that hold
  // such keys are rewritten.
  absl::Status CompactPrefix(int table, absl::string_view prefix);

  // Writes everything that is in memory into files, durably.
  absl::Status Flush();

  // Makes the new folder `folder` a database that holds what this one holds
  // now: hard links of table files where the file system allows, copies
  // elsewhere. Writes go on meanwhile. The parent must exist. REQUIRES: primary
  absl::Status Checkpoint(const std::string& folder) const;

  // Names of the files that may hold an entry of one of `tables` whose key
  // starts with `prefix`, deleted and overwritten ones too, and of the log
  // files. What is in memory is written out first, so that everything written
  // before the call is in them. A name is never used again.
  absl::StatusOr<std::vector<std::string>> FilesOf(absl::Span<const int> tables,
                                                   absl::string_view prefix);

  // OK, or why every change is refused, until it is opened again: there was no
  // room for what opening writes (KvOptions.reads_when_full).
  absl::Status Writable() const;

  // Reads every table file again and compares it with the checksum that was
  // taken when it was written.
  //   DataLoss  names the file
  absl::Status VerifyFiles() const;

  // Bytes of the files on disk.
  absl::StatusOr<uint64_t> FileBytes() const;
  // Bytes of the blocks kept in memory (KvOptions::cache_bytes).
  size_t CachedBytes() const;

  KvMode mode() const;
  const std::string& folder() const;

 private:
  struct State;
  explicit Kv(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Whether the changes of a Kv::Write that failed so may be there all the same
// when the database is opened next: the log may have them whole, though the
// disk would not say that it keeps them. What they name must stay till then.
bool MayBeWritten(const absl::Status& status);

// The smallest key that is greater than every key with this prefix; empty when
// there is none (the prefix is all 0xff).
std::string PrefixEnd(absl::string_view prefix);

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_KV_H_
