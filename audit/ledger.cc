#include "audit/ledger.h"

#include <chrono>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "audit/sealing.h"
#include "base/file.h"
#include "base/grpc_status.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

// The key under which a release before kept the end of its chain.
constexpr absl::string_view kChainHeadKey = "head";
// How far readers of the files may lag behind.
constexpr std::chrono::milliseconds kPublishEvery(1000);
constexpr absl::Duration kTreePatience = absl::Seconds(1);
constexpr absl::Duration kTreeStep = absl::Microseconds(50);
// A tag of a request is stored for one tenant.
constexpr absl::string_view kRequestTag = "request";

absl::Status NoSuchAnswer(absl::string_view answer_id) {
  absl::Status status = absl::NotFoundError(
      absl::StrCat("answer \"", answer_id, "\": no such answer"));
  SetErrorReason("ANSWER_NOT_FOUND", &status);
  return status;
}

// A log that was begun can't go on with new keys.
absl::Status CheckHasKeys(const Kv& kv, const std::string& folder,
                          const std::string& keys) {
  if (!kv.Get(kLedgerMeta, kCheckpointKey).ok()) return absl::OkStatus();
  const absl::StatusOr<std::string> bytes = ReadFile(keys);
  const bool missing = absl::IsNotFound(bytes.status());
  if (!missing && (!bytes.ok() || !bytes->empty())) return absl::OkStatus();
  return absl::FailedPreconditionError(
      absl::StrCat("keyring ", keys, ": ", missing ? "not found" : "empty",
                   ", want that of ", folder,
                   "; or move the folder away to begin a new log"));
}

// Keys that were used can't begin a log: it would sign another history under
// the name of the one that is gone.
absl::Status CheckHasLog(const std::string& folder, const std::string& keys) {
  std::error_code error;
  if (std::filesystem::exists(absl::StrCat(folder, "/CURRENT"), error)) {
    return absl::OkStatus();
  }
  const uint64_t bytes = std::filesystem::file_size(keys, error);
  // The signing key alone has signed at most that nothing is there.
  if (error || bytes <= Keyring::kRowBytes) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      "answer records ", folder, ": not found, want those that the keys in ",
      keys, " were used for; or move that file away to begin a new log"));
}

// What `seal` gives. A key that was found may be destroyed before it is used:
// then the erasure came first, and another key is made.
template <typename SealOnce>
absl::StatusOr<RecordParts> SealBesideErasures(const SealOnce& seal) {
  constexpr int kTries = 10;
  for (int tries = 1;; ++tries) {
    absl::StatusOr<RecordParts> parts = seal();
    if (!absl::IsNotFound(parts.status())) return parts;
    if (tries == kTries) return absl::AbortedError(parts.status().message());
  }
}

// "footnote.log/" and the beginning of the key's hash: a name that no other
// log has.
std::string OriginOf(const SigningKey& key) {
  return absl::StrCat("footnote.log/",
                      Hex(Sha256(key.public_key()).substr(0, 8)));
}

}  // namespace

