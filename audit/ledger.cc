#include "audit/ledger.h"

#include <chrono>

#include "absl/strings/match.h"
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

constexpr absl::string_view kCheckpointKey = "checkpoint";
// How far log/checkpoint was when it was written last.
constexpr absl::string_view kPublishedKey = "published";
// The key under which a release before kept the end of its chain.
constexpr absl::string_view kChainHeadKey = "head";
// How far readers of the files may lag behind.
constexpr std::chrono::milliseconds kPublishEvery(1000);
// A tag of a request is stored for one tenant.
constexpr absl::string_view kRequestTag = "request";

absl::Status NoSuchAnswer(absl::string_view answer_id) {
  absl::Status status = absl::NotFoundError(
      absl::StrCat("answer \"", answer_id, "\": no such answer"));
  SetErrorReason("ANSWER_NOT_FOUND", &status);
  return status;
}

// "footnote.log/" and the beginning of the key's hash: a name that no other
// log has.
std::string OriginOf(const SigningKey& key) {
  return absl::StrCat("footnote.log/",
                      Hex(Sha256(key.public_key()).substr(0, 8)));
}

}  // namespace

// One record on its way into the log. Lives on its caller's stack.
struct Ledger::Pending {
  // Encoded, not yet stamped.
  std::string bytes;
  std::string nonce;
  RecordKind kind = RecordKind::kAnswer;
  std::string tenant;
  std::string collection;
  std::string request_tag;
  uint32_t subject = 0;
  std::vector<std::pair<std::string, std::vector<v1::Span>>> cited;

  // Set by the committer.
  uint64_t sequence = 0;
  int64_t time_us = 0;
  TreeHash leaf;
  TreeHash root;
  bool repeated = false;
  bool done = false;
  absl::Status status;
};

