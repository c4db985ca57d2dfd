#include "audit/note.h"

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/hash.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr absl::string_view kDash = "\xE2\x80\x94 ";  // em dash, space
constexpr absl::string_view kProofHead = "c2sp.org/tlog-proof@v1";
constexpr size_t kKeyHashBytes = 4;
constexpr size_t kTimeBytes = 8;

absl::Status Bad(absl::string_view what, absl::string_view want) {
  return absl::InvalidArgumentError(absl::StrCat(what, ": want ", want));
}

// Base 64 that is written as this program would write it.
absl::StatusOr<std::string> FromBase64(absl::string_view text) {
  std::string bytes;
  if (!absl::Base64Unescape(text, &bytes) ||
      absl::Base64Escape(bytes) != text) {
    return Bad("base 64", "its canonical form");
  }
  return bytes;
}

// A number without signs, spaces or leading zeros.
absl::StatusOr<uint64_t> Decimal(absl::string_view text) {
  uint64_t value = 0;
  if (!absl::SimpleAtoi(text, &value) || absl::StrCat(value) != text) {
    return Bad("number", "decimal digits");
  }
  return value;
}

absl::StatusOr<TreeHash> HashLine(absl::string_view line) {
  ASSIGN_OR_RETURN(const std::string bytes, FromBase64(line));
  if (bytes.size() != sizeof(TreeHash)) return Bad("hash", "32 bytes");
  return AsHash(bytes);
}

std::string BigEndian(uint64_t value) {
  std::string bytes(kTimeBytes, '\0');
  for (int i = kTimeBytes - 1; i >= 0; --i, value >>= 8) {
    bytes[i] = static_cast<char>(value & 0xFF);
  }
  return bytes;
}

std::string KeyHash(const Verifier& verifier) {
  return Sha256(absl::StrCat(verifier.name, "\n",
                             std::string(1, static_cast<char>(verifier.type)),
                             verifier.public_key))
      .substr(0, kKeyHashBytes);
}

// What a witness signs.
std::string CosignedText(absl::string_view text, uint64_t time_s) {
  return absl::StrCat("cosignature/v1\ntime ", time_s, "\n", text);
}

bool IsName(absl::string_view name) {
  return !name.empty() && !absl::StrContains(name, " ") &&
         !absl::StrContains(name, "+") && !absl::StrContains(name, "\n");
}

}  // namespace

std::string CheckpointText(const Checkpoint& checkpoint) {
  return absl::StrCat(checkpoint.origin, "\n", checkpoint.size, "\n",
                      absl::Base64Escape(AsBytes(checkpoint.root)), "\n");
}

absl::StatusOr<Checkpoint> ParseCheckpoint(absl::string_view text) {
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  if (lines.size() < 4 || lines[0].empty() || !lines.back().empty()) {
    return Bad("checkpoint", "lines of origin, size and root");
  }
  Checkpoint checkpoint;
  checkpoint.origin = lines[0];
  ASSIGN_OR_RETURN(checkpoint.size, Decimal(lines[1]));
  ASSIGN_OR_RETURN(checkpoint.root, HashLine(lines[2]));
  return checkpoint;
}

std::string VerifierText(const Verifier& verifier) {
  return absl::StrCat(verifier.name, "+", Hex(KeyHash(verifier)), "+",
                      absl::Base64Escape(absl::StrCat(
                          std::string(1, static_cast<char>(verifier.type)),
                          verifier.public_key)));
}

absl::StatusOr<Verifier> ParseVerifier(absl::string_view text) {
  const std::vector<std::string> parts =
      absl::StrSplit(text, absl::MaxSplits('+', 2));
  Verifier verifier;
  std::string key;
  if (parts.size() != 3 || !IsName(parts[0]) ||
      !absl::Base64Unescape(parts[2], &key) ||
      key.size() != 1 + kPublicKeyBytes ||
      (key[0] != Verifier::kLog && key[0] != Verifier::kWitness)) {
    return Bad("public key", "name+hash+key of Ed25519");
  }
  verifier.name = parts[0];
  verifier.type = static_cast<Verifier::Type>(key[0]);
  verifier.public_key = key.substr(1);
  if (parts[1] != Hex(KeyHash(verifier))) {
    return Bad("public key", "the hash of its own name and key");
  }
  return verifier;
}

std::string NoteText(const Note& note) {
  std::string bytes = absl::StrCat(note.text, "\n");
  for (const Note::Signature& signature : note.signatures) {
    absl::StrAppend(&bytes, kDash, signature.name, " ",
                    absl::Base64Escape(signature.bytes), "\n");
  }
  return bytes;
}

