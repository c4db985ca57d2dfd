#include "audit/verify.h"

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/sources.h"
#include "audit/validate.h"
#include "base/hash.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

// OK when `stored` fits to the records beside it.
absl::Status CheckLinks(const StoredRecord& stored, const Ledger& ledger) {
  std::string previous(kNoRecordSha256, kSha256Bytes);
  if (stored.sequence > 1) {
    ASSIGN_OR_RETURN(const StoredRecord before,
                     ledger.Read(stored.sequence - 1));
    previous = before.sha256;
  }
  if (stored.previous_sha256 != previous) {
    return absl::DataLossError("the record before it is another one");
  }
  ASSIGN_OR_RETURN(const Ledger::Head head, ledger.StoredHead());
  std::string following = head.sha256;
  if (stored.sequence < head.sequence) {
    ASSIGN_OR_RETURN(const StoredRecord behind,
                     ledger.Read(stored.sequence + 1));
    following = behind.previous_sha256;
  }
  if (stored.sequence > head.sequence || stored.sha256 != following) {
    return absl::DataLossError("the record behind it follows another one");
  }
  return absl::OkStatus();
}

bool MeansDamage(const absl::Status& status) {
  return absl::IsDataLoss(status) || absl::IsNotFound(status);
}

// One walk over the chain.
class ChainWalk {
 public:
  ChainWalk(const Ledger& ledger,
            const std::function<bool(const v1::VerifyChainResponse&)>& show)
      : ledger_(ledger), show_(show), snapshot_(ledger.kv()->Snapshot()) {}

  absl::Status Run() {
    RETURN_IF_ERROR(WalkRecords());
    RETURN_IF_ERROR(CheckHead());
    RETURN_IF_ERROR(CheckIndex(kLedgerAnswers, "an answer's id"));
    RETURN_IF_ERROR(CheckIndex(kLedgerRequests, "a request's id"));
    v1::VerifyChainResponse last;
    last.set_done(true);
    last.set_records(records_);
    last.set_damaged(damaged_);
    return Show(last);
  }

 private:
  absl::Status WalkRecords() {
    const auto it = ledger_.kv()->Iterate(kLedgerRecords, "", snapshot_.get());
    for (; it->Valid(); it->Next()) {
      const absl::StatusOr<uint64_t> sequence = ParseSequence(it->key());
      if (!sequence.ok()) {
        RETURN_IF_ERROR(Report(last_ + 1, "a record without a number"));
        continue;
      }
      for (uint64_t missing = last_ + 1; missing < *sequence; ++missing) {
        RETURN_IF_ERROR(Report(missing, "missing"));
        previous_.clear();
        // A wrong number of the far future must not be counted to.
        if (missing - last_ >= kMostMissing) break;
      }
      RETURN_IF_ERROR(CheckRecord(*sequence, it->value()));
      last_ = *sequence;
      ++records_;
    }
    return it->status();
  }

  absl::Status CheckRecord(uint64_t sequence, absl::string_view bytes) {
    const absl::StatusOr<StoredRecord> stored = DecodeRecord(bytes);
    if (!stored.ok()) {
      previous_.clear();
      return Report(sequence, stored.status().message());
    }
    std::string wrong;
    if (stored->sequence != sequence) {
      wrong = absl::StrCat("here stands record ", stored->sequence);
    } else if (!previous_.empty() && stored->previous_sha256 != previous_) {
      wrong = absl::StrCat("follows a record with SHA-256 ",
                           Hex(stored->previous_sha256), ", but that has ",
                           Hex(previous_));
    }
    previous_ = stored->sha256;
    return wrong.empty() ? absl::OkStatus() : Report(sequence, wrong);
  }