Ledger::Ledger(std::string folder, std::unique_ptr<Kv> kv,
               std::unique_ptr<Keyring> keyring, std::string origin,
               std::function<absl::Time()> now)
    : folder_(std::move(folder)),
      kv_(std::move(kv)),
      keyring_(std::move(keyring)),
      origin_(std::move(origin)),
      now_(std::move(now)),
      queue_([this](const std::vector<PendingRecord*>& records) {
        return Commit(records);
      }),
      tiles_(absl::StrCat(folder_, "/log")) {}

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::Open(
    const std::string& folder, const LedgerOptions& options) {
  const std::string keys =
      options.keyring.empty() ? absl::StrCat(folder, ".keys") : options.keyring;
  RETURN_IF_ERROR(CheckHasLog(folder, keys));
  RETURN_IF_ERROR(MakeFolder(folder));
  KvOptions kv_options;
  kv_options.tables = LedgerTables();
  kv_options.reads_when_full = options.reads_when_full;
  ASSIGN_OR_RETURN(std::unique_ptr<Kv> kv, Kv::Open(folder, kv_options));
  if (kv->Get(kLedgerMeta, kChainHeadKey).ok()) {
    return absl::UnimplementedError(absl::StrCat(
        folder, ": answer records of format 1, want ", 2,
        ": move the folder away, and the answers in it are not listed here"));
  }
  RETURN_IF_ERROR(CheckHasKeys(*kv, folder, keys));
  const std::unique_ptr<MasterKeySource> beside =
      MasterKeyInFile(absl::StrCat(keys, ".master"));
  ASSIGN_OR_RETURN(
      std::unique_ptr<Keyring> keyring,
      Keyring::Open(keys, options.master_key != nullptr ? options.master_key
                                                        : beside.get()));
  std::string origin = options.origin.empty() ? OriginOf(keyring->signing_key())
                                              : options.origin;
  std::unique_ptr<Ledger> ledger(
      new Ledger(folder, std::move(kv), std::move(keyring), std::move(origin),
                 options.now ? options.now : &absl::Now));
  const std::string key_file = absl::StrCat(folder, "/log/log.vkey");
  if (absl::IsNotFound(ReadFile(key_file).status())) {
    if (ledger->kv_->Get(kLedgerMeta, kCheckpointKey).ok()) {
      ledger->repairs_.push_back("log/log.vkey: was missing");
    }
    absl::Status made = MakeFolder(absl::StrCat(folder, "/log"));
    if (made.ok()) {
      made = WriteFileAtomically(
          key_file, absl::StrCat(VerifierText(ledger->verifier()), "\n"));
    }
    // Of a disk without room the log is read all the same.
    if (!made.ok() && !options.reads_when_full) return made;
  }
  ledger->health_ = ledger->Load();
  if (!ledger->health_.ok() && !absl::IsDataLoss(ledger->health_)) {
    return ledger->health_;
  }
  if (ledger->health_.ok() && ledger->kv_->Writable().ok()) {
    ledger->publisher_ =
        std::thread([l = ledger.get()] { l->PublishOnAndOn(); });
  }
  return ledger;
}

Ledger::~Ledger() {
  if (!publisher_.joinable()) return;
  {
    const std::lock_guard<std::mutex> lock(publish_mutex_);
    stopping_ = true;
  }
  publish_wake_.notify_all();
  publisher_.join();
  Publish(/*sync=*/false).IgnoreError();
}

Verifier Ledger::verifier() const {
  return {origin_, Verifier::kLog, keyring_->signing_key().public_key()};
}

std::string Ledger::Sign(const Checkpoint& checkpoint) const {
  Note note;
  note.text = CheckpointText(checkpoint);
  note.signatures = {SignNote(note.text, origin_, keyring_->signing_key())};
  return NoteText(note);
}

std::string Ledger::RequestTag(const v1::AnswerRecord& record) const {
  if (record.request_id().empty()) return "";
  return keyring_->Tag(kRequestTag, record.tenant(), record.request_id());
}

// A key that can't be written is as bad as a record that can't.
absl::StatusOr<RecordParts> Ledger::Seal(const v1::AnswerRecord& record) {
  absl::StatusOr<RecordParts> parts =
      SealBesideErasures([&] { return SealAnswer(record, keyring_.get()); });
  if (parts.ok()) return parts;
  const std::lock_guard<std::mutex> lock(mutex_);
  last_write_ = parts.status();
  return parts;
}

