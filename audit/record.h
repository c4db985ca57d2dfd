// The bytes of one record: docs/formats/answer_record.md.
#ifndef FOOTNOTE_AUDIT_RECORD_H_
#define FOOTNOTE_AUDIT_RECORD_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

inline constexpr size_t kRecordNonceBytes = 16;
inline constexpr size_t kCommitmentBytes = 32;
// More than any record has; what claims more is damaged.
inline constexpr size_t kMaxSections = 4096;

// Stored: never renumber.
enum class RecordKind : uint8_t {
  // The body is an AnswerRecord.
  kAnswer = 1,
  // The body is an AuditEvent.
  kAccess = 2,
  kEvent = 3,
};

// A part of a record that is encrypted with a key made of several, and can be
// read as long as all of them exist.
struct SealedSection {
  // Numbers of the keyring's keys.
  std::vector<uint32_t> keys;
  // SHA-256 of a secret salt and the text: says whether a text is the one that
  // was recorded, and nothing about it to who lacks the salt.
  std::string commitment;
  std::string sealed;
};

// A record, taken apart.
struct RecordParts {
  RecordKind kind = RecordKind::kAnswer;
  // From 1; the leaf's index in the log is one less.
  uint64_t sequence = 0;
  int64_t time_us = 0;
  // Random; part of the answer's id, and of what the sections' keys are made.
  std::string nonce;
  // What is not encrypted.
  std::string body;
  std::vector<SealedSection> sections;
};

// REQUIRES: nonce and commitments have their lengths
std::string EncodeRecord(const RecordParts& parts);

// Puts the number and the time into a record that was encoded without them.
void StampRecord(uint64_t sequence, int64_t time_us, std::string* bytes);

//   DataLoss       cut short, or not a record; reason RECORD_DAMAGED
//   Unimplemented  another release's format
absl::StatusOr<RecordParts> DecodeRecord(absl::string_view bytes);

// What stands before the body, for who needs no more. The same errors.
struct RecordHead {
  RecordKind kind = RecordKind::kAnswer;
  uint64_t sequence = 0;
  int64_t time_us = 0;
  absl::string_view nonce;
};
absl::StatusOr<RecordHead> DecodeHead(absl::string_view bytes);

// A record whose form was checked and of which nothing was copied: for who
// reads millions. The same errors as of DecodeRecord.
struct RecordOutline {
  RecordHead head;
  absl::string_view body;
  // Of the first section, and of all; 0 where it has no sections.
  uint32_t first_key = 0;
  uint32_t largest_key = 0;
};
absl::StatusOr<RecordOutline> OutlineRecord(absl::string_view bytes);

// The id of the answer in a record: 26 characters of Crockford base 32 that
// hold the sequence (48 bits) and the first 10 bytes of the nonce, so that ids
// sort by time, lead to their record and can't be guessed.
std::string AnswerId(uint64_t sequence, absl::string_view nonce);
// The sequence in an id. REQUIRES: ValidateAnswerId was OK. 0 for none.
uint64_t SequenceOfAnswerId(absl::string_view id);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_RECORD_H_
