#ifndef FOOTNOTE_AUDIT_LEDGER_H_
#define FOOTNOTE_AUDIT_LEDGER_H_

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "audit/record.h"
#include "proto/footnote/v1/audit.pb.h"
#include "storage/kv.h"

namespace footnote {

// The tables of the audit room's database. Append only: the numbers are
// positions in LedgerTables().
enum LedgerTable : int {
  // "head" -> number and SHA-256 of the newest record.
  kLedgerMeta = 0,
  // Sequence (8 bytes, big endian) -> record (audit/record.h).
  kLedgerRecords = 1,
  // Answer id -> sequence.
  kLedgerAnswers = 2,
  // Request id -> sequence.
  kLedgerRequests = 3,
  // Collection, 0, document, 0, version (4 bytes), sequence -> a
  // ListAnswersCitingResponse.Entry.
  kLedgerCiting = 4,
  // Collection, 0, sequence -> nothing.
  kLedgerCollections = 5,
};
std::vector<std::string> LedgerTables();

// The bound book: records numbered from 1 without gaps, each with the hash of
// the one before. Every append is one synced write of the record, its place in
// the indexes and the new head: after a crash all of it is there, or nothing.
//
// Safe from many threads; appends are made one after the other. Errors: as of
// Kv, and DataLoss with the reason RECORD_DAMAGED.
class Ledger {
 public:
  // Opens the book in `folder`, made when missing. A book whose head and last
  // record disagree opens too: it can be read and verified, but not written.
  static absl::StatusOr<std::unique_ptr<Ledger>> Open(
      const std::string& folder);

  struct Appended {
    v1::Receipt receipt;
    bool repeated_request = false;
  };
  // Gives `record` its answer id, number, time and hash and writes it. A
  // request id that was written before gives the first record's receipt.
  //   DataLoss  the head is damaged: the chain can't be continued
  absl::StatusOr<Appended> Append(v1::AnswerRecord record);

  // The record with this number; its hash is checked.
  //   NotFound  none
  absl::StatusOr<StoredRecord> Read(uint64_t sequence) const;
  // The record of an answer.
  //   NotFound  reason ANSWER_NOT_FOUND
  absl::StatusOr<StoredRecord> Find(absl::string_view answer_id) const;
  // The first record with this request id.
  //   NotFound  none
  absl::StatusOr<StoredRecord> FindRequest(absl::string_view request_id) const;

  // The number of the newest record; 0 for an empty book.
  uint64_t size() const;

  // Everything of one moment, for verification.
  struct Head {
    uint64_t sequence = 0;
    std::string sha256;
  };
  // The head as it is stored.
  //   DataLoss  it is damaged
  absl::StatusOr<Head> StoredHead(const KvSnapshot* snapshot = nullptr) const;

  Kv* kv() const { return kv_.get(); }

 private:
  explicit Ledger(std::unique_ptr<Kv> kv) : kv_(std::move(kv)) {}
  absl::Status LoadHead();
  absl::StatusOr<StoredRecord> FindIn(LedgerTable table,
                                      absl::string_view key) const;

  const std::unique_ptr<Kv> kv_;
  mutable std::mutex mutex_;
  Head head_;                 // by mutex_
  absl::Status head_status_;  // by mutex_; not OK: no appends
};

// Eight bytes that sort as the numbers do, and back.
std::string SequenceKey(uint64_t sequence);
absl::StatusOr<uint64_t> ParseSequence(absl::string_view bytes);

// The beginning of the keys of kLedgerCiting; every version when it is 0.
std::string CitingPrefix(absl::string_view collection,
                         absl::string_view document, uint32_t version);
// The beginning of the keys of kLedgerCollections.
std::string CollectionPrefix(absl::string_view collection);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_LEDGER_H_
