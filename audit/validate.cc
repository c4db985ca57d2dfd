#include "audit/validate.h"

#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace footnote {
namespace {

absl::Status ValidateSource(absl::string_view field,
                            const v1::SourceSpan& source) {
  const v1::DocumentVersion& version = source.source();
  if (version.collection().empty() || version.document().empty() ||
      version.version() == 0) {
    return InvalidRequest(
        absl::StrCat(field, ".source: want collection, document and version"));
  }
  // The zero byte parts the fields of the keys of the reverse index.
  if (version.collection().find('\0') != std::string::npos ||
      version.document().find('\0') != std::string::npos) {
    return InvalidRequest(absl::StrCat(field, ".source: holds a zero byte"));
  }
  if (version.sha256().size() != kSha256Bytes) {
    return InvalidRequest(
        absl::StrCat(field, ".source.sha256: ", version.sha256().size(),
                     " bytes, want ", kSha256Bytes));
  }
  if (source.quote().empty()) {
    return InvalidRequest(absl::StrCat(field, ".quote: empty"));
  }
  return absl::OkStatus();
}

absl::Status ValidateCitation(int index, const v1::Citation& citation) {
  const std::string field =
      absl::StrCat("record.answer.citations[", index, "]");
  if (citation.verdict() != v1::FOUND) {
    return InvalidRequest(
        absl::StrCat(field, ".verdict: ", v1::Verdict_Name(citation.verdict()),
                     ", want FOUND"));
  }
  if (citation.sources().empty() && citation.tools().empty()) {
    return InvalidRequest(
        absl::StrCat(field, ".sources: none, want one or one of tools"));
  }
  for (int i = 0; i < citation.tools_size(); ++i) {
    if (citation.tools(i).quote().empty()) {
      return InvalidRequest(
          absl::StrCat(field, ".tools[", i, "].quote: empty"));
    }
  }
  for (int i = 0; i < citation.sources_size(); ++i) {
    RETURN_IF_ERROR(ValidateSource(absl::StrCat(field, ".sources[", i, "]"),
                                   citation.sources(i)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status InvalidRequest(absl::string_view message) {
  absl::Status status = absl::InvalidArgumentError(message);
  SetErrorReason("INVALID_REQUEST", &status);
  return status;
}

absl::Status ValidateAppend(const v1::AppendAnswerRequest& request) {
  const v1::AnswerRecord& record = request.record();
  const v1::Answer& answer = record.answer();
  if (!request.has_record() || !record.has_answer()) {
    return InvalidRequest("record.answer: missing");
  }
  if (!answer.id().empty() || answer.has_receipt()) {
    return InvalidRequest("record.answer: has an id or a receipt already");
  }
  if (answer.collection().empty() ||
      answer.collection().find('\0') != std::string::npos) {
    return InvalidRequest(
        "record.answer.collection: empty or with a zero "
        "byte, want a collection's id");
  }
  if (record.request_id().size() > kMaxRequestIdBytes) {
    return InvalidRequest(
        absl::StrCat("record.request_id: ", record.request_id().size(),
                     " bytes, want at most ", kMaxRequestIdBytes));
  }
  if (!IsValidUtf8(answer.text())) {
    return InvalidRequest("record.answer.text: invalid UTF-8");
  }
  const bool abstains =
      answer.abstention() != v1::ABSTENTION_REASON_UNSPECIFIED;
  if (abstains != answer.text().empty()) {
    return InvalidRequest(
        "record.answer: want either a text or a reason for having none");
  }
  if (answer.text().empty() != answer.citations().empty()) {
    return InvalidRequest(
        "record.answer.citations: want one for each sentence of the text");
  }
  for (int i = 0; i < answer.citations_size(); ++i) {
    RETURN_IF_ERROR(ValidateCitation(i, answer.citations(i)));
  }
  return absl::OkStatus();
}

absl::Status ValidateAnswerId(absl::string_view answer_id) {
  bool good = answer_id.size() == 26;
  for (const char c : answer_id) good &= absl::ascii_isalnum(c) != 0;
  if (good) return absl::OkStatus();
  return InvalidRequest(absl::StrCat(
      "answer_id: ", answer_id.size(),
      " bytes, want 26 letters and digits, such as an answer's receipt has"));
}

absl::Status ValidateExport(const v1::ExportBundleRequest& request) {
  const int count = request.answer_ids_size();
  if (count == 0 || count > kMaxPageSize) {
    return InvalidRequest(
        absl::StrCat("answer_ids: ", count, ", want 1 to ", kMaxPageSize));
  }
  for (const std::string& id : request.answer_ids()) {
    RETURN_IF_ERROR(ValidateAnswerId(id));
  }
  return absl::OkStatus();
}

absl::Status ValidatePageSize(int page_size) {
  if (page_size >= 0 && page_size <= kMaxPageSize) return absl::OkStatus();
  return InvalidRequest(
      absl::StrCat("page_size: ", page_size, ", want 0 to ", kMaxPageSize));
}

absl::Status ValidateHold(const v1::SetLegalHoldRequest& request) {
  const std::string& id = request.collection();
  // What was set under any name before can be lifted.
  if (id.empty() || !request.hold()) return absl::OkStatus();
  bool good = id.size() <= 63 && id[0] != '_' && id[0] != '-';
  for (const char c : id) {
    good &= absl::ascii_islower(c) || absl::ascii_isdigit(c) || c == '_' ||
            c == '-';
  }
  if (good) return absl::OkStatus();
  return InvalidRequest(
      "collection: not a collection's id, want [a-z0-9][a-z0-9_-]{0,62}, or "
      "none for all");
}

absl::Status ValidateCiting(const v1::ListAnswersCitingRequest& request) {
  if (request.collection().empty() || request.document().empty()) {
    return InvalidRequest("collection, document: want both");
  }
  if (request.collection().find('\0') != std::string::npos ||
      request.document().find('\0') != std::string::npos) {
    return InvalidRequest("collection, document: hold a zero byte");
  }
  if (request.last_version() > 0 &&
      request.last_version() < request.version()) {
    return InvalidRequest(absl::StrCat("last_version: ", request.last_version(),
                                       ", want 0 or at least version, ",
                                       request.version()));
  }
  if (request.has_span() && request.span().begin() >= request.span().end()) {
    return InvalidRequest(absl::StrCat("span: [", request.span().begin(), ", ",
                                       request.span().end(),
                                       "), want a byte or more"));
  }
  return ValidatePageSize(request.page_size());
}

absl::Status ValidateList(const v1::ListAnswersRequest& request) {
  if (request.end_time_us() > 0 &&
      request.end_time_us() <= request.begin_time_us()) {
    return InvalidRequest(absl::StrCat("end_time_us: ", request.end_time_us(),
                                       ", want 0 or more than begin_time_us, ",
                                       request.begin_time_us()));
  }
  if (!v1::Verdict_IsValid(request.verdict())) {
    return InvalidRequest(
        absl::StrCat("verdict: ", request.verdict(), ", want one of Verdict"));
  }
  return ValidatePageSize(request.page_size());
}

}  // namespace footnote
