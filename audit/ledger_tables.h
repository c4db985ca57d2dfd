// Names and keys of the audit room's tables: docs/formats/answer_record.md.
#ifndef FOOTNOTE_AUDIT_LEDGER_TABLES_H_
#define FOOTNOTE_AUDIT_LEDGER_TABLES_H_

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "audit/record.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {

// Append only: the numbers are positions in LedgerTables().
enum LedgerTable : int {
  // "checkpoint" -> the newest signed checkpoint.
  kLedgerMeta = 0,
  // Sequence (8 bytes, big endian) -> record (audit/record.h).
  kLedgerRecords = 1,
  // Tag of tenant and request id -> sequence.
  kLedgerRequests = 2,
  // Collection, 0, document, 0, version (4 bytes), sequence -> CitingValue.
  kLedgerCiting = 3,
  // Collection, 0, sequence -> nothing.
  kLedgerCollections = 4,
  // Number of the subject's key (4 bytes), sequence -> nothing.
  kLedgerSubjects = 5,
  // Sequence of an event that is no access -> nothing.
  kLedgerEvents = 6,
};
std::vector<std::string> LedgerTables();

// Eight bytes that sort as the numbers do, and back.
std::string SequenceKey(uint64_t sequence);
absl::StatusOr<uint64_t> ParseSequence(absl::string_view bytes);

// The beginning of the keys of kLedgerCiting; every version when it is 0.
std::string CitingPrefix(absl::string_view collection,
                         absl::string_view document, uint32_t version);
// The beginning of the keys of kLedgerCollections and kLedgerSubjects.
std::string CollectionPrefix(absl::string_view collection);
std::string SubjectPrefix(uint32_t key);

// What kLedgerCiting says of one answer and one version: when, the part of the
// answer's id that its sequence does not hold, whose it is, and the cited
// spans.
struct CitingValue {
  int64_t time_us = 0;
  std::string id_bytes;  // the first 10 of the record's nonce
  std::string tenant;
  std::vector<v1::Span> spans;
};
std::string EncodeCiting(const CitingValue& value);
//   DataLoss
absl::StatusOr<CitingValue> DecodeCiting(absl::string_view bytes);

// The spans of each version that an answer cites, by CitingPrefix.
std::vector<std::pair<std::string, std::vector<v1::Span>>> CitedSpans(
    const v1::Answer& answer);

// A DataLoss with the reason RECORD_DAMAGED.
absl::Status LedgerDamaged(absl::string_view what);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_LEDGER_TABLES_H_
