// From what was answered to a record's parts, and back as far as the keys are
// still there.
#ifndef FOOTNOTE_AUDIT_SEALING_H_
#define FOOTNOTE_AUDIT_SEALING_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/optional.h"
#include "audit/keyring.h"
#include "audit/record.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {

// Encrypts what `record` holds of persons and documents, with keys that are
// made where they are missing (Keyring::Sync makes them durable). Without
// sequence and time; receipt and id are left out.
absl::StatusOr<RecordParts> SealAnswer(const v1::AnswerRecord& record,
                                       Keyring* keyring);
// The same of an event: `principal` is encrypted.
absl::StatusOr<RecordParts> SealEvent(const v1::AuditEvent& event,
                                      Keyring* keyring);

// The text of a section, with the salt that its commitment is made of.
struct OpenedSection {
  std::string text;
  std::string salt;
};
// Opens section `number`.
//   NotFound  a key of it was destroyed
//   DataLoss  it was changed, or a key is damaged
absl::StatusOr<OpenedSection> OpenSection(const RecordParts& parts,
                                          size_t number,
                                          const Keyring& keyring);

// True when a text and a salt are what the section committed to.
bool IsCommitment(const SealedSection& section, const OpenedSection& opened);

// The answer of a record whose sections have these texts; none where a
// section's keys are gone. Otherwise as OpenAnswer.
absl::StatusOr<v1::AnswerRecord> AssembleAnswer(
    const RecordParts& parts,
    const std::vector<absl::optional<std::string>>& texts);

// The answer in a record of kind kAnswer, with its receipt but without the
// checkpoint; AnswerRecord.erased says what is missing.
//   DataLoss  reason RECORD_DAMAGED
absl::StatusOr<v1::AnswerRecord> OpenAnswer(const RecordParts& parts,
                                            const Keyring& keyring);
// As much of it as can be read where keys are lost. What only they open is
// named in `erased` as if they were destroyed, and there `lost: key 7` follows.
absl::StatusOr<v1::AnswerRecord> OpenWhatIsLeft(const RecordParts& parts,
                                                const Keyring& keyring);
// The same without opening anything: question, text and quotes are empty.
absl::StatusOr<v1::AnswerRecord> BodyOfAnswer(const RecordParts& parts);

absl::StatusOr<v1::AuditEvent> OpenEvent(const RecordParts& parts,
                                         const Keyring& keyring);
// The same where the key of who did it may be lost: `note` says so then.
//   DataLoss  reason RECORD_DAMAGED: more than that is lost
absl::StatusOr<v1::AuditEvent> OpenWhatIsLeftOfEvent(const RecordParts& parts,
                                                     const Keyring& keyring);
// The same without opening anything: `principal` is empty. What an event did
// holds whoever's key is lost.
absl::StatusOr<v1::AuditEvent> BodyOfEvent(const RecordParts& parts);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_SEALING_H_
