#include "audit/ledger.h"

#include <map>
#include <random>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/file.h"
#include "base/grpc_status.h"
#include "base/hash.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr absl::string_view kHeadKey = "head";

absl::Status Damaged(absl::string_view what) {
  absl::Status status =
      absl::DataLossError(absl::StrCat("answer records: ", what));
  SetErrorReason("RECORD_DAMAGED", &status);
  return status;
}

// 26 characters: milliseconds since 1970 (48 bits), then 80 random bits, so
// that ids sort by time and can't be guessed.
std::string NewAnswerId(int64_t time_us) {
  static constexpr char kDigits[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
  static thread_local std::random_device random;
  unsigned __int128 value = static_cast<uint64_t>(time_us / 1000);
  value = value << 32 | random();
  value = value << 32 | random();
  value = value << 16 | (random() & 0xFFFF);
  std::string id(26, '0');
  for (int i = 25; i >= 0; --i) {
    id[i] = kDigits[static_cast<int>(value & 31)];
    value >>= 5;
  }
  return id;
}

// The versions that an answer cites, each with all its spans.
std::map<std::string, v1::ListAnswersCitingResponse::Entry> CitingEntries(
    const v1::Answer& answer, int64_t time_us) {
  std::map<std::string, v1::ListAnswersCitingResponse::Entry> entries;
  for (const v1::Citation& citation : answer.citations()) {
    for (const v1::SourceSpan& source : citation.sources()) {
      v1::ListAnswersCitingResponse::Entry& entry = entries[CitingPrefix(
          source.source().collection(), source.source().document(),
          source.source().version())];
      entry.set_answer_id(answer.id());
      *entry.mutable_source() = source.source();
      *entry.add_spans() = source.span();
      entry.set_time_us(time_us);
    }
  }
  return entries;
}

}  // namespace

std::vector<std::string> LedgerTables() {
  return {"meta", "records", "answers", "requests", "citing", "collections"};
}

std::string SequenceKey(uint64_t sequence) {
  std::string key(8, '\0');
  for (int i = 7; i >= 0; --i) {
    key[i] = static_cast<char>(sequence & 0xFF);
    sequence >>= 8;
  }
  return key;
}

absl::StatusOr<uint64_t> ParseSequence(absl::string_view bytes) {
  if (bytes.size() != 8) {
    return Damaged(
        absl::StrCat("a sequence of ", bytes.size(), " bytes, want 8"));
  }
  uint64_t sequence = 0;
  for (const char byte : bytes) {
    sequence = sequence << 8 | static_cast<uint8_t>(byte);
  }
  return sequence;
}

std::string CitingPrefix(absl::string_view collection,
                         absl::string_view document, uint32_t version) {
  std::string prefix = absl::StrCat(collection, absl::string_view("\0", 1),
                                    document, absl::string_view("\0", 1));
  if (version > 0) absl::StrAppend(&prefix, SequenceKey(version).substr(4));
  return prefix;
}

std::string CollectionPrefix(absl::string_view collection) {
  return absl::StrCat(collection, absl::string_view("\0", 1));
}

absl::StatusOr<std::unique_ptr<Ledger>> Ledger::Open(
    const std::string& folder) {
  RETURN_IF_ERROR(MakeFolder(folder));
  KvOptions options;
  options.tables = LedgerTables();
  ASSIGN_OR_RETURN(std::unique_ptr<Kv> kv, Kv::Open(folder, options));
  std::unique_ptr<Ledger> ledger(new Ledger(std::move(kv)));
  ledger->head_status_ = ledger->LoadHead();
  if (!ledger->head_status_.ok() && !absl::IsDataLoss(ledger->head_status_)) {
    return ledger->head_status_;
  }
  return ledger;
}

absl::Status Ledger::LoadHead() {
  ASSIGN_OR_RETURN(head_, StoredHead());
  if (head_.sequence == 0) {
    return kv_->Iterate(kLedgerRecords, "")->Valid()
               ? Damaged("there are records, but no head")
               : absl::OkStatus();
  }
  const absl::StatusOr<StoredRecord> last = Read(head_.sequence);
  if (absl::IsNotFound(last.status())) {
    return Damaged(
        absl::StrCat("record ", head_.sequence, ", the newest, is missing"));
  }
  RETURN_IF_ERROR(last.status());
  if (last->sha256 != head_.sha256) {
    return Damaged(absl::StrCat("record ", head_.sequence,
                                ", the newest, is not the one of the head"));
  }
  return absl::OkStatus();
}

