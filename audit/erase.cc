#include "audit/erase.h"

#include <algorithm>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "audit/record_rows.h"
#include "audit/sealing.h"
#include "audit/validate.h"
#include "base/grpc_status.h"
#include "base/log.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr int kMostIds = 1000;
// Damaged records that are named.
constexpr size_t kMostNamed = 100;
constexpr int64_t kDayUs = int64_t{24} * 3600 * 1000 * 1000;

// Held by who decides what is erased, until that is on record, and by who sets
// a hold: what is recorded before the hold alone is done in spite of it. There
// is one log in a process.
std::mutex* Deciding() {
  static auto* const mutex = new std::mutex;
  return mutex;
}

// Held by who applies retention, until what it removes is gone: of two the
// second finds what is left.
std::mutex* Retaining() {
  static auto* const mutex = new std::mutex;
  return mutex;
}

absl::Status Held(absl::string_view collection) {
  absl::Status status = absl::FailedPreconditionError(absl::StrCat(
      "collection \"", collection, "\" is on legal hold: want it lifted"));
  SetErrorReason("LEGAL_HOLD", &status);
  return status;
}

// Counts a record that is touched, and refuses where it is held. Ids of other
// tenants' answers are not shown.
absl::Status Touch(uint64_t sequence, const Scope& scope, const Ledger& ledger,
                   v1::EraseResponse* response) {
  const absl::StatusOr<StoredRecord> stored = ledger.Read(sequence);
  if (absl::IsNotFound(stored.status()) && ledger.IsRemoved(sequence)) {
    return absl::OkStatus();
  }
  RETURN_IF_ERROR(stored.status());
  if (stored->parts.kind != RecordKind::kAnswer) return absl::OkStatus();
  ASSIGN_OR_RETURN(const v1::AnswerRecord record, BodyOfAnswer(stored->parts));
  const std::string& collection = record.answer().collection();
  if (ledger.IsHeld(record.tenant(), collection)) return Held(collection);
  response->set_answers(response->answers() + 1);
  if (record.tenant() == scope.tenant &&
      response->answer_ids_size() < kMostIds) {
    response->add_answer_ids(record.answer().id());
  }
  return absl::OkStatus();
}

// Touches the records whose sequences end the keys that begin with `prefix`.
absl::Status TouchAll(LedgerTable table, const std::string& prefix,
                      const Scope& scope, const Ledger& ledger,
                      v1::EraseResponse* response) {
  const auto it = ledger.kv()->Iterate(table, prefix);
  for (; it->Valid(); it->Next()) {
    if (it->key().size() < 8) return LedgerDamaged("a key of an index");
    ASSIGN_OR_RETURN(const uint64_t sequence,
                     ParseSequence(it->key().substr(it->key().size() - 8)));
    RETURN_IF_ERROR(Touch(sequence, scope, ledger, response));
  }
  return it->status();
}

// Notes the destruction of a key, then destroys it.
absl::Status DestroyKey(uint32_t key, v1::AuditEvent event, Ledger* ledger,
                        v1::EraseResponse* response) {
  event.add_destroyed_keys(key);
  ASSIGN_OR_RETURN(const uint64_t sequence, ledger->AppendEvent(event));
  response->set_sequence(sequence);
  return ledger->keyring()->Destroy(key);
}

v1::AuditEvent NewEvent(v1::AuditEvent::Kind kind, const Scope& scope,
                        const std::string& target, const std::string& note) {
  v1::AuditEvent event;
  event.set_kind(kind);
  event.set_tenant(scope.tenant);
  event.set_principal(scope.principal);
  event.set_target(target);
  event.set_note(note);
  return event;
}

