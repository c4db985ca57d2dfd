#include "gateway/validate.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace footnote {
namespace {

constexpr size_t kMaxQuestionBytes = 100000;
constexpr size_t kMaxRequestIdBytes = 128;
constexpr int kMaxTopK = 100;
constexpr int kMaxSentences = 10;
constexpr int kMaxCodePoints = 100000;
constexpr int kMaxFilterValues = 1000;
// It is recorded with each answer, for as long as that is.
constexpr size_t kMaxFilterBytes = 1 << 20;
constexpr int kMaxToolSteps = 8;
constexpr int kMaxTurns = 100;
constexpr size_t kMaxSafetyMode = 64;
constexpr size_t kAnswerIdCharacters = 26;
// An identifier that is too long to be one is not shown whole.
constexpr size_t kShownBytes = 80;

absl::Status Invalid(absl::string_view field, absl::string_view value,
                     absl::string_view wanted) {
  absl::Status status = absl::InvalidArgumentError(
      absl::StrCat(field, ": ", value, ", want ", wanted));
  SetErrorReason("INVALID_REQUEST", &status);
  return status;
}

std::string Quoted(absl::string_view value) {
  return absl::StrCat(
      "\"", value.substr(0, FloorToCodePoint(value, kShownBytes)), "\"");
}

bool IsLanguage(absl::string_view code) {
  return code.size() == 2 && absl::ascii_islower(code[0]) &&
         absl::ascii_islower(code[1]);
}

absl::Status CheckAtMost(absl::string_view field, int value, int most) {
  if (value >= 0 && value <= most) return absl::OkStatus();
  return Invalid(field, absl::StrCat(value), absl::StrCat("0 to ", most));
}

absl::Status CheckHistory(const v1::AskRequest& request) {
  RETURN_IF_ERROR(CheckAtMost("history", request.history_size(), kMaxTurns));
  for (int i = 0; i < request.history_size(); ++i) {
    const v1::Turn& turn = request.history(i);
    if (turn.role() != "user" && turn.role() != "assistant") {
      return Invalid(absl::StrCat("history[", i, "].role"), Quoted(turn.role()),
                     "user or assistant");
    }
    if (turn.content().empty() || turn.content().size() > kMaxQuestionBytes ||
        !IsValidUtf8(turn.content())) {
      return Invalid(absl::StrCat("history[", i, "].content"),
                     absl::StrCat(turn.content().size(), " bytes"),
                     absl::StrCat("UTF-8, 1 to ", kMaxQuestionBytes));
    }
  }
  return absl::OkStatus();
}

absl::Status CheckFilter(const v1::Filter& filter) {
  const size_t bytes = filter.ByteSizeLong();
  if (bytes > kMaxFilterBytes) {
    return Invalid("filter", absl::StrCat(bytes, " bytes"),
                   absl::StrCat("at most ", kMaxFilterBytes));
  }
  for (const std::string& language : filter.languages()) {
    if (!IsLanguage(language)) {
      return Invalid("filter.languages", Quoted(language),
                     "an ISO 639-1 code such as \"de\"");
    }
  }
  RETURN_IF_ERROR(CheckAtMost("filter.documents", filter.documents_size(),
                              kMaxFilterValues));
  RETURN_IF_ERROR(CheckAtMost("filter.conditions", filter.conditions_size(),
                              kMaxFilterValues));
  RETURN_IF_ERROR(CheckAtMost("filter.access_labels",
                              filter.access_labels_size(), kMaxFilterValues));
  for (const v1::Filter::Condition& condition : filter.conditions()) {
    if (condition.key().empty() || condition.key().size() > 128) {
      return Invalid("filter.conditions.key", Quoted(condition.key()),
                     "1 to 128 bytes");
    }
  }
  return absl::OkStatus();
}

}  // namespace

bool IsCollectionId(absl::string_view id) {
  if (id.empty() || id.size() > 63 || id[0] == '_' || id[0] == '-') {
    return false;
  }
  for (const char c : id) {
    const bool allowed = absl::ascii_islower(c) || absl::ascii_isdigit(c) ||
                         c == '_' || c == '-';
    if (!allowed) return false;
  }
  return true;
}

absl::Status ValidateAsk(const v1::AskRequest& request) {
  if (!IsCollectionId(request.collection())) {
    return Invalid("collection", Quoted(request.collection()),
                   "[a-z0-9][a-z0-9_-]{0,62}");
  }
  const std::string& question = request.question();
  if (question.empty() || question.size() > kMaxQuestionBytes) {
    return Invalid("question", absl::StrCat(question.size(), " bytes"),
                   absl::StrCat("1 to ", kMaxQuestionBytes));
  }
  if (!IsValidUtf8(question)) {
    return Invalid(
        "question",
        absl::StrCat("byte ", ValidUtf8Prefix(question), " is not UTF-8"),
        "UTF-8");
  }
  if (!request.language().empty() && !IsLanguage(request.language())) {
    return Invalid("language", Quoted(request.language()),
                   "an ISO 639-1 code such as \"de\", or nothing");
  }
  if (request.request_id().size() > kMaxRequestIdBytes) {
    return Invalid("request_id",
                   absl::StrCat(request.request_id().size(), " bytes"),
                   absl::StrCat("at most ", kMaxRequestIdBytes));
  }
  RETURN_IF_ERROR(CheckAtMost("top_k", request.top_k(), kMaxTopK));
  RETURN_IF_ERROR(
      CheckAtMost("max_sentences", request.max_sentences(), kMaxSentences));
  RETURN_IF_ERROR(CheckAtMost("max_code_points", request.max_code_points(),
                              kMaxCodePoints));
  RETURN_IF_ERROR(
      CheckAtMost("max_tool_steps", request.max_tool_steps(), kMaxToolSteps));
  if (!v1::CitationMode_IsValid(request.citation_mode())) {
    return Invalid("citation_mode", absl::StrCat(request.citation_mode()),
                   "ACCURATE or FAST");
  }
  if (request.safety_mode().size() > kMaxSafetyMode ||
      !IsValidUtf8(request.safety_mode())) {
    return Invalid("safety_mode",
                   absl::StrCat(request.safety_mode().size(), " bytes"),
                   absl::StrCat("UTF-8 and at most ", kMaxSafetyMode));
  }
  RETURN_IF_ERROR(CheckHistory(request));
  return CheckFilter(request.filter());
}

absl::Status ValidateGetAnswer(const v1::GetAnswerRequest& request) {
  bool crockford = request.answer_id().size() == kAnswerIdCharacters;
  for (const char c : request.answer_id()) {
    crockford &=
        absl::ascii_isdigit(c) || (absl::ascii_isupper(c) && c != 'I' &&
                                   c != 'L' && c != 'O' && c != 'U');
  }
  if (crockford) return absl::OkStatus();
  return Invalid("answer_id", Quoted(request.answer_id()),
                 "26 characters of Crockford base 32");
}

}  // namespace footnote
