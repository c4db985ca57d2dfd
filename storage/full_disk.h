// Lets RocksDB go on after its disk was full, without its two traps.
//
// It stops changes at such an error, looks for room every five seconds, files
// what it has in memory and takes changes again. But
//  * where it had nothing in memory it goes on with the log to which it could
//    not write, and the next change ends the process by an assertion;
//  * a DB::Resume, or a flush, beside its own recovery may leave it waiting for
//    ever.
// So no change reaches it until that recovery is over, the recovery waits for
// the changes that are under way, and then the log is begun anew.
#ifndef FOOTNOTE_STORAGE_FULL_DISK_H_
#define FOOTNOTE_STORAGE_FULL_DISK_H_

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>
#include <rocksdb/status.h>
#include <rocksdb/write_batch.h>

#include <memory>

namespace footnote {

// One per open database, which must close first. Safe from many threads.
class FullDisk {
 public:
  FullDisk();
  ~FullDisk();
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

  // What the database must be opened with.
  void AddTo(rocksdb::DBOptions* options);

  // OK, or the error after which it takes no change until it is opened again:
  // any but a full disk.
  rocksdb::Status Stopped() const;

  // OK, or the error after which RocksDB has not gone on yet.
  rocksdb::Status Ready(rocksdb::DB* db);

  // DB::Write, or that error. Every change goes through here; DB::SyncWAL,
  // which has the first trap as well, is not called.
  rocksdb::Status Write(rocksdb::DB* db, const rocksdb::WriteOptions& options,
                        rocksdb::WriteBatch* changes);

 private:
  struct State;
  class Listener;
  class FileSystem;

  // Makes RocksDB begin a new log where it can't write to the present one.
  rocksdb::Status RenewLog(rocksdb::DB* db);
  bool StoppedByUs() const;

  const std::shared_ptr<State> state_;
  const std::unique_ptr<rocksdb::Env> env_;
};

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_FULL_DISK_H_
