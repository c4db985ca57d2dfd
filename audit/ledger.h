#ifndef FOOTNOTE_AUDIT_LEDGER_H_
#define FOOTNOTE_AUDIT_LEDGER_H_

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <limits>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "audit/group_commit.h"
#include "audit/keyring.h"
#include "audit/ledger_tables.h"
#include "audit/master_key.h"
#include "audit/merkle.h"
#include "audit/note.h"
#include "audit/record.h"
#include "audit/record_batch.h"
#include "audit/tiles.h"
#include "proto/footnote/v1/audit.pb.h"
#include "storage/kv.h"

namespace footnote {

struct LedgerOptions {
  // The file of keys; empty: FOLDER.keys, beside the folder, so that who copies
  // the one does not copy the other without thinking of it.
  std::string keyring;
  // Null: a file beside the keyring, made when missing.
  MasterKeySource* master_key = nullptr;
  // What time it is; empty: the machine's clock.
  std::function<absl::Time()> now;
  // The log's name in checkpoints; empty: one made of its public key.
  std::string origin;
  // See KvOptions: the log is read then, and nothing can be appended.
  bool reads_when_full = false;
};

// A record as it is stored, and its leaf.
struct StoredRecord {
  RecordParts parts;
  TreeHash leaf;
};

// The log: records numbered from 1 without gaps, the leaves of a Merkle tree.
//
//   FOLDER/           the records and the indexes (storage/kv.h)
//   FOLDER/log/       the tree in tiles, the checkpoint and the public key, as
//                     c2sp.org/tlog-tiles lays them out for readers
//
// Callers append together: a batch takes all that came while the batch before
// was being synced, and is one synced write of records, indexes and a signed
// checkpoint. After a crash all of it is there, or nothing. Tiles follow: they
// can be made again from the records.
//
// Safe from many threads. Errors: as of Kv, and DataLoss with the reason
// RECORD_DAMAGED.
class Ledger {
 public:
  // Opens the log in `folder`, made when missing. A log whose records, tiles
  // and checkpoints disagree opens too: it can be read and verified, but it
  // signs nothing any more.
  //   Unimplemented       records of another release's format
  //   FailedPrecondition  there are records, and no keyring; or keys that were
  //                       used, and no records
  static absl::StatusOr<std::unique_ptr<Ledger>> Open(
      const std::string& folder, const LedgerOptions& options = {});
  // Publishes what is not published yet.
  ~Ledger();

  struct Appended {
    v1::Receipt receipt;
    bool repeated_request = false;
  };
  // Seals `record`, gives it its answer id, number and time, and writes it. A
  // request id that the tenant used before gives the first record's receipt.
  // Beside an erasure of its keys it gets new ones, as if it came after.
  //   DataLoss  the log is damaged: it can't be continued
  absl::StatusOr<Appended> Append(const v1::AnswerRecord& record);
  // The same for many, in one synced write, for who loads a log in bulk;
  // returns the number of the last. No receipts: FindAnswer has them.
  absl::StatusOr<uint64_t> AppendAll(
      const std::vector<v1::AnswerRecord>& records);
  // The same for what the room notes of itself; returns the number.
  absl::StatusOr<uint64_t> AppendEvent(const v1::AuditEvent& event);
  // Many in one synced write: all or none; the number of the last.
  absl::StatusOr<uint64_t> AppendEvents(
      const std::vector<v1::AuditEvent>& events);

  // The record with this number; its leaf is compared with the tree's.
  //   NotFound  none, or removed
  absl::StatusOr<StoredRecord> Read(uint64_t sequence) const;
  // The answer with this id, in a record of the tenant, as far as its keys are
  // there, with its whole receipt; without the receipt's checkpoint where the
  // tree up to it is not the one that was signed.
  //   NotFound  reason ANSWER_NOT_FOUND
  absl::StatusOr<v1::AnswerRecord> FindAnswer(absl::string_view answer_id,
                                              absl::string_view tenant) const;

  // The newest signed checkpoint, as stored.
  std::string NewestCheckpoint() const;
  // The newest checkpoint that witnesses signed too, with their signatures;
  // empty when there is none. Kept in FOLDER/log/cosigned.
  std::string CosignedCheckpoint() const;
  absl::Status SetCosigned(const std::string& note);
  // The log's name and public key.
  Verifier verifier() const;

