#include "audit/append.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/sources.h"
#include "audit/validate.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

absl::Status CheckCitations(const v1::AnswerRecord& record, Store* store) {
  const v1::Answer& answer = record.answer();
  for (int i = 0; i < answer.citations_size(); ++i) {
    ASSIGN_OR_RETURN(
        const v1::CitationCheck check,
        CheckCitation(answer.citations(i), record, CheckDepth::kQuote, store));
    if (check.verdict() == v1::FOUND) continue;
    absl::Status status = absl::FailedPreconditionError(absl::StrCat(
        "citation ", i, " of the answer: ", v1::Verdict_Name(check.verdict()),
        ", want FOUND: ", check.detail()));
    if (check.verdict() == v1::SOURCE_ERASED) {
      SetErrorReason("SOURCE_ERASED", &status);
    }
    return status;
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::AppendAnswerResponse> AppendAnswer(
    const v1::AppendAnswerRequest& request, Ledger* ledger, Store* store) {
  RETURN_IF_ERROR(ValidateAppend(request));
  RETURN_IF_ERROR(CheckCitations(request.record(), store));
  absl::StatusOr<Ledger::Appended> appended = ledger->Append(request.record());
  if (absl::IsResourceExhausted(appended.status())) {
    absl::Status status = appended.status();
    SetErrorReason("DISK_FULL", &status);
    return status;
  }
  RETURN_IF_ERROR(appended.status());
  v1::AppendAnswerResponse response;
  *response.mutable_receipt() = std::move(appended->receipt);
  response.set_repeated_request(appended->repeated_request);
  return response;
}

}  // namespace footnote