// The rows of one removed record, and of what leads to it.
absl::Status RemoveRows(uint64_t sequence, const Ledger& ledger,
                        KvBatch* batch) {
  const std::string key = SequenceKey(sequence);
  const absl::StatusOr<std::string> bytes =
      ledger.kv()->Get(kLedgerRecords, key);
  if (absl::IsNotFound(bytes.status())) return absl::OkStatus();
  RETURN_IF_ERROR(bytes.status());
  batch->Delete(kLedgerRecords, key);
  ASSIGN_OR_RETURN(const RecordOutline outline, OutlineRecord(*bytes));
  RETURN_IF_ERROR(RecordRows().Of(
      outline, [batch](LedgerTable table, absl::string_view row,
                       absl::string_view) { batch->Delete(table, row); }));
  if (outline.head.kind != RecordKind::kAnswer) return absl::OkStatus();
  ASSIGN_OR_RETURN(const RecordParts parts, DecodeRecord(*bytes));
  const absl::StatusOr<v1::AnswerRecord> record =
      OpenAnswer(parts, *ledger.keyring());
  // With a key that is lost its request can't be told; the row that is left
  // leads nowhere.
  if (absl::IsDataLoss(record.status())) return absl::OkStatus();
  RETURN_IF_ERROR(record.status());
  if (!record->request_id().empty()) {
    batch->Delete(kLedgerRequests,
                  ledger.keyring()->Tag("request", record->tenant(),
                                        record->request_id()));
  }
  return absl::OkStatus();
}

// Takes the bytes of removed rows out of the database's files, where there are
// any.
absl::Status CompactRemoved(Ledger* ledger) {
  const absl::Status marked =
      ledger->kv()->Get(kLedgerMeta, kRemovingKey).status();
  if (absl::IsNotFound(marked)) return absl::OkStatus();
  RETURN_IF_ERROR(marked);
  for (const LedgerTable table :
       {kLedgerRecords, kLedgerSubjects, kLedgerCollections, kLedgerCiting,
        kLedgerRequests}) {
    RETURN_IF_ERROR(ledger->kv()->Compact(table));
  }
  KvBatch done;
  done.Delete(kLedgerMeta, kRemovingKey);
  return ledger->kv()->Write(std::move(done), /*sync=*/true);
}

// Removes the records of the ranges from the database and from its files.
absl::Status RemoveRecords(const v1::AuditEvent& event, Ledger* ledger) {
  constexpr size_t kBatchChanges = 10000;
  KvBatch batch;
  const auto write = [&batch, ledger] {
    batch.Put(kLedgerMeta, kRemovingKey, "");
    const absl::Status status =
        ledger->kv()->Write(std::move(batch), /*sync=*/true);
    batch = KvBatch();
    return status;
  };
  for (int i = 0; i < event.removed_first_size(); ++i) {
    for (uint64_t sequence = event.removed_first(i);
         sequence <= event.removed_last(i); ++sequence) {
      RETURN_IF_ERROR(RemoveRows(sequence, *ledger, &batch));
      if (batch.size() >= kBatchChanges) RETURN_IF_ERROR(write());
    }
  }
  if (batch.size() > 0) RETURN_IF_ERROR(write());
  return CompactRemoved(ledger);
}

int DaysOf(const std::string& collection, const RetentionPolicy& policy) {
  const auto found = policy.days.find(collection);
  return found == policy.days.end() ? policy.default_days : found->second;
}

// Answers that are old enough to go.
struct Due {
  struct Answer {
    uint64_t sequence;
    // Of `collections`.
    size_t collection;
  };
  std::vector<Answer> answers;
  // Of the first of them.
  std::vector<std::string> ids;
  std::vector<std::string> collections;
  // Records of which nobody can tell whose they are, or how old: they stay.
  std::vector<std::string> damaged;
};