absl::StatusOr<Note> ParseNote(absl::string_view bytes) {
  const size_t split = bytes.rfind("\n\n");
  if (split == absl::string_view::npos) {
    return Bad("signed note", "a text, an empty line and signatures");
  }
  Note note;
  note.text = std::string(bytes.substr(0, split + 1));
  absl::string_view rest = bytes.substr(split + 2);
  if (rest.empty()) return Bad("signed note", "at least one signature");
  while (!rest.empty()) {
    const size_t end = rest.find('\n');
    absl::string_view line = rest.substr(0, end);
    if (end == absl::string_view::npos || !absl::ConsumePrefix(&line, kDash)) {
      return Bad("signed note", "lines that begin with a dash");
    }
    const std::vector<std::string> parts = absl::StrSplit(line, ' ');
    if (parts.size() != 2 || !IsName(parts[0])) {
      return Bad("signed note", "a name and base 64 in a signature");
    }
    Note::Signature signature;
    signature.name = parts[0];
    ASSIGN_OR_RETURN(signature.bytes, FromBase64(parts[1]));
    if (signature.bytes.size() <= kKeyHashBytes) {
      return Bad("signed note", "more than a key's hash in a signature");
    }
    note.signatures.push_back(std::move(signature));
    rest = rest.substr(end + 1);
  }
  return note;
}

Note::Signature SignNote(absl::string_view text, absl::string_view name,
                         const SigningKey& key) {
  const Verifier self = {std::string(name), Verifier::kLog, key.public_key()};
  return {self.name, absl::StrCat(KeyHash(self), key.Sign(text))};
}

Note::Signature Cosign(absl::string_view text, absl::string_view name,
                       const SigningKey& key, uint64_t time_s) {
  const Verifier self = {std::string(name), Verifier::kWitness,
                         key.public_key()};
  return {self.name, absl::StrCat(KeyHash(self), BigEndian(time_s),
                                  key.Sign(CosignedText(text, time_s)))};
}

absl::Status CheckSignature(const Note& note, const Verifier& verifier) {
  const std::string hash = KeyHash(verifier);
  for (const Note::Signature& signature : note.signatures) {
    absl::string_view bytes = signature.bytes;
    if (signature.name != verifier.name || !absl::ConsumePrefix(&bytes, hash)) {
      continue;
    }
    std::string text = note.text;
    if (verifier.type == Verifier::kWitness) {
      if (bytes.size() < kTimeBytes) break;
      uint64_t time_s = 0;
      for (const char c : bytes.substr(0, kTimeBytes)) {
        time_s = time_s << 8 | static_cast<uint8_t>(c);
      }
      text = CosignedText(note.text, time_s);
      bytes.remove_prefix(kTimeBytes);
    }
    if (IsSignature(verifier.public_key, text, bytes)) return absl::OkStatus();
    return absl::DataLossError(
        absl::StrCat("the signature of ", verifier.name, " is wrong"));
  }
  return absl::DataLossError(
      absl::StrCat("there is no signature of ", verifier.name));
}

absl::StatusOr<Checkpoint> OpenCheckpoint(absl::string_view bytes,
                                          const Verifier& verifier) {
  ASSIGN_OR_RETURN(const Note note, ParseNote(bytes));
  RETURN_IF_ERROR(CheckSignature(note, verifier));
  ASSIGN_OR_RETURN(Checkpoint checkpoint, ParseCheckpoint(note.text));
  if (checkpoint.origin != verifier.name) {
    return absl::DataLossError(absl::StrCat("the checkpoint is one of ",
                                            checkpoint.origin, ", want ",
                                            verifier.name));
  }
  return checkpoint;
}

std::string LogProofText(const LogProof& proof) {
  std::string text = absl::StrCat(kProofHead, "\nindex ", proof.index, "\n");
  for (const TreeHash& hash : proof.hashes) {
    absl::StrAppend(&text, absl::Base64Escape(AsBytes(hash)), "\n");
  }
  return absl::StrCat(text, "\n", proof.checkpoint);
}

absl::StatusOr<LogProof> ParseLogProof(absl::string_view text) {
  const size_t split = text.find("\n\n");
  if (split == absl::string_view::npos) {
    return Bad("proof", "an empty line before its checkpoint");
  }
  LogProof proof;
  proof.checkpoint = std::string(text.substr(split + 2));
  const std::vector<std::string> lines =
      absl::StrSplit(text.substr(0, split), '\n');
  size_t next = 1;
  if (lines[0] != kProofHead) return Bad("proof", kProofHead);
  if (next < lines.size() && absl::StartsWith(lines[next], "extra ")) ++next;
  if (next >= lines.size() || !absl::StartsWith(lines[next], "index ")) {
    return Bad("proof", "a line with its index");
  }
  ASSIGN_OR_RETURN(proof.index, Decimal(lines[next].substr(6)));
  for (++next; next < lines.size(); ++next) {
    ASSIGN_OR_RETURN(const TreeHash hash, HashLine(lines[next]));
    proof.hashes.push_back(hash);
  }
  return proof;
}

}  // namespace footnote