  // A node of the tree of now; see NodeReader.
  absl::StatusOr<TreeHash> Node(int level, uint64_t index) const;

  // A tile that may not be on disk yet.
  absl::StatusOr<std::vector<TreeHash>> WaitingTile(int level,
                                                    uint64_t index) const;

  // What was published, and was missing or older when the log was opened; it
  // was made again from the records.
  std::vector<std::string> repairs() const;

  // The number of the newest record; 0 for an empty log.
  uint64_t size() const;
  // Why nothing can be appended; OK when something can.
  absl::Status health() const;
  // OK while appends reach the disk. After one that did not, writes what is
  // there already once more: a disk that has room again is noticed although
  // nobody appends.
  absl::Status CheckWritable();

  // Records whose times are before the ones of the records before them, in
  // their order: the clock was set back. Between them times grow.
  std::vector<uint64_t> SetBacks() const;

  // Records that were removed on purpose, and collections that must not be.
  bool IsRemoved(uint64_t sequence) const;
  bool IsHeld(absl::string_view tenant, absl::string_view collection) const;

  // Writes the tree's edge and the checkpoint for readers of FOLDER/log; with
  // `sync` all tiles are durable afterwards, and otherwise the checkpoint is.
  absl::Status Publish(bool sync);

  // By the clock whose times records have.
  absl::Time now() const { return now_(); }
  Kv* kv() const { return kv_.get(); }
  Keyring* keyring() const { return keyring_.get(); }
  const std::string& folder() const { return folder_; }

 private:
  Ledger(std::string folder, std::unique_ptr<Kv> kv,
         std::unique_ptr<Keyring> keyring, std::string origin,
         std::function<absl::Time()> now);
  absl::Status Load();
  absl::Status LoadNewest();
  absl::StatusOr<TreeHash> StoredLeaf(uint64_t index) const;
  absl::Status CheckTree();
  absl::Status KeepKeyNumbers();
  absl::Status LoadTimes();
  absl::Status LoadEvents(bool is_whole);
  absl::Status LoadEvent(absl::string_view key, bool is_whole);
  absl::Status CheckContained(uint64_t sequence,
                              const StoredRecord& stored) const;
  absl::StatusOr<absl::optional<Checkpoint>> ReadPublished() const;
  absl::Status CheckPublished(const Checkpoint& before);
  void Remember(const v1::AuditEvent& event);
  absl::Status Commit(const std::vector<PendingRecord*>& records);
  absl::Status WriteBatch(KvBatch batch);
  absl::StatusOr<RecordParts> Seal(const v1::AnswerRecord& record);
  // Of a record as it is stored, whatever the tree has.
  absl::StatusOr<StoredRecord> ReadAlone(uint64_t sequence) const;
  absl::Status CheckLeaf(uint64_t sequence, const StoredRecord& stored) const;
  void WaitForTree(uint64_t sequence) const;
  std::string RequestTag(const v1::AnswerRecord& record) const;
  std::string Sign(const Checkpoint& checkpoint) const;
  absl::StatusOr<std::string> CheckpointOf(uint64_t size) const;
  void PublishOnAndOn();

  const std::string folder_;
  const std::unique_ptr<Kv> kv_;
  const std::unique_ptr<Keyring> keyring_;
  const std::string origin_;
  const std::function<absl::Time()> now_;

  GroupCommit<PendingRecord> queue_;

  // Whoever commits has them.
  Frontier frontier_;
  int64_t last_time_us_ = std::numeric_limits<int64_t>::min();

  mutable std::mutex mutex_;
  // Guarded by mutex_.
  Tiles tiles_;
  Checkpoint newest_;
  std::string newest_note_;
  std::string cosigned_;
  std::vector<std::string> repairs_;
  absl::Status health_;
  absl::Status last_write_;
  uint64_t published_ = 0;
  std::vector<uint64_t> set_backs_;
  // First -> last.
  std::map<uint64_t, uint64_t> removed_;
  std::set<std::pair<std::string, std::string>> held_;

  std::mutex publish_mutex_;
  std::condition_variable publish_wake_;
  bool stopping_ = false;  // guarded by publish_mutex_
  std::thread publisher_;
};

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_LEDGER_H_