absl::StatusOr<Due> FindDue(int64_t now_us, const RetentionPolicy& policy,
                            const Scope& scope, const Ledger& ledger) {
  Due due;
  std::map<std::string, size_t> places;
  const std::vector<uint64_t> set_backs = ledger.SetBacks();
  const uint64_t last_set_back = set_backs.empty() ? 0 : set_backs.back();
  const auto it = ledger.kv()->Iterate(kLedgerRecords, "");
  for (; it->Valid(); it->Next()) {
    const absl::StatusOr<RecordParts> decoded = DecodeRecord(it->value());
    absl::StatusOr<v1::AnswerRecord> body = v1::AnswerRecord();
    if (decoded.ok() && decoded->kind == RecordKind::kAnswer) {
      body = BodyOfAnswer(*decoded);
    }
    if (!decoded.ok() || !body.ok() ||
        SequenceKey(decoded->sequence) != it->key()) {
      const absl::StatusOr<uint64_t> place = ParseSequence(it->key());
      due.damaged.push_back(absl::StrCat(place.ok() ? *place : 0));
      continue;
    }
    const RecordParts& parts = *decoded;
    // No collection keeps its records shorter; and what follows is younger.
    if (parts.time_us > now_us - kLeastRetentionDays * kDayUs) {
      if (parts.sequence >= last_set_back) break;
      continue;
    }
    if (parts.kind != RecordKind::kAnswer) continue;
    const v1::AnswerRecord& record = *body;
    const std::string& collection = record.answer().collection();
    const int days = DaysOf(collection, policy);
    if (record.tenant() != scope.tenant || days == 0 ||
        parts.time_us > now_us - days * kDayUs) {
      continue;
    }
    const auto place = places.emplace(collection, due.collections.size());
    if (place.second) due.collections.push_back(collection);
    due.answers.push_back({parts.sequence, place.first->second});
    if (due.ids.size() < kMostIds) due.ids.push_back(record.answer().id());
  }
  RETURN_IF_ERROR(it->status());
  return due;
}

// Tells both what of `due` goes: what is not held.
void TellWhatGoes(const Due& due, const Scope& scope, const Ledger& ledger,
                  v1::EraseResponse* response, v1::AuditEvent* event) {
  std::vector<bool> held;
  for (const std::string& collection : due.collections) {
    held.push_back(ledger.IsHeld(scope.tenant, collection));
  }
  for (size_t i = 0; i < due.answers.size(); ++i) {
    const Due::Answer& answer = due.answers[i];
    if (held[answer.collection]) continue;
    response->set_answers(response->answers() + 1);
    if (i < due.ids.size()) response->add_answer_ids(due.ids[i]);
    const int last = event->removed_last_size() - 1;
    if (last >= 0 && event->removed_last(last) + 1 == answer.sequence) {
      event->set_removed_last(last, answer.sequence);
    } else {
      event->add_removed_first(answer.sequence);
      event->add_removed_last(answer.sequence);
    }
  }
}

}  // namespace

absl::StatusOr<v1::EraseResponse> EraseSubject(
    const v1::EraseSubjectRequest& request, const Scope& scope,
    Ledger* ledger) {
  if (request.principal().empty() != request.nameless()) {
    return InvalidRequest(absl::StrCat(
        "principal, nameless: ", request.nameless() ? "both" : "neither",
        ", want one"));
  }
  const std::lock_guard<std::mutex> lock(*Deciding());
  v1::EraseResponse response;
  const absl::StatusOr<uint32_t> key = ledger->keyring()->Find(
      KeyKind::kSubject, scope.tenant, request.principal());
  // Nothing was ever recorded of him, or it is gone already.
  if (absl::IsNotFound(key.status())) return response;
  RETURN_IF_ERROR(key.status());
  RETURN_IF_ERROR(TouchAll(kLedgerSubjects, SubjectPrefix(*key), scope, *ledger,
                           &response));
  if (request.dry_run()) return response;
  v1::AuditEvent event =
      NewEvent(v1::AuditEvent::ERASE_SUBJECT, scope, "", request.note());
  // Who erases himself must not leave a new key of his own behind.
  if (scope.principal == request.principal()) event.clear_principal();
  RETURN_IF_ERROR(DestroyKey(*key, event, ledger, &response));
  return response;
}

