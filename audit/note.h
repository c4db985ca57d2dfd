// Checkpoints as C2SP has them: signed notes whose text is origin, size and
// root (c2sp.org/signed-note, c2sp.org/tlog-checkpoint), and the cosignatures
// of witnesses (c2sp.org/tlog-cosignature). Every function may be called from
// many threads.
#ifndef FOOTNOTE_AUDIT_NOTE_H_
#define FOOTNOTE_AUDIT_NOTE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "audit/crypto/sign.h"
#include "audit/merkle.h"

namespace footnote {

// The state of a log at one moment.
struct Checkpoint {
  // Names the log; no spaces, no plus.
  std::string origin;
  uint64_t size = 0;
  TreeHash root = EmptyRoot();
};

// Three lines; what is signed.
std::string CheckpointText(const Checkpoint& checkpoint);
//   InvalidArgument  not such a text
absl::StatusOr<Checkpoint> ParseCheckpoint(absl::string_view text);

// Who signs: a name and an Ed25519 public key.
struct Verifier {
  enum Type : uint8_t { kLog = 0x01, kWitness = 0x04 };
  std::string name;
  Type type = kLog;
  std::string public_key;
};
// "name+hash+key", the form in which such keys are published, and back.
std::string VerifierText(const Verifier& verifier);
//   InvalidArgument  not such a text, or its hash does not fit its key
absl::StatusOr<Verifier> ParseVerifier(absl::string_view text);

// A note: a text, and lines with signatures of it.
struct Note {
  std::string text;
  struct Signature {
    std::string name;
    // The bytes of the line: hash of the key, then what the type asks for.
    std::string bytes;
  };
  std::vector<Signature> signatures;
};
std::string NoteText(const Note& note);
//   InvalidArgument  not a note
absl::StatusOr<Note> ParseNote(absl::string_view bytes);

// Signs as a log.
Note::Signature SignNote(absl::string_view text, absl::string_view name,
                         const SigningKey& key);
// Signs as a witness, at a time in seconds since 1970.
Note::Signature Cosign(absl::string_view text, absl::string_view name,
                       const SigningKey& key, uint64_t time_s);

// OK when the note has a valid signature of `verifier`.
//   DataLoss  it has none, or a wrong one
absl::Status CheckSignature(const Note& note, const Verifier& verifier);

// The checkpoint in `bytes`, signed by `verifier` under its own origin.
//   InvalidArgument, DataLoss
absl::StatusOr<Checkpoint> OpenCheckpoint(absl::string_view bytes,
                                          const Verifier& verifier);

// That a leaf is in a log, with all that is needed to check it without the log
// (c2sp.org/tlog-proof).
struct LogProof {
  uint64_t index = 0;
  std::vector<TreeHash> hashes;
  // The signed note.
  std::string checkpoint;
};
std::string LogProofText(const LogProof& proof);
//   InvalidArgument  not such a text
absl::StatusOr<LogProof> ParseLogProof(absl::string_view text);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_NOTE_H_
