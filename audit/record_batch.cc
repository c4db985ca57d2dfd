#include "audit/record_batch.h"

#include "absl/time/time.h"
#include "audit/ledger_tables.h"
#include "audit/record.h"
#include "base/status_macros.h"

namespace footnote {

absl::Status RecordBatch::FindRequest(PendingRecord* pending) {
  const auto here = requests_.find(pending->request_tag);
  if (here != requests_.end()) {
    pending->sequence = here->second;
    pending->repeated = true;
    return absl::OkStatus();
  }
  const absl::StatusOr<std::string> first =
      kv_.Get(kLedgerRequests, pending->request_tag);
  if (absl::IsNotFound(first.status())) return absl::OkStatus();
  RETURN_IF_ERROR(first.status());
  // Of a record that was removed without its row: its request was erased.
  const absl::Status there = kv_.Get(kLedgerRecords, *first).status();
  if (absl::IsNotFound(there)) return absl::OkStatus();
  RETURN_IF_ERROR(there);
  ASSIGN_OR_RETURN(pending->sequence, ParseSequence(*first));
  pending->repeated = true;
  return absl::OkStatus();
}

absl::Status RecordBatch::Add(PendingRecord* pending) {
  if (!pending->request_tag.empty()) RETURN_IF_ERROR(FindRequest(pending));
  if (pending->repeated) return absl::OkStatus();
  pending->sequence = tree_.size() + 1;
  pending->time_us = absl::ToUnixMicros(now_());
  StampRecord(pending->sequence, pending->time_us, &pending->bytes);
  ASSIGN_OR_RETURN(const RecordOutline outline, OutlineRecord(pending->bytes));
  RETURN_IF_ERROR(rows_.Of(
      outline,
      [this](LedgerTable table, absl::string_view key,
             absl::string_view value) { changes_.Put(table, key, value); }));
  pending->leaf = LeafHash(pending->bytes);
  tree_.Add(pending->leaf);
  if (pending->wants_root) pending->root = tree_.Root();

  const std::string key = SequenceKey(pending->sequence);
  changes_.Put(kLedgerRecords, key, pending->bytes);
  if (pending->request_tag.empty()) return absl::OkStatus();
  requests_[pending->request_tag] = pending->sequence;
  changes_.Put(kLedgerRequests, pending->request_tag, key);
  return absl::OkStatus();
}

}  // namespace footnote