absl::StatusOr<v1::EraseResponse> EraseDocument(
    const v1::EraseDocumentRequest& request, const Scope& scope,
    Ledger* ledger) {
  if (request.collection().empty() || request.document().empty()) {
    return InvalidRequest("collection, document: want both");
  }
  const std::lock_guard<std::mutex> lock(*Deciding());
  v1::EraseResponse response;
  const absl::StatusOr<uint32_t> key = ledger->keyring()->Find(
      KeyKind::kDocument, request.collection(), request.document());
  // No answer ever cited it.
  if (absl::IsNotFound(key.status())) return response;
  RETURN_IF_ERROR(key.status());
  if (ledger->IsHeld(scope.tenant, request.collection())) {
    return Held(request.collection());
  }
  RETURN_IF_ERROR(TouchAll(
      kLedgerCiting, CitingPrefix(request.collection(), request.document(), 0),
      scope, *ledger, &response));
  if (request.dry_run()) return response;
  RETURN_IF_ERROR(DestroyKey(
      *key,
      NewEvent(v1::AuditEvent::ERASE_DOCUMENT, scope,
               absl::StrCat(request.collection(), "/", request.document()),
               request.note()),
      ledger, &response));
  return response;
}

absl::StatusOr<v1::EraseResponse> ApplyRetention(
    const v1::ApplyRetentionRequest& request, const RetentionPolicy& policy,
    const Scope& scope, Ledger* ledger) {
  const int64_t clock_us = absl::ToUnixMicros(ledger->now());
  if (request.now_us() > clock_us && !request.dry_run()) {
    return InvalidRequest(absl::StrCat(
        "now_us: ", request.now_us(), ", want at most ", clock_us,
        ", which is now, or a dry_run: no record goes before its time"));
  }
  const int64_t now_us = request.now_us() > 0 ? request.now_us() : clock_us;
  std::unique_lock<std::mutex> retaining(*Retaining(), std::defer_lock);
  if (!request.dry_run()) retaining.lock();
  // A long look, for which nobody who sets a hold waits.
  ASSIGN_OR_RETURN(Due due, FindDue(now_us, policy, scope, *ledger));
  std::unique_lock<std::mutex> lock(*Deciding());
  v1::EraseResponse response;
  v1::AuditEvent event = NewEvent(v1::AuditEvent::RETENTION, scope, "", "");
  TellWhatGoes(due, scope, *ledger, &response, &event);
  if (!due.damaged.empty()) {
    if (due.damaged.size() > kMostNamed) due.damaged.resize(kMostNamed);
    const std::string which = absl::StrJoin(due.damaged, ", ");
    Log(Severity::kWarning, "retention passed over damaged records",
        {{"records", which}});
    event.set_note(absl::StrCat("passed over damaged records: ", which));
  }
  if (request.dry_run() || response.answers() == 0) return response;
  // From now on the tiles alone know the leaves.
  RETURN_IF_ERROR(ledger->Publish(/*sync=*/true));
  ASSIGN_OR_RETURN(const uint64_t sequence, ledger->AppendEvent(event));
  response.set_sequence(sequence);
  lock.unlock();
  RETURN_IF_ERROR(RemoveRecords(event, ledger));
  return response;
}

absl::StatusOr<v1::SetLegalHoldResponse> SetLegalHold(
    const v1::SetLegalHoldRequest& request, const Scope& scope,
    Ledger* ledger) {
  RETURN_IF_ERROR(ValidateHold(request));
  const std::lock_guard<std::mutex> lock(*Deciding());
  ASSIGN_OR_RETURN(const uint64_t sequence,
                   ledger->AppendEvent(
                       NewEvent(request.hold() ? v1::AuditEvent::HOLD_SET
                                               : v1::AuditEvent::HOLD_LIFTED,
                                scope, request.collection(), request.note())));
  v1::SetLegalHoldResponse response;
  response.set_sequence(sequence);
  return response;
}

absl::Status FinishRemovals(Ledger* ledger) {
  if (!ledger->health().ok() || !ledger->kv()->Writable().ok()) {
    return absl::OkStatus();
  }
  const auto it = ledger->kv()->Iterate(kLedgerEvents, "");
  for (; it->Valid(); it->Next()) {
    ASSIGN_OR_RETURN(const uint64_t sequence, ParseSequence(it->key()));
    ASSIGN_OR_RETURN(const StoredRecord stored, ledger->Read(sequence));
    ASSIGN_OR_RETURN(const v1::AuditEvent event, BodyOfEvent(stored.parts));
    RETURN_IF_ERROR(RemoveRecords(event, ledger));
  }
  return it->status();
}

}  // namespace footnote
