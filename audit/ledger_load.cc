// What a log finds of itself when it is opened, and what must fit to what: the
// newest checkpoint, the records, the tiles, and what was published.
#include <vector>

#include "absl/strings/str_cat.h"
#include "audit/ledger.h"
#include "audit/sealing.h"
#include "base/file.h"
#include "base/log.h"
#include "base/status_macros.h"

namespace footnote {

absl::Status Ledger::Load() {
  RETURN_IF_ERROR(LoadNewest());
  const auto published = ReadPublished();
  if (!published.ok() && !absl::IsDataLoss(published.status())) {
    return published.status();
  }
  const auto leaf = [this](uint64_t index) { return StoredLeaf(index); };
  const bool is_there = published.ok() && published->has_value();
  absl::Status status =
      tiles_.Load(newest_.size, is_there ? (*published)->size : 0, leaf);
  if (!status.ok() && !absl::IsDataLoss(status)) return status;
  for (const std::string& tile : tiles_.remade()) {
    repairs_.push_back(absl::StrCat(tile, ": was missing"));
  }
  if (status.ok()) status = CheckTree();
  status.Update(published.status());
  if (status.ok() && is_there) status = CheckPublished(**published);
  if (status.ok()) status = LoadTimes();
  if (status.ok()) status = KeepKeyNumbers();
  // Of a damaged log, too, what is held is held, and what was erased stays so.
  const bool is_whole = status.ok();
  status.Update(LoadEvents(is_whole));
  RETURN_IF_ERROR(status);
  const absl::StatusOr<std::string> cosigned =
      ReadFile(absl::StrCat(folder_, "/log/cosigned"), 1 << 20);
  if (cosigned.ok() && OpenCheckpoint(*cosigned, verifier()).ok()) {
    cosigned_ = *cosigned;
  }
  if (!kv_->Writable().ok()) return absl::OkStatus();
  // What has no room now is published later.
  status = Publish(/*sync=*/false);
  return absl::IsResourceExhausted(status) ? absl::OkStatus() : status;
}

absl::Status Ledger::LoadNewest() {
  newest_.origin = origin_;
  const absl::StatusOr<std::string> stored =
      kv_->Get(kLedgerMeta, kCheckpointKey);
  if (absl::IsNotFound(stored.status())) {
    if (kv_->Iterate(kLedgerRecords, "")->Valid()) {
      return LedgerDamaged("there are records, but no checkpoint");
    }
    newest_note_ = Sign(newest_);
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(stored.status());
  const absl::StatusOr<Checkpoint> newest = OpenCheckpoint(*stored, verifier());
  if (!newest.ok()) return LedgerDamaged(newest.status().message());
  newest_ = *newest;
  newest_note_ = *stored;
  return absl::OkStatus();
}

absl::StatusOr<TreeHash> Ledger::StoredLeaf(uint64_t index) const {
  const absl::StatusOr<std::string> bytes =
      kv_->Get(kLedgerRecords, SequenceKey(index + 1));
  if (bytes.ok()) return LeafHash(*bytes);
  if (!absl::IsNotFound(bytes.status())) return bytes.status();
  return LedgerDamaged(absl::StrCat("record ", index + 1, " is missing"));
}

// The tree is the one of the newest checkpoint, and ends with the newest
// record.
absl::Status Ledger::CheckTree() {
  const auto node = [this](int level, uint64_t index) {
    return tiles_.Node(level, index);
  };
  ASSIGN_OR_RETURN(frontier_, Frontier::Of(newest_.size, node));
  if (frontier_.Root() != newest_.root) {
    return LedgerDamaged(
        absl::StrCat("the tree of ", newest_.size,
                     " records has not the root of its checkpoint"));
  }
  if (newest_.size > 0) {
    ASSIGN_OR_RETURN(const TreeHash last, node(0, newest_.size - 1));
    ASSIGN_OR_RETURN(const TreeHash record, StoredLeaf(newest_.size - 1));
    if (last != record) {
      return LedgerDamaged(absl::StrCat("record ", newest_.size,
                                        ", the newest, is not the one of the "
                                        "checkpoint"));
    }
  }
  if (kv_->Get(kLedgerRecords, SequenceKey(newest_.size + 1)).ok()) {
    return LedgerDamaged(
        absl::StrCat("record ", newest_.size + 1, " is in no checkpoint"));
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::optional<Checkpoint>> Ledger::ReadPublished() const {
  const absl::StatusOr<std::string> note =
      ReadFile(absl::StrCat(folder_, "/log/checkpoint"), 1 << 20);
  if (absl::IsNotFound(note.status()) && newest_.size == 0) {
    // It is written before the first record.
    return absl::optional<Checkpoint>();
  }
  if (absl::IsNotFound(note.status())) {
    return LedgerDamaged("log/checkpoint is missing");
  }
  RETURN_IF_ERROR(note.status());
  const absl::StatusOr<Checkpoint> before = OpenCheckpoint(*note, verifier());
  if (before.ok()) return absl::optional<Checkpoint>(*before);
  return LedgerDamaged(
      absl::StrCat("log/checkpoint: ", before.status().message()));
}

// What was signed before must be the beginning of what is here.
absl::Status Ledger::CheckPublished(const Checkpoint& before) {
  if (before.size > newest_.size) {
    return LedgerDamaged(absl::StrCat(
        "there are ", newest_.size,
        " records, but log/checkpoint was signed "
        "for ",
        before.size, ": the database is older than what was shown"));
  }
  ASSIGN_OR_RETURN(const TreeHash root,
                   RootOf(before.size, [this](int level, uint64_t index) {
                     return tiles_.Node(level, index);
                   }));
  const absl::StatusOr<std::string> published =
      kv_->Get(kLedgerMeta, kPublishedKey);
  if (published.ok() && before.size < ParseSequence(*published).value_or(0)) {
    repairs_.push_back(absl::StrCat("log/checkpoint: was of ", before.size,
                                    " records, a newer one was published"));
  }
  if (root == before.root) return absl::OkStatus();
  return LedgerDamaged(absl::StrCat("the first ", before.size,
                                    " records have not the root that "
                                    "log/checkpoint was signed for"));
}

// A keyring that comes from a backup may lack keys that the log used since. No
// other person or document gets their numbers: what destroys them later would
// take his answers along.
absl::Status Ledger::KeepKeyNumbers() {
  const absl::StatusOr<std::string> stored = kv_->Get(kLedgerMeta, kKeysKey);
  if (absl::IsNotFound(stored.status())) return absl::OkStatus();
  RETURN_IF_ERROR(stored.status());
  ASSIGN_OR_RETURN(const uint64_t keys, ParseSequence(*stored));
  const uint32_t before = keyring_->size();
  if (keys <= before) return absl::OkStatus();
  Log(Severity::kWarning, "the keyring is older than the log",
      {{"lost_keys", absl::StrCat(before, " to ", keys - 1)}});
  return keyring_->KeepNumbers(static_cast<uint32_t>(keys));
}

absl::Status Ledger::LoadTimes() {
  const auto it = kv_->Iterate(kLedgerMeta, kSetBackPrefix);
  for (; it->Valid(); it->Next()) {
    ASSIGN_OR_RETURN(const uint64_t sequence,
                     ParseSequence(it->key().substr(kSetBackPrefix.size())));
    set_backs_.push_back(sequence);
  }
  RETURN_IF_ERROR(it->status());
  const absl::StatusOr<std::string> last =
      kv_->Get(kLedgerRecords, SequenceKey(newest_.size));
  if (absl::IsNotFound(last.status())) return absl::OkStatus();
  RETURN_IF_ERROR(last.status());
  ASSIGN_OR_RETURN(const RecordHead head, DecodeHead(*last));
  last_time_us_ = head.time_us;
  return absl::OkStatus();
}

// `is_whole`: the log is the one that was signed, as far as is known. Who put
// an event into another one destroys nothing by it.
absl::Status Ledger::LoadEvents(bool is_whole) {
  absl::Status status;
  const auto it = kv_->Iterate(kLedgerEvents, "");
  for (; it->Valid(); it->Next()) {
    status.Update(LoadEvent(it->key(), is_whole && status.ok()));
  }
  status.Update(it->status());
  return status;
}

absl::Status Ledger::LoadEvent(absl::string_view key, bool is_whole) {
  ASSIGN_OR_RETURN(const uint64_t sequence, ParseSequence(key));
  if (sequence > newest_.size) {
    return LedgerDamaged(
        absl::StrCat("record ", sequence, " is in no checkpoint"));
  }
  const absl::StatusOr<StoredRecord> stored = ReadAlone(sequence);
  if (absl::IsNotFound(stored.status())) {
    return LedgerDamaged(absl::StrCat("record ", sequence, " is missing"));
  }
  RETURN_IF_ERROR(stored.status());
  ASSIGN_OR_RETURN(const v1::AuditEvent event, BodyOfEvent(stored->parts));
  // A keyring that comes from a backup must not bring back what was erased.
  std::vector<uint32_t> keys;
  for (const uint32_t key : event.destroyed_keys()) {
    if (key < keyring_->size() && !keyring_->IsDestroyed(key)) {
      keys.push_back(key);
    }
  }
  absl::Status status = CheckLeaf(sequence, *stored);
  // Of most events that is all: what they destroyed is.
  const bool is_done = keys.empty() && event.destroyed_keys_size() > 0 &&
                       event.removed_first_size() == 0;
  if (is_whole && status.ok() && !is_done) {
    status = CheckContained(sequence, *stored);
  }
  if (status.ok()) Remember(event);
  for (const uint32_t key : keys) {
    if (is_whole && status.ok()) status = keyring_->Destroy(key);
    if (!is_whole || !status.ok()) keyring_->Forget(key);
  }
  return status;
}

// The tile's hash alone may have been changed with the record.
absl::Status Ledger::CheckContained(uint64_t sequence,
                                    const StoredRecord& stored) const {
  const auto proof = InclusionProof(
      sequence - 1, newest_.size,
      [this](int level, uint64_t i) { return tiles_.Node(level, i); });
  RETURN_IF_ERROR(proof.status());
  const absl::Status contained = CheckInclusion(
      sequence - 1, newest_.size, stored.leaf, *proof, newest_.root);
  if (contained.ok()) return contained;
  return LedgerDamaged(absl::StrCat(
      "record ", sequence, " is not the one of the newest checkpoint"));
}

void Ledger::Remember(const v1::AuditEvent& event) {
  const std::lock_guard<std::mutex> lock(mutex_);
  for (int i = 0; i < event.removed_first_size(); ++i) {
    removed_[event.removed_first(i)] = event.removed_last(i);
  }
  const std::pair<std::string, std::string> what = {event.tenant(),
                                                    event.target()};
  if (event.kind() == v1::AuditEvent::HOLD_SET) held_.insert(what);
  if (event.kind() == v1::AuditEvent::HOLD_LIFTED) held_.erase(what);
}

}  // namespace footnote