absl::StatusOr<Ledger::Appended> Ledger::Append(
    const v1::AnswerRecord& record) {
  RETURN_IF_ERROR(health());
  ASSIGN_OR_RETURN(const RecordParts parts, Seal(record));
  PendingRecord pending;
  pending.bytes = EncodeRecord(parts);
  pending.request_tag = RequestTag(record);
  RETURN_IF_ERROR(queue_.Submit({&pending}));
  Appended appended;
  appended.repeated_request = pending.repeated;
  v1::Receipt& receipt = appended.receipt;
  receipt.set_sequence(pending.sequence);
  if (pending.repeated) {
    ASSIGN_OR_RETURN(const StoredRecord first, Read(pending.sequence));
    receipt.set_answer_id(AnswerId(pending.sequence, first.parts.nonce));
    receipt.set_time_us(first.parts.time_us);
    receipt.set_record_sha256(std::string(AsBytes(first.leaf)));
    ASSIGN_OR_RETURN(*receipt.mutable_checkpoint(),
                     CheckpointOf(pending.sequence));
    return appended;
  }
  receipt.set_answer_id(AnswerId(pending.sequence, parts.nonce));
  receipt.set_time_us(pending.time_us);
  receipt.set_record_sha256(std::string(AsBytes(pending.leaf)));
  receipt.set_checkpoint(Sign({origin_, pending.sequence, pending.root}));
  return appended;
}

absl::StatusOr<uint64_t> Ledger::AppendAll(
    const std::vector<v1::AnswerRecord>& records) {
  RETURN_IF_ERROR(health());
  if (records.empty()) return size();
  std::vector<PendingRecord> pending(records.size());
  std::vector<PendingRecord*> pointers;
  for (size_t i = 0; i < records.size(); ++i) {
    ASSIGN_OR_RETURN(const RecordParts parts, Seal(records[i]));
    pending[i].bytes = EncodeRecord(parts);
    pending[i].request_tag = RequestTag(records[i]);
    pending[i].wants_root = false;
    pointers.push_back(&pending[i]);
  }
  RETURN_IF_ERROR(queue_.Submit(pointers));
  return pending.back().sequence;
}

absl::StatusOr<uint64_t> Ledger::AppendEvent(const v1::AuditEvent& event) {
  return AppendEvents({event});
}

absl::StatusOr<uint64_t> Ledger::AppendEvents(
    const std::vector<v1::AuditEvent>& events) {
  RETURN_IF_ERROR(health());
  if (events.empty()) return size();
  std::vector<PendingRecord> pending(events.size());
  std::vector<PendingRecord*> pointers;
  for (size_t i = 0; i < events.size(); ++i) {
    ASSIGN_OR_RETURN(const RecordParts parts, SealBesideErasures([&] {
                       return SealEvent(events[i], keyring_.get());
                     }));
    pending[i].bytes = EncodeRecord(parts);
    pending[i].wants_root = false;
    pointers.push_back(&pending[i]);
  }
  RETURN_IF_ERROR(queue_.Submit(pointers));
  for (const v1::AuditEvent& event : events) Remember(event);
  return pending.back().sequence;
}

absl::Status Ledger::Commit(const std::vector<PendingRecord*>& records) {
  RETURN_IF_ERROR(health());
  // The last line of defence: what is signed next continues what was signed.
  if (frontier_.size() != newest_.size || frontier_.Root() != newest_.root) {
    return LedgerDamaged("the tree is not the one of the newest checkpoint");
  }
  RecordBatch batch(frontier_, *kv_, now_);
  for (PendingRecord* const record : records) {
    RETURN_IF_ERROR(batch.Add(record));
  }
  const Frontier& tree = batch.tree();
  if (tree.size() == frontier_.size()) return absl::OkStatus();
  std::vector<uint64_t> set_backs;
  int64_t last_time_us = last_time_us_;
  for (const PendingRecord* const record : records) {
    if (record->repeated) continue;
    if (record->time_us < last_time_us) {
      set_backs.push_back(record->sequence);
      batch.changes()->Put(
          kLedgerMeta,
          absl::StrCat(kSetBackPrefix, SequenceKey(record->sequence)), "");
    }
    last_time_us = record->time_us;
  }
  const Checkpoint next = {origin_, tree.size(), tree.Root()};
  const std::string note = Sign(next);
  batch.changes()->Put(kLedgerMeta, kCheckpointKey, note);
  RETURN_IF_ERROR(WriteBatch(std::move(*batch.changes())));

  frontier_ = tree;
  last_time_us_ = last_time_us;
  const std::lock_guard<std::mutex> lock(mutex_);
  set_backs_.insert(set_backs_.end(), set_backs.begin(), set_backs.end());
  newest_ = next;
  newest_note_ = note;
  for (const PendingRecord* const record : records) {
    if (!record->repeated) tiles_.Add(record->leaf);
  }
  return absl::OkStatus();
}

