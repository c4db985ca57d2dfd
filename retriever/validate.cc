#include "retriever/validate.h"

#include <cmath>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "proto/footnote/v1/retriever.pb.h"
#include "text/language.h"

namespace footnote {
namespace {

constexpr size_t kMaxQuestion = 100000;
constexpr int kMaxTopK = 1000;
constexpr int kMaxTexts = 1000;
// Each document is asked for all of them.
constexpr int kMaxConditions = 1000;
constexpr int kMaxDimension = 8192;

absl::Status Invalid(absl::string_view message) {
  absl::Status status = absl::InvalidArgumentError(message);
  SetErrorReason("INVALID_REQUEST", &status);
  return status;
}

bool IsCollectionCharacter(char c, bool first) {
  if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) return true;
  return !first && (c == '_' || c == '-');
}

absl::Status ValidateCollection(absl::string_view id) {
  bool good = !id.empty() && id.size() <= 63;
  for (size_t i = 0; good && i < id.size(); ++i) {
    good = IsCollectionCharacter(id[i], i == 0);
  }
  if (good) return absl::OkStatus();
  return Invalid(absl::StrCat("collection \"", id.substr(0, 80),
                              "\": want [a-z0-9][a-z0-9_-]{0,62}"));
}

absl::Status ValidateLanguage(absl::string_view field, absl::string_view code) {
  if (ParseLanguage(code).ok()) return absl::OkStatus();
  return Invalid(absl::StrCat(field, " \"", code.substr(0, 40),
                              "\": want the ISO 639-1 code of one of the 23 "
                              "languages"));
}

absl::Status ValidateVector(const v1::SearchRequest& request) {
  if (request.vector_size() > kMaxDimension) {
    return Invalid(absl::StrCat("vector has ", request.vector_size(),
                                " values, want at most ", kMaxDimension));
  }
  double square = 0;
  for (int i = 0; i < request.vector_size(); ++i) {
    if (!std::isfinite(request.vector(i))) {
      return Invalid(absl::StrCat("vector value ", i, " is ", request.vector(i),
                                  ", want a finite number"));
    }
    square += double{request.vector(i)} * request.vector(i);
  }
  if (request.vector_size() > 0 && std::fabs(square - 1) > 0.02) {
    return Invalid(
        absl::StrCat("vector has length ", std::sqrt(square), ", want 1"));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateSearch(const v1::SearchRequest& request) {
  RETURN_IF_ERROR(ValidateCollection(request.collection()));
  if (request.question().empty() && request.vector().empty()) {
    return Invalid("question is empty and there is no vector, want either");
  }
  if (request.question().size() > kMaxQuestion) {
    return Invalid(absl::StrCat("question has ", request.question().size(),
                                " bytes, want at most ", kMaxQuestion));
  }
  if (!request.language().empty()) {
    RETURN_IF_ERROR(ValidateLanguage("language", request.language()));
  }
  for (const std::string& code : request.filter().languages()) {
    RETURN_IF_ERROR(ValidateLanguage("filter.languages", code));
  }
  if (request.filter().conditions_size() > kMaxConditions) {
    return Invalid(
        absl::StrCat("filter.conditions: ", request.filter().conditions_size(),
                     ", want at most ", kMaxConditions));
  }
  for (const v1::Filter::Condition& condition : request.filter().conditions()) {
    if (condition.key().empty()) {
      return Invalid("filter.conditions.key is empty, want a metadata key");
    }
  }
  if (request.top_k() < 0 || request.top_k() > kMaxTopK) {
    return Invalid(
        absl::StrCat("top_k is ", request.top_k(), ", want 0 to ", kMaxTopK));
  }
  if (request.mode() == v1::VECTOR && request.question().empty() &&
      request.vector().empty()) {
    return Invalid("mode VECTOR wants a question or a vector");
  }
  if (!v1::SearchMode_IsValid(request.mode())) {
    return Invalid(absl::StrCat("mode is ", request.mode(),
                                ", want HYBRID, LEXICAL or VECTOR"));
  }
  if (!v1::SearchOrder_IsValid(request.order())) {
    return Invalid(
        absl::StrCat("order is ", request.order(), ", want FUSED or RERANKED"));
  }
  if (request.standby() && request.generation() != 0) {
    return Invalid(absl::StrCat("generation is ", request.generation(),
                                " beside standby, want 0"));
  }
  return ValidateVector(request);
}

absl::Status ValidateEncode(const v1::EncodeRequest& request) {
  if (request.texts().empty() || request.texts_size() > kMaxTexts) {
    return Invalid(absl::StrCat("texts has ", request.texts_size(),
                                " entries, want 1 to ", kMaxTexts));
  }
  for (const std::string& text : request.texts()) {
    if (text.size() > kMaxQuestion) {
      return Invalid(absl::StrCat("a text has ", text.size(),
                                  " bytes, want at most ", kMaxQuestion));
    }
  }
  return absl::OkStatus();
}

}  // namespace footnote
