// Names and keys of the audit room's tables: docs/formats/answer_record.md.
#ifndef FOOTNOTE_AUDIT_LEDGER_TABLES_H_
#define FOOTNOTE_AUDIT_LEDGER_TABLES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {

// Append only: the numbers are positions in LedgerTables().
enum LedgerTable : int {
  // The keys below.
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

// Keys of kLedgerMeta: the newest signed checkpoint, how far log/checkpoint was
// when it was written last, how many keys the keyring had, and a mark while
// files of the database may hold bytes of rows that were removed.
inline constexpr absl::string_view kCheckpointKey = "checkpoint";
inline constexpr absl::string_view kPublishedKey = "published";
inline constexpr absl::string_view kKeysKey = "keys";
inline constexpr absl::string_view kRemovingKey = "removing";
// The beginning of the keys, before a sequence, of records with which times
// begin anew because the clock was set back.
inline constexpr absl::string_view kSetBackPrefix = "set back ";

// `bytes` bytes that sort as the numbers do.
void AppendNumber(uint64_t number, int bytes, std::string* out);
// Eight of them, and back.
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
//   DataLoss
absl::StatusOr<CitingValue> DecodeCiting(absl::string_view bytes);

// Writes such a row: its key; its value without spans; each span.
void AppendCitingKey(absl::string_view collection, absl::string_view document,
                     uint32_t version, uint64_t sequence, std::string* key);
void AppendCitingHead(int64_t time_us, absl::string_view nonce,
                      absl::string_view tenant, std::string* value);
void AppendCitingSpan(uint64_t begin, uint64_t end, uint64_t begin_code_point,
                      uint64_t end_code_point, std::string* value);

// A DataLoss with the reason RECORD_DAMAGED.
absl::Status LedgerDamaged(absl::string_view what);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_LEDGER_TABLES_H_