// Keys before what they encrypt.
absl::Status Ledger::WriteBatch(KvBatch batch) {
  batch.Put(kLedgerMeta, kKeysKey, SequenceKey(keyring_->size()));
  absl::Status status = kv_->Writable();
  if (status.ok()) status = keyring_->Sync();
  if (status.ok()) status = kv_->Write(std::move(batch), /*sync=*/true);
  const std::lock_guard<std::mutex> lock(mutex_);
  last_write_ = status;
  return status;
}

absl::Status Ledger::CheckWritable() {
  RETURN_IF_ERROR(health());
  RETURN_IF_ERROR(kv_->Writable());
  KvBatch batch;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (last_write_.ok()) return absl::OkStatus();
    batch.Put(kLedgerMeta, kPublishedKey, SequenceKey(published_));
  }
  return WriteBatch(std::move(batch));
}

absl::StatusOr<StoredRecord> Ledger::Read(uint64_t sequence) const {
  ASSIGN_OR_RETURN(StoredRecord stored, ReadAlone(sequence));
  WaitForTree(sequence);
  RETURN_IF_ERROR(CheckLeaf(sequence, stored));
  return stored;
}

absl::StatusOr<StoredRecord> Ledger::ReadAlone(uint64_t sequence) const {
  ASSIGN_OR_RETURN(const std::string bytes,
                   kv_->Get(kLedgerRecords, SequenceKey(sequence)));
  StoredRecord stored;
  ASSIGN_OR_RETURN(stored.parts, DecodeRecord(bytes));
  stored.leaf = LeafHash(bytes);
  if (stored.parts.sequence != sequence) {
    return LedgerDamaged(absl::StrCat("in the place of record ", sequence,
                                      " stands record ",
                                      stored.parts.sequence));
  }
  return stored;
}

absl::Status Ledger::CheckLeaf(uint64_t sequence,
                               const StoredRecord& stored) const {
  ASSIGN_OR_RETURN(const TreeHash leaf, Node(0, sequence - 1));
  if (leaf == stored.leaf) return absl::OkStatus();
  return LedgerDamaged(absl::StrCat("record ", sequence, " has SHA-256 ",
                                    Hex(AsBytes(stored.leaf)),
                                    ", the tree has ", Hex(AsBytes(leaf))));
}

// What is written is in the tree a moment later, and who finds it in an index
// may be faster.
void Ledger::WaitForTree(uint64_t sequence) const {
  const absl::Time until = absl::Now() + kTreePatience;
  while (size() < sequence && health().ok() && absl::Now() < until) {
    absl::SleepFor(kTreeStep);
  }
}

absl::StatusOr<v1::AnswerRecord> Ledger::FindAnswer(
    absl::string_view answer_id, absl::string_view tenant) const {
  const uint64_t sequence = SequenceOfAnswerId(answer_id);
  if (sequence == 0) return NoSuchAnswer(answer_id);
  const absl::StatusOr<StoredRecord> stored = Read(sequence);
  if (absl::IsNotFound(stored.status())) {
    if (IsRemoved(sequence) || sequence > size()) {
      return NoSuchAnswer(answer_id);
    }
    return LedgerDamaged(absl::StrCat("record ", sequence, " is missing"));
  }
  RETURN_IF_ERROR(stored.status());
  if (stored->parts.kind != RecordKind::kAnswer ||
      AnswerId(sequence, stored->parts.nonce) != answer_id) {
    return NoSuchAnswer(answer_id);
  }
  ASSIGN_OR_RETURN(v1::AnswerRecord record,
                   OpenAnswer(stored->parts, *keyring_));
  if (record.tenant() != tenant) return NoSuchAnswer(answer_id);
  v1::Receipt& receipt = *record.mutable_answer()->mutable_receipt();
  receipt.set_record_sha256(std::string(AsBytes(stored->leaf)));
  ASSIGN_OR_RETURN(*receipt.mutable_checkpoint(), CheckpointOf(sequence));
  return record;
}