absl::StatusOr<Ledger::Head> Ledger::StoredHead(
    const KvSnapshot* snapshot) const {
  const absl::StatusOr<std::string> value =
      kv_->Get(kLedgerMeta, kHeadKey, snapshot);
  if (absl::IsNotFound(value.status())) {
    return Head{0, std::string(kNoRecordSha256, kSha256Bytes)};
  }
  RETURN_IF_ERROR(value.status());
  if (value->size() != 8 + kSha256Bytes) {
    return Damaged(absl::StrCat("the head has ", value->size(), " bytes, want ",
                                8 + kSha256Bytes));
  }
  Head head;
  ASSIGN_OR_RETURN(head.sequence,
                   ParseSequence(absl::string_view(*value).substr(0, 8)));
  head.sha256 = value->substr(8);
  return head;
}

absl::StatusOr<Ledger::Appended> Ledger::Append(v1::AnswerRecord record) {
  std::lock_guard<std::mutex> lock(mutex_);
  RETURN_IF_ERROR(head_status_);
  if (!record.request_id().empty()) {
    absl::StatusOr<StoredRecord> first = FindRequest(record.request_id());
    if (first.ok()) {
      return Appended{
          std::move(*first->record.mutable_answer()->mutable_receipt()), true};
    }
    if (!absl::IsNotFound(first.status())) return first.status();
  }
  const int64_t time_us = absl::ToUnixMicros(absl::Now());
  v1::Answer& answer = *record.mutable_answer();
  answer.set_id(NewAnswerId(time_us));
  const uint64_t sequence = head_.sequence + 1;
  const std::string bytes =
      EncodeRecord(sequence, time_us, head_.sha256, record);
  const Head next = {sequence, bytes.substr(bytes.size() - kSha256Bytes)};

  const std::string key = SequenceKey(sequence);
  KvBatch batch;
  batch.Put(kLedgerRecords, key, bytes);
  batch.Put(kLedgerAnswers, answer.id(), key);
  if (!record.request_id().empty()) {
    batch.Put(kLedgerRequests, record.request_id(), key);
  }
  for (const auto& entry : CitingEntries(answer, time_us)) {
    batch.Put(kLedgerCiting, absl::StrCat(entry.first, key),
              entry.second.SerializeAsString());
  }
  batch.Put(kLedgerCollections,
            absl::StrCat(CollectionPrefix(answer.collection()), key), "");
  batch.Put(kLedgerMeta, kHeadKey, absl::StrCat(key, next.sha256));
  RETURN_IF_ERROR(kv_->Write(std::move(batch), /*sync=*/true));

  Appended appended;
  appended.receipt.set_answer_id(answer.id());
  appended.receipt.set_sequence(sequence);
  appended.receipt.set_record_sha256(next.sha256);
  appended.receipt.set_previous_sha256(head_.sha256);
  appended.receipt.set_time_us(time_us);
  head_ = next;
  return appended;
}

absl::StatusOr<StoredRecord> Ledger::Read(uint64_t sequence) const {
  ASSIGN_OR_RETURN(const std::string bytes,
                   kv_->Get(kLedgerRecords, SequenceKey(sequence)));
  ASSIGN_OR_RETURN(StoredRecord stored, DecodeRecord(bytes));
  if (stored.sequence != sequence) {
    return Damaged(absl::StrCat("in the place of record ", sequence,
                                " stands record ", stored.sequence));
  }
  return stored;
}

absl::StatusOr<StoredRecord> Ledger::Find(absl::string_view answer_id) const {
  absl::StatusOr<StoredRecord> found = FindIn(kLedgerAnswers, answer_id);
  if (absl::IsNotFound(found.status())) {
    absl::Status status = absl::NotFoundError(
        absl::StrCat("answer \"", answer_id, "\": no such answer"));
    SetErrorReason("ANSWER_NOT_FOUND", &status);
    return status;
  }
  RETURN_IF_ERROR(found.status());
  if (found->record.answer().id() != answer_id) {
    return Damaged(absl::StrCat("answer ", answer_id, " leads to the record ",
                                "of another, ", found->record.answer().id()));
  }
  return found;
}

absl::StatusOr<StoredRecord> Ledger::FindRequest(
    absl::string_view request_id) const {
  return FindIn(kLedgerRequests, request_id);
}

absl::StatusOr<StoredRecord> Ledger::FindIn(LedgerTable table,
                                            absl::string_view key) const {
  ASSIGN_OR_RETURN(const std::string value, kv_->Get(table, key));
  ASSIGN_OR_RETURN(const uint64_t sequence, ParseSequence(value));
  absl::StatusOr<StoredRecord> stored = Read(sequence);
  if (absl::IsNotFound(stored.status())) {
    return Damaged(absl::StrCat("record ", sequence, " is missing"));
  }
  return stored;
}

uint64_t Ledger::size() const {
  std::lock_guard<std::mutex> lock(mutex_);
  return head_.sequence;
}

}  // namespace footnote