Ledger::Ledger(std::string folder, std::unique_ptr<Kv> kv,
               std::unique_ptr<Keyring> keyring, std::string origin)
    : folder_(std::move(folder)),
      kv_(std::move(kv)),
      keyring_(std::move(keyring)),
      origin_(std::move(origin)),
      tiles_(absl::StrCat(folder_, "/log")) {}

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::Open(
    const std::string& folder, const LedgerOptions& options) {
  RETURN_IF_ERROR(MakeFolder(folder));
  KvOptions kv_options;
  kv_options.tables = LedgerTables();
  ASSIGN_OR_RETURN(std::unique_ptr<Kv> kv, Kv::Open(folder, kv_options));
  if (kv->Get(kLedgerMeta, kChainHeadKey).ok()) {
    return absl::UnimplementedError(absl::StrCat(
        folder, ": answer records of format 1, want ", 2,
        ": move the folder away, and the answers in it are not listed here"));
  }
  const std::string keys =
      options.keyring.empty() ? absl::StrCat(folder, ".keys") : options.keyring;
  const std::unique_ptr<MasterKeySource> beside =
      MasterKeyInFile(absl::StrCat(keys, ".master"));
  ASSIGN_OR_RETURN(
      std::unique_ptr<Keyring> keyring,
      Keyring::Open(keys, options.master_key != nullptr ? options.master_key
                                                        : beside.get()));
  std::string origin = options.origin.empty() ? OriginOf(keyring->signing_key())
                                              : options.origin;
  std::unique_ptr<Ledger> ledger(
      new Ledger(folder, std::move(kv), std::move(keyring), std::move(origin)));
  RETURN_IF_ERROR(MakeFolder(absl::StrCat(folder, "/log")));
  const std::string key_file = absl::StrCat(folder, "/log/log.vkey");
  if (absl::IsNotFound(ReadFile(key_file).status())) {
    if (ledger->kv_->Get(kLedgerMeta, kCheckpointKey).ok()) {
      ledger->repairs_.push_back("log/log.vkey: was missing");
    }
    RETURN_IF_ERROR(WriteFileAtomically(
        key_file, absl::StrCat(VerifierText(ledger->verifier()), "\n")));
  }
  ledger->health_ = ledger->Load();
  if (!ledger->health_.ok() && !absl::IsDataLoss(ledger->health_)) {
    return ledger->health_;
  }
  if (ledger->health_.ok()) {
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

absl::Status Ledger::Load() {
  newest_.origin = origin_;
  const absl::StatusOr<std::string> stored =
      kv_->Get(kLedgerMeta, kCheckpointKey);
  if (absl::IsNotFound(stored.status())) {
    if (kv_->Iterate(kLedgerRecords, "")->Valid()) {
      return LedgerDamaged("there are records, but no checkpoint");
    }
    newest_note_ = Sign(newest_);
  } else {
    RETURN_IF_ERROR(stored.status());
    const absl::StatusOr<Checkpoint> newest =
        OpenCheckpoint(*stored, verifier());
    if (!newest.ok()) return LedgerDamaged(newest.status().message());
    newest_ = *newest;
    newest_note_ = *stored;
  }
  const auto leaf = [this](uint64_t index) -> absl::StatusOr<TreeHash> {
    const absl::StatusOr<std::string> bytes =
        kv_->Get(kLedgerRecords, SequenceKey(index + 1));
    if (bytes.ok()) return LeafHash(*bytes);
    if (!absl::IsNotFound(bytes.status())) return bytes.status();
    return LedgerDamaged(absl::StrCat("record ", index + 1, " is missing"));
  };
  uint64_t published = 0;
  ASSIGN_OR_RETURN(const absl::optional<Checkpoint> before, ReadPublished());
  if (before.has_value()) published = before->size;
  RETURN_IF_ERROR(tiles_.Load(newest_.size, published, leaf));
  for (const std::string& tile : tiles_.remade()) {
    repairs_.push_back(absl::StrCat(tile, ": was missing"));
  }
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
    ASSIGN_OR_RETURN(const TreeHash record, leaf(newest_.size - 1));
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
  if (before.has_value()) RETURN_IF_ERROR(CheckPublished(*before));
  RETURN_IF_ERROR(LoadEvents());
  const absl::StatusOr<std::string> cosigned =
      ReadFile(absl::StrCat(folder_, "/log/cosigned"), 1 << 20);
  if (cosigned.ok() && OpenCheckpoint(*cosigned, verifier()).ok()) {
    cosigned_ = *cosigned;
  }
  return Publish(/*sync=*/false);
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

absl::Status Ledger::LoadEvents() {
  for (auto it = kv_->Iterate(kLedgerEvents, ""); it->Valid(); it->Next()) {
    ASSIGN_OR_RETURN(const uint64_t sequence, ParseSequence(it->key()));
    ASSIGN_OR_RETURN(const StoredRecord stored, Read(sequence));
    ASSIGN_OR_RETURN(const v1::AuditEvent event,
                     OpenEvent(stored.parts, *keyring_));
    Remember(event);
    // A keyring that comes from a backup must not bring back what was erased.
    for (const uint32_t key : event.destroyed_keys()) {
      if (key < keyring_->size()) RETURN_IF_ERROR(keyring_->Destroy(key));
    }
  }
  return absl::OkStatus();
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

absl::StatusOr<Ledger::Appended> Ledger::Append(
    const v1::AnswerRecord& record) {
  RETURN_IF_ERROR(health());
  ASSIGN_OR_RETURN(const RecordParts parts, SealAnswer(record, keyring_.get()));
  Pending pending;
  pending.bytes = EncodeRecord(parts);
  pending.nonce = parts.nonce;
  pending.tenant = record.tenant();
  pending.collection = record.answer().collection();
  pending.subject = parts.sections[0].keys[0];
  pending.cited = CitedSpans(record.answer());
  if (!record.request_id().empty()) {
    pending.request_tag =
        keyring_->Tag(kRequestTag, record.tenant(), record.request_id());
  }
  RETURN_IF_ERROR(Submit(&pending));
  Appended appended;
  if (pending.repeated) {
    ASSIGN_OR_RETURN(const StoredRecord first, Read(pending.sequence));
    pending.nonce = first.parts.nonce;
    pending.time_us = first.parts.time_us;
    pending.leaf = first.leaf;
    appended.repeated_request = true;
    ASSIGN_OR_RETURN(*appended.receipt.mutable_checkpoint(),
                     SignedCheckpoint(pending.sequence));
  } else {
    appended.receipt.set_checkpoint(
        Sign({origin_, pending.sequence, pending.root}));
  }
  appended.receipt.set_answer_id(AnswerId(pending.sequence, pending.nonce));
  appended.receipt.set_sequence(pending.sequence);
  appended.receipt.set_record_sha256(std::string(AsBytes(pending.leaf)));
  appended.receipt.set_time_us(pending.time_us);
  return appended;
}

absl::StatusOr<uint64_t> Ledger::AppendEvent(const v1::AuditEvent& event) {
  RETURN_IF_ERROR(health());
  ASSIGN_OR_RETURN(const RecordParts parts, SealEvent(event, keyring_.get()));
  Pending pending;
  pending.bytes = EncodeRecord(parts);
  pending.nonce = parts.nonce;
  pending.kind = parts.kind;
  if (!parts.sections.empty()) pending.subject = parts.sections[0].keys[0];
  RETURN_IF_ERROR(Submit(&pending));
  Remember(event);
  return pending.sequence;
}

// Whoever finds nobody writing writes for all that wait.
absl::Status Ledger::Submit(Pending* pending) {
  std::unique_lock<std::mutex> lock(queue_mutex_);
  queue_.push_back(pending);
  queue_moved_.wait(lock, [&] { return pending->done || !committing_; });
  if (pending->done) return pending->status;
  std::vector<Pending*> batch;
  batch.swap(queue_);
  committing_ = true;
  lock.unlock();
  const absl::Status status = Commit(batch);
  lock.lock();
  committing_ = false;
  for (Pending* const member : batch) {
    member->status = status;
    member->done = true;
  }
  lock.unlock();
  queue_moved_.notify_all();
  return status;
}

// Gives one record its place, unless its request was answered before.
absl::Status Ledger::Stage(Pending* pending, Frontier* tree,
                           std::map<std::string, uint64_t>* requests,
                           KvBatch* batch) {
  if (!pending->request_tag.empty()) {
    const auto known = requests->find(pending->request_tag);
    if (known != requests->end()) {
      pending->sequence = known->second;
      pending->repeated = true;
      return absl::OkStatus();
    }
    const absl::StatusOr<std::string> first =
        kv_->Get(kLedgerRequests, pending->request_tag);
    if (first.ok()) {
      ASSIGN_OR_RETURN(pending->sequence, ParseSequence(*first));
      pending->repeated = true;
      return absl::OkStatus();
    }
    if (!absl::IsNotFound(first.status())) return first.status();
  }
  pending->sequence = tree->size() + 1;
  pending->time_us = absl::ToUnixMicros(absl::Now());
  StampRecord(pending->sequence, pending->time_us, &pending->bytes);
  pending->leaf = LeafHash(pending->bytes);
  tree->Add(pending->leaf);
  pending->root = tree->Root();

  const std::string key = SequenceKey(pending->sequence);
  batch->Put(kLedgerRecords, key, pending->bytes);
  if (!pending->request_tag.empty()) {
    (*requests)[pending->request_tag] = pending->sequence;
    batch->Put(kLedgerRequests, pending->request_tag, key);
  }
  if (pending->subject != 0) {
    batch->Put(kLedgerSubjects,
               absl::StrCat(SubjectPrefix(pending->subject), key), "");
  }
  if (pending->kind == RecordKind::kEvent) batch->Put(kLedgerEvents, key, "");
  if (pending->kind != RecordKind::kAnswer) return absl::OkStatus();
  batch->Put(kLedgerCollections,
             absl::StrCat(CollectionPrefix(pending->collection), key), "");
  for (const auto& cited : pending->cited) {
    CitingValue value;
    value.time_us = pending->time_us;
    value.id_bytes = pending->nonce;
    value.tenant = pending->tenant;
    value.spans = cited.second;
    batch->Put(kLedgerCiting, absl::StrCat(cited.first, key),
               EncodeCiting(value));
  }
  return absl::OkStatus();
}

absl::Status Ledger::Commit(const std::vector<Pending*>& batch) {
  RETURN_IF_ERROR(health());
  // The last line of defence: what is signed next continues what was signed.
  if (frontier_.size() != newest_.size || frontier_.Root() != newest_.root) {
    return LedgerDamaged("the tree is not the one of the newest checkpoint");
  }
  Frontier tree = frontier_;
  KvBatch changes;
  std::map<std::string, uint64_t> requests;
  for (Pending* const pending : batch) {
    RETURN_IF_ERROR(Stage(pending, &tree, &requests, &changes));
  }
  if (tree.size() == frontier_.size()) return absl::OkStatus();
  const Checkpoint next = {origin_, tree.size(), tree.Root()};
  const std::string note = Sign(next);
  changes.Put(kLedgerMeta, kCheckpointKey, note);
  // Keys before what they encrypt.
  RETURN_IF_ERROR(keyring_->Sync());
  RETURN_IF_ERROR(kv_->Write(std::move(changes), /*sync=*/true));

  frontier_ = std::move(tree);
  const std::lock_guard<std::mutex> lock(mutex_);
  newest_ = next;
  newest_note_ = note;
  for (const Pending* const pending : batch) {
    if (!pending->repeated) tiles_.Add(pending->leaf);
  }
  return absl::OkStatus();
}

absl::StatusOr<StoredRecord> Ledger::Read(uint64_t sequence) const {
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
  ASSIGN_OR_RETURN(const TreeHash leaf, Node(0, sequence - 1));
  if (leaf != stored.leaf) {
    return LedgerDamaged(absl::StrCat("record ", sequence, " has SHA-256 ",
                                      Hex(AsBytes(stored.leaf)),
                                      ", the tree has ", Hex(AsBytes(leaf))));
  }
  return stored;
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
  ASSIGN_OR_RETURN(*receipt.mutable_checkpoint(), SignedCheckpoint(sequence));
  return record;
}

absl::StatusOr<std::string> Ledger::SignedCheckpoint(uint64_t size) const {
  ASSIGN_OR_RETURN(const TreeHash root,
                   RootOf(size, [this](int level, uint64_t index) {
                     return Node(level, index);
                   }));
  return Sign({origin_, size, root});
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