// What was signed when the record was the last: only what the newest checkpoint
// continues is signed again. Whoever can write to the files, and has no key,
// would get other records signed else.
absl::StatusOr<std::string> Ledger::CheckpointOf(uint64_t size) const {
  const NodeReader node = [this](int level, uint64_t index) {
    return Node(level, index);
  };
  Checkpoint newest;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    newest = newest_;
  }
  absl::StatusOr<TreeHash> root = RootOf(size, node);
  if (root.ok()) {
    const auto proof = ConsistencyProof(size, newest.size, node);
    const absl::Status continued =
        proof.ok()
            ? CheckConsistency(size, newest.size, *root, newest.root, *proof)
            : proof.status();
    if (!continued.ok()) root = continued;
  }
  if (absl::IsDataLoss(root.status())) return std::string();
  RETURN_IF_ERROR(root.status());
  return Sign({origin_, size, *root});
}

std::string Ledger::NewestCheckpoint() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return newest_note_;
}

std::string Ledger::CosignedCheckpoint() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return cosigned_;
}

absl::Status Ledger::SetCosigned(const std::string& note) {
  RETURN_IF_ERROR(
      WriteFileAtomically(absl::StrCat(folder_, "/log/cosigned"), note));
  const std::lock_guard<std::mutex> lock(mutex_);
  cosigned_ = note;
  return absl::OkStatus();
}

absl::StatusOr<TreeHash> Ledger::Node(int level, uint64_t index) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return tiles_.Node(level, index);
}

absl::StatusOr<std::vector<TreeHash>> Ledger::WaitingTile(
    int level, uint64_t index) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return tiles_.Tile(level, index);
}

std::vector<std::string> Ledger::repairs() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return repairs_;
}

uint64_t Ledger::size() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return newest_.size;
}

absl::Status Ledger::health() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return health_;
}

std::vector<uint64_t> Ledger::SetBacks() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return set_backs_;
}

bool Ledger::IsRemoved(uint64_t sequence) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  auto range = removed_.upper_bound(sequence);
  return range != removed_.begin() && (--range)->second >= sequence;
}

bool Ledger::IsHeld(absl::string_view tenant,
                    absl::string_view collection) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  const std::string who(tenant);
  return held_.count({who, ""}) > 0 ||
         held_.count({who, std::string(collection)}) > 0;
}

absl::Status Ledger::Publish(bool sync) {
  const std::lock_guard<std::mutex> lock(mutex_);
  RETURN_IF_ERROR(tiles_.Publish(newest_note_, sync));
  published_ = newest_.size;
  KvBatch batch;
  batch.Put(kLedgerMeta, kPublishedKey, SequenceKey(published_));
  return kv_->Write(std::move(batch), /*sync=*/false);
}

void Ledger::PublishOnAndOn() {
  bool failing = false;
  std::unique_lock<std::mutex> lock(publish_mutex_);
  while (!publish_wake_.wait_for(lock, kPublishEvery,
                                 [this] { return stopping_; })) {
    {
      const std::lock_guard<std::mutex> state(mutex_);
      if (published_ == newest_.size) continue;
    }
    const absl::Status status = Publish(/*sync=*/false);
    if (!status.ok() && !failing) {
      Log(Severity::kWarning, "the log's tiles can't be written",
          {{"error", std::string(status.message())}});
    }
    failing = !status.ok();
  }
}

}  // namespace footnote
