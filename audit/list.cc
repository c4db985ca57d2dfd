#include "audit/list.h"

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "audit/sealing.h"
#include "audit/validate.h"
#include "base/hash.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

// Half of what gRPC takes in one message.
constexpr size_t kMaxPageBytes = 2 << 20;
// Rows that one page passes over before it gives way.
constexpr int kMaxPassedOver = 20000;

int PageSize(int asked) { return asked > 0 ? asked : kDefaultPageSize; }

// A token is the key of the next row, in hexadecimal.
absl::StatusOr<std::string> KeyOfToken(absl::string_view token,
                                       absl::string_view prefix) {
  absl::StatusOr<std::string> key = FromHex(token);
  if (!key.ok() || key->size() < prefix.size() ||
      key->compare(0, prefix.size(), prefix.data(), prefix.size()) != 0) {
    return InvalidRequest(
        "page_token: not one that this list gave, want next_page_token");
  }
  return key;
}

bool Cites(const v1::AnswerRecord& record, const std::string& document) {
  for (const v1::Citation& citation : record.answer().citations()) {
    for (const v1::SourceSpan& source : citation.sources()) {
      if (source.source().document() == document) return true;
    }
  }
  return false;
}

// All that can be seen in a record's body, without its keys.
bool Matches(const v1::AnswerRecord& record,
             const v1::ListAnswersRequest& request, const Scope& scope) {
  const v1::Answer& answer = record.answer();
  const int64_t time_us = answer.receipt().time_us();
  if (record.tenant() != scope.tenant) return false;
  if (!request.collection().empty() &&
      answer.collection() != request.collection()) {
    return false;
  }
  if (time_us < request.begin_time_us()) return false;
  if (request.end_time_us() > 0 && time_us >= request.end_time_us()) {
    return false;
  }
  if (!request.question_language().empty() &&
      answer.question_language() != request.question_language()) {
    return false;
  }
  if (!request.writer().empty() && answer.writer() != request.writer() &&
      record.model() != request.writer()) {
    return false;
  }
  if (request.abstained_only() &&
      answer.abstention() == v1::ABSTENTION_REASON_UNSPECIFIED) {
    return false;
  }
  if (request.verdict() != v1::VERDICT_UNSPECIFIED &&
      std::none_of(answer.citations().begin(), answer.citations().end(),
                   [&](const v1::Citation& citation) {
                     return citation.verdict() == request.verdict();
                   })) {
    return false;
  }
  return request.document().empty() || Cites(record, request.document());
}

