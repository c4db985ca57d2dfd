// The bytes of one record: docs/formats/answer_record.md.
#ifndef FOOTNOTE_AUDIT_RECORD_H_
#define FOOTNOTE_AUDIT_RECORD_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {

// What stands before the first record.
extern const char kNoRecordSha256[32];

// A record as it is stored, taken apart.
struct StoredRecord {
  uint64_t sequence = 0;
  int64_t time_us = 0;
  std::string previous_sha256;  // 32 raw bytes
  std::string sha256;           // 32 raw bytes, over everything before it
  // With answer.id and the answer.receipt that follows from the above.
  v1::AnswerRecord record;
};

// The bytes of `record` (its receipt is left out) as number `sequence` of the
// chain. The last 32 bytes are its SHA-256.
// REQUIRES: previous_sha256 has 32 bytes
std::string EncodeRecord(uint64_t sequence, int64_t time_us,
                         absl::string_view previous_sha256,
                         const v1::AnswerRecord& record);

// Takes the bytes apart and checks their hash.
//   DataLoss       cut short, edited, or not a record; reason RECORD_DAMAGED
//   Unimplemented  written by a newer release
absl::StatusOr<StoredRecord> DecodeRecord(absl::string_view bytes);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_RECORD_H_
