#include "audit/witness.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "audit/master_key.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/lock_file.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr size_t kMostProofHashes = 63;

absl::Status Bad(absl::string_view want) {
  return absl::InvalidArgumentError(
      absl::StrCat("witness request: want ", want));
}

}  // namespace

std::string WitnessRequestText(const WitnessRequest& request) {
  std::string text = absl::StrCat("old ", request.old_size, "\n");
  for (const TreeHash& hash : request.proof) {
    absl::StrAppend(&text, absl::Base64Escape(AsBytes(hash)), "\n");
  }
  return absl::StrCat(text, "\n", request.checkpoint);
}

absl::StatusOr<WitnessRequest> ParseWitnessRequest(absl::string_view text) {
  const size_t split = text.find("\n\n");
  if (split == absl::string_view::npos) return Bad("an empty line");
  WitnessRequest request;
  request.checkpoint = std::string(text.substr(split + 2));
  const std::vector<std::string> lines =
      absl::StrSplit(text.substr(0, split), '\n');
  if (!absl::StartsWith(lines[0], "old ") ||
      !absl::SimpleAtoi(lines[0].substr(4), &request.old_size) ||
      absl::StrCat("old ", request.old_size) != lines[0]) {
    return Bad("a line with the old size");
  }
  if (lines.size() > 1 + kMostProofHashes) return Bad("a shorter proof");
  for (size_t i = 1; i < lines.size(); ++i) {
    std::string hash;
    if (!absl::Base64Unescape(lines[i], &hash) ||
        hash.size() != sizeof(TreeHash)) {
      return Bad("hashes in base 64");
    }
    request.proof.push_back(AsHash(hash));
  }
  return request;
}

namespace {

// The open file whose lock is the right to the folder.
absl::StatusOr<int> LockFolder(const std::string& folder) {
  const std::string path = absl::StrCat(folder, "/lock");
  const int file = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (file < 0) return FileError("open", path, errno);
  const absl::StatusOr<bool> locked = TryLockFile(file, path);
  if (locked.ok() && *locked) return file;
  close(file);
  RETURN_IF_ERROR(locked.status());
  return absl::FailedPreconditionError(absl::StrCat(
      "witness ", folder, ": another process holds it, want that one stopped"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Witness>> Witness::Open(
    const std::string& folder, const std::string& name,
    const std::vector<Verifier>& logs) {
  RETURN_IF_ERROR(MakeFolder(folder));
  // Before there is a key: two that begin at once would make two.
  ASSIGN_OR_RETURN(const int lock, LockFolder(folder));
  const absl::StatusOr<std::string> seed =
      MasterKeyInFile(absl::StrCat(folder, "/witness.key"))
          ->Fetch(/*make=*/true);
  if (!seed.ok()) {
    close(lock);
    return seed.status();
  }
  std::unique_ptr<Witness> witness(
      new Witness(folder, name, SigningKey(*seed), lock));
  RETURN_IF_ERROR(witness->Load(logs));
  return witness;
}

Witness::~Witness() { close(lock_); }

Verifier Witness::verifier() const {
  return {name_, Verifier::kWitness, key_.public_key()};
}

std::string Witness::PathOf(const std::string& origin) const {
  return absl::StrCat(folder_, "/", Hex(Sha256(origin)), ".checkpoint");
}

absl::Status Witness::Load(const std::vector<Verifier>& logs) {
  for (const Verifier& log : logs) {
    logs_[log.name] = log;
    const absl::StatusOr<std::string> note =
        ReadFile(PathOf(log.name), 1 << 20);
    if (absl::IsNotFound(note.status())) continue;
    RETURN_IF_ERROR(note.status());
    const absl::StatusOr<Checkpoint> checkpoint = OpenCheckpoint(*note, log);
    if (!checkpoint.ok()) {
      return absl::DataLossError(
          absl::StrCat(PathOf(log.name), ": ", checkpoint.status().message()));
    }
    newest_[log.name] = *checkpoint;
  }
  return absl::OkStatus();
}

Witness::Answer Witness::AddCheckpoint(absl::string_view body) {
  const absl::StatusOr<WitnessRequest> request = ParseWitnessRequest(body);
  if (!request.ok()) {
    return {400, absl::StrCat(request.status().message(), "\n")};
  }
  const absl::StatusOr<Note> note = ParseNote(request->checkpoint);
  if (!note.ok()) return {400, absl::StrCat(note.status().message(), "\n")};
  const std::string origin = note->text.substr(0, note->text.find('\n'));
  const auto log = logs_.find(origin);
  if (log == logs_.end()) return {404, "no log of that name\n"};
  const absl::StatusOr<Checkpoint> next =
      OpenCheckpoint(request->checkpoint, log->second);
  if (!next.ok()) return {403, absl::StrCat(next.status().message(), "\n")};

  const std::lock_guard<std::mutex> lock(mutex_);
  Checkpoint& last = newest_[origin];
  if (request->old_size > next->size) return {400, "old is the larger\n"};
  if (request->old_size != last.size) {
    return {409, absl::StrCat(last.size, "\n")};
  }
  const absl::Status continues = CheckConsistency(
      last.size, next->size, last.root, next->root, request->proof);
  if (!continues.ok()) {
    return {422, absl::StrCat(continues.message(), "\n")};
  }
  // Remembered before it is signed: after a crash nothing else is signed.
  const absl::Status kept =
      WriteFileAtomically(PathOf(origin), request->checkpoint);
  if (!kept.ok()) return {500, "the checkpoint can't be kept\n"};
  last = *next;
  Note signature;
  signature.signatures = {
      Cosign(note->text, name_, key_,
             static_cast<uint64_t>(absl::ToUnixSeconds(absl::Now())))};
  // The line alone, without text and empty line.
  return {200, NoteText(signature).substr(1)};
}

}  // namespace footnote