  absl::Status CheckHead() {
    const absl::StatusOr<Ledger::Head> head =
        ledger_.StoredHead(snapshot_.get());
    if (!head.ok()) {
      if (!absl::IsDataLoss(head.status())) return head.status();
      return Report(last_ + 1, head.status().message());
    }
    head_ = head->sequence;
    for (uint64_t missing = last_ + 1; missing <= head->sequence; ++missing) {
      RETURN_IF_ERROR(Report(missing, "missing"));
      if (missing - last_ >= kMostMissing) break;
    }
    if (head->sequence < last_) {
      return Report(head->sequence + 1, "is not in the book's head");
    }
    if (head->sequence == last_ && !previous_.empty() &&
        head->sha256 != previous_) {
      return Report(last_, "is not the record of the book's head");
    }
    return absl::OkStatus();
  }

  // Every entry leads to a record that is there.
  absl::Status CheckIndex(LedgerTable table, absl::string_view what) {
    const auto it = ledger_.kv()->Iterate(table, "", snapshot_.get());
    for (; it->Valid(); it->Next()) {
      const absl::StatusOr<uint64_t> sequence = ParseSequence(it->value());
      if (!sequence.ok() || *sequence == 0 ||
          *sequence > std::max(last_, head_)) {
        RETURN_IF_ERROR(Report(sequence.ok() ? *sequence : last_ + 1,
                               absl::StrCat(what, " leads to it: missing")));
      }
    }
    return it->status();
  }

  absl::Status Report(uint64_t sequence, absl::string_view detail) {
    ++damaged_;
    v1::VerifyChainResponse response;
    response.set_damaged_sequence(sequence);
    response.set_detail(std::string(detail));
    return Show(response);
  }

  absl::Status Show(const v1::VerifyChainResponse& response) {
    return show_(response) ? absl::OkStatus()
                           : absl::CancelledError("the caller went away");
  }

  static constexpr uint64_t kMostMissing = 10000;

  const Ledger& ledger_;
  const std::function<bool(const v1::VerifyChainResponse&)>& show_;
  const std::shared_ptr<const KvSnapshot> snapshot_;
  // The hash that the next record must follow; empty after damage, which is
  // reported once.
  std::string previous_ = std::string(kNoRecordSha256, kSha256Bytes);
  uint64_t last_ = 0;
  uint64_t head_ = 0;
  uint64_t records_ = 0;
  uint64_t damaged_ = 0;
};

}  // namespace

absl::StatusOr<v1::VerifyAnswerResponse> VerifyAnswer(
    const v1::VerifyAnswerRequest& request, const Ledger& ledger,
    Store* store) {
  RETURN_IF_ERROR(ValidateAnswerId(request.answer_id()));
  // What another process erased a moment ago must not be found.
  RETURN_IF_ERROR(store->Refresh());
  v1::VerifyAnswerResponse response;
  response.set_answer_id(request.answer_id());
  const absl::StatusOr<StoredRecord> stored = ledger.Find(request.answer_id());
  // A record that does not have its hash says nothing that could be checked.
  if (absl::IsDataLoss(stored.status())) return response;
  RETURN_IF_ERROR(stored.status());

  const absl::Status links = CheckLinks(*stored, ledger);
  if (!links.ok() && !MeansDamage(links)) return links;
  response.set_record_intact(links.ok());
  const v1::Answer& answer = stored->record.answer();
  *response.mutable_receipt() = answer.receipt();
  bool found = true;
  for (const v1::Citation& citation : answer.citations()) {
    ASSIGN_OR_RETURN(
        v1::CitationCheck check,
        CheckCitation(answer.text(), citation, stored->record.retrieved(),
                      CheckDepth::kWholeVersion, store));
    found &= check.verdict() == v1::FOUND;
    *response.add_citations() = std::move(check);
  }
  response.set_verified(response.record_intact() && found);
  return response;
}

absl::Status VerifyChain(
    const Ledger& ledger,
    const std::function<bool(const v1::VerifyChainResponse&)>& show) {
  return ChainWalk(ledger, show).Run();
}

}  // namespace footnote