// The first record from `low` on and before `high`, among which times grow with
// numbers, that is not older than `time_us`; `high` where there is none.
absl::StatusOr<uint64_t> FirstSince(int64_t time_us, uint64_t low,
                                    uint64_t high, const Ledger& ledger) {
  while (low < high) {
    const uint64_t middle = low + (high - low) / 2;
    // The next one that was not removed.
    const auto it = ledger.kv()->Iterate(kLedgerRecords, "");
    it->Seek(SequenceKey(middle));
    if (!it->Valid()) {
      high = middle;
      continue;
    }
    ASSIGN_OR_RETURN(const RecordHead head, DecodeHead(it->value()));
    if (head.sequence < high && head.time_us < time_us) {
      low = std::max(middle, head.sequence) + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

// The first record that is not older than `time_us`. Where the clock was set
// back, older ones may follow it.
absl::StatusOr<uint64_t> FirstSince(int64_t time_us, const Ledger& ledger) {
  uint64_t begin = 1;
  for (const uint64_t end : ledger.SetBacks()) {
    ASSIGN_OR_RETURN(const uint64_t first,
                     FirstSince(time_us, begin, end, ledger));
    if (first < end) return first;
    begin = end;
  }
  return FirstSince(time_us, begin, ledger.size() + 1, ledger);
}

// The rows that a list goes through: a table, and the beginning of its keys.
struct Rows {
  LedgerTable table = kLedgerRecords;
  std::string prefix;
};

absl::StatusOr<Rows> ChooseRows(const v1::ListAnswersRequest& request,
                                const Scope& scope, const Ledger& ledger) {
  if (!request.principal().empty()) {
    const absl::StatusOr<uint32_t> key = ledger.keyring()->Find(
        KeyKind::kSubject, scope.tenant, request.principal());
    // Nobody of that name: a subject that has no rows.
    return Rows{kLedgerSubjects, SubjectPrefix(key.ok() ? *key : 0)};
  }
  if (!request.collection().empty()) {
    return Rows{kLedgerCollections, CollectionPrefix(request.collection())};
  }
  return Rows{kLedgerRecords, ""};
}

// The index entry of one answer, for the caller.
v1::ListAnswersCitingResponse::Entry CitingEntry(
    const v1::ListAnswersCitingRequest& request, uint32_t version,
    uint64_t sequence, const CitingValue& value) {
  v1::ListAnswersCitingResponse::Entry entry;
  entry.set_answer_id(AnswerId(sequence, value.id_bytes));
  entry.set_time_us(value.time_us);
  entry.mutable_source()->set_collection(request.collection());
  entry.mutable_source()->set_document(request.document());
  entry.mutable_source()->set_version(version);
  for (const v1::Span& span : value.spans) {
    const bool wanted =
        !request.has_span() || (span.begin() < request.span().end() &&
                                request.span().begin() < span.end());
    if (wanted) *entry.add_spans() = span;
  }
  return entry;
}

// The hash of a cited version, as the record of one such answer has it.
absl::StatusOr<std::string> HashOfVersion(const v1::DocumentVersion& version,
                                          uint64_t sequence,
                                          const Ledger& ledger) {
  ASSIGN_OR_RETURN(const StoredRecord stored, ledger.Read(sequence));
  ASSIGN_OR_RETURN(const v1::AnswerRecord record, BodyOfAnswer(stored.parts));
  for (const v1::Citation& citation : record.answer().citations()) {
    for (const v1::SourceSpan& source : citation.sources()) {
      if (source.source().document() == version.document() &&
          source.source().version() == version.version()) {
        return source.source().sha256();
      }
    }
  }
  return LedgerDamaged(
      absl::StrCat("record ", sequence, " does not cite what the index says"));
}

}  // namespace

absl::StatusOr<v1::ListRecordsResponse> ListRecords(
    const v1::ListRecordsRequest& request, const Scope& scope,
    const Ledger& ledger) {
  v1::ListAnswersRequest all;
  all.set_page_size(request.page_size());
  all.set_page_token(request.page_token());
  all.set_collection(request.collection());
  return ListAnswers(all, scope, ledger);
}

absl::StatusOr<v1::ListRecordsResponse> ListAnswers(
    const v1::ListAnswersRequest& request, const Scope& scope,
    const Ledger& ledger) {
  RETURN_IF_ERROR(ValidateList(request));
  ASSIGN_OR_RETURN(const Rows rows, ChooseRows(request, scope, ledger));
  const std::unique_ptr<KvIterator> it =
      ledger.kv()->Iterate(rows.table, rows.prefix);
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(const std::string key,
                     KeyOfToken(request.page_token(), rows.prefix));
    it->Seek(key);
  } else if (request.begin_time_us() > 0) {
    ASSIGN_OR_RETURN(const uint64_t first,
                     FirstSince(request.begin_time_us(), ledger));
    it->Seek(absl::StrCat(rows.prefix, SequenceKey(first)));
  }
  // From there on nothing that follows is older.
  const std::vector<uint64_t> set_backs = ledger.SetBacks();
  const uint64_t last_set_back = set_backs.empty() ? 0 : set_backs.back();
  v1::ListRecordsResponse response;
  size_t bytes = 0;
  for (int passed = 0; it->Valid(); it->Next(), ++passed) {
    if (response.records_size() >= PageSize(request.page_size()) ||
        bytes > kMaxPageBytes || passed > kMaxPassedOver) {
      response.set_next_page_token(Hex(it->key()));
      break;
    }
    ASSIGN_OR_RETURN(const uint64_t sequence,
                     ParseSequence(it->key().substr(rows.prefix.size())));
    const absl::StatusOr<StoredRecord> stored = ledger.Read(sequence);
    if (absl::IsNotFound(stored.status()) && ledger.IsRemoved(sequence)) {
      continue;
    }
    if (absl::IsNotFound(stored.status())) {
      return LedgerDamaged(absl::StrCat("record ", sequence, " is missing"));
    }
    RETURN_IF_ERROR(stored.status());
    if (stored->parts.kind != RecordKind::kAnswer) continue;
    if (request.end_time_us() > 0 &&
        stored->parts.time_us >= request.end_time_us() &&
        sequence >= last_set_back) {
      break;
    }
    ASSIGN_OR_RETURN(const v1::AnswerRecord body, BodyOfAnswer(stored->parts));
    if (!Matches(body, request, scope)) continue;
    ASSIGN_OR_RETURN(v1::AnswerRecord record,
                     OpenWhatIsLeft(stored->parts, *ledger.keyring()));
    record.mutable_answer()->mutable_receipt()->set_record_sha256(
        std::string(AsBytes(stored->leaf)));
    bytes += record.ByteSizeLong();
    *response.add_records() = std::move(record);
  }
  RETURN_IF_ERROR(it->status());
  return response;
}

absl::StatusOr<v1::ListAnswersCitingResponse> ListAnswersCiting(
    const v1::ListAnswersCitingRequest& request, const Scope& scope,
    const Ledger& ledger) {
  RETURN_IF_ERROR(ValidateCiting(request));
  const std::string prefix =
      CitingPrefix(request.collection(), request.document(), 0);
  const uint32_t last = std::max(request.version(), request.last_version());
  const std::unique_ptr<KvIterator> it =
      ledger.kv()->Iterate(kLedgerCiting, prefix);
  if (!request.page_token().empty()) {
    ASSIGN_OR_RETURN(const std::string key,
                     KeyOfToken(request.page_token(), prefix));
    it->Seek(key);
  } else if (request.version() > 0) {
    it->Seek(CitingPrefix(request.collection(), request.document(),
                          request.version()));
  }
  std::map<uint32_t, std::string> hashes;
  v1::ListAnswersCitingResponse response;
  for (int passed = 0; it->Valid(); it->Next(), ++passed) {
    const absl::string_view rest = it->key().substr(prefix.size());
    if (rest.size() != 12) {
      return LedgerDamaged("a key of the index of citing answers is no key");
    }
    ASSIGN_OR_RETURN(
        const uint64_t version,
        ParseSequence(absl::StrCat(std::string(4, '\0'), rest.substr(0, 4))));
    if (last > 0 && version > last) break;
    if (response.entries_size() >= PageSize(request.page_size()) ||
        passed > kMaxPassedOver) {
      response.set_next_page_token(Hex(it->key()));
      break;
    }
    ASSIGN_OR_RETURN(const uint64_t sequence, ParseSequence(rest.substr(4)));
    ASSIGN_OR_RETURN(const CitingValue value, DecodeCiting(it->value()));
    if (value.tenant != scope.tenant || ledger.IsRemoved(sequence)) continue;
    v1::ListAnswersCitingResponse::Entry entry =
        CitingEntry(request, static_cast<uint32_t>(version), sequence, value);
    if (entry.spans().empty()) continue;
    std::string& hash = hashes[static_cast<uint32_t>(version)];
    if (hash.empty()) {
      ASSIGN_OR_RETURN(hash, HashOfVersion(entry.source(), sequence, ledger));
    }
    entry.mutable_source()->set_sha256(hash);
    *response.add_entries() = std::move(entry);
  }
  RETURN_IF_ERROR(it->status());
  return response;
}

}  // namespace footnote
