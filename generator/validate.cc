#include "generator/validate.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "model/template/json_value.h"
#include "text/language.h"

namespace footnote {
namespace {

template <typename... Parts>
absl::Status Invalid(const Parts&... parts) {
  absl::Status status = absl::InvalidArgumentError(absl::StrCat(parts...));
  SetErrorReason("INVALID_REQUEST", &status);
  return status;
}

// As many as a question can have, and more.
constexpr int kMaxTermsGiven = 1024;
// The logarithm of more passages than there are.
constexpr float kMaxRarity = 64;

absl::Status ValidateScore(int index, const v1::Passage& passage) {
  if (std::isfinite(passage.score().total()) &&
      std::isfinite(passage.score().lexical()) &&
      std::isfinite(passage.score().vector())) {
    return absl::OkStatus();
  }
  return Invalid("passages[", index, "].score: want finite numbers");
}

absl::Status ValidatePassage(absl::string_view list, int index,
                             const v1::Passage& passage) {
  const v1::Span& span = passage.span();
  if (span.end() < span.begin() ||
      span.end() - span.begin() != passage.text().size()) {
    return Invalid(list, "[", index, "].text: ", passage.text().size(),
                   " bytes, want those of its span [", span.begin(), ", ",
                   span.end(), ")");
  }
  if (!IsValidUtf8(passage.text())) {
    return Invalid(list, "[", index, "].text: invalid UTF-8 at byte ",
                   ValidUtf8Prefix(passage.text()), ", want UTF-8");
  }
  if (passage.source().document().empty() || passage.source().version() == 0) {
    return Invalid(list, "[", index,
                   "].source: no document or version, want both");
  }
  return absl::OkStatus();
}

absl::Status ValidateTool(int index, const v1::ToolUse& tool) {
  for (const std::string& result : tool.results()) {
    if (result.size() > kMaxResultBytes || !IsValidUtf8(result)) {
      return Invalid("tools[", index, "].results: ", result.size(),
                     " bytes, want UTF-8 and at most ", kMaxResultBytes);
    }
  }
  if (tool.results_size() > kMaxPassagesGiven) {
    return Invalid("tools[", index, "].results: ", tool.results_size(),
                   " of them, want at most ", kMaxPassagesGiven);
  }
  if (JsonDepth(tool.parameters()) > kMaxJsonDepth) {
    return Invalid("tools[", index, "].parameters: nest ",
                   JsonDepth(tool.parameters()), " deep, want at most ",
                   kMaxJsonDepth);
  }
  if (!IsValidUtf8(tool.parameters()) || !IsValidUtf8(tool.tool()) ||
      !IsValidUtf8(tool.call_id())) {
    return Invalid("tools[", index, "]: want UTF-8");
  }
  return absl::OkStatus();
}

absl::Status ValidateRange(absl::string_view field, int value, int limit) {
  if (value >= 0 && value <= limit) return absl::OkStatus();
  return Invalid(field, ": ", value, ", want 0 to ", limit);
}

// What requests have that bring a question and what a search knows of it.
template <typename Request>
absl::Status ValidateQuestion(const Request& request) {
  const std::string& question = request.question();
  if (question.empty() || question.size() > kMaxQuestionBytes) {
    return Invalid("question: ", question.size(), " bytes, want 1 to ",
                   kMaxQuestionBytes);
  }
  if (!IsValidUtf8(question)) {
    return Invalid("question: invalid UTF-8 at byte ",
                   ValidUtf8Prefix(question), ", want UTF-8");
  }
  if (!ParseLanguage(request.language()).ok()) {
    return Invalid("language: \"", request.language(),
                   "\", want an ISO 639-1 code of the 23 languages, or empty");
  }
  if (request.term_keys_size() != request.term_rarities_size() ||
      request.term_keys_size() > kMaxTermsGiven) {
    return Invalid("term_keys, term_rarities: ", request.term_keys_size(),
                   " and ", request.term_rarities_size(),
                   ", want as many of both and at most ", kMaxTermsGiven);
  }
  for (int i = 0; i < request.term_rarities_size(); ++i) {
    const float rarity = request.term_rarities(i);
    if (!(rarity >= 0 && rarity <= kMaxRarity)) {
      return Invalid("term_rarities[", i, "]: ", rarity, ", want 0 to ",
                     kMaxRarity);
    }
  }
  for (int i = 0; i < request.vector_size(); ++i) {
    if (std::isfinite(request.vector(i))) continue;
    return Invalid("vector[", i, "]: ", request.vector(i),
                   ", want a finite number");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ValidateGenerate(const v1::GenerateRequest& request) {
  RETURN_IF_ERROR(ValidateQuestion(request));
  RETURN_IF_ERROR(ValidateRange("max_sentences", request.max_sentences(),
                                kMaxSentencesAsked));
  RETURN_IF_ERROR(ValidateRange("max_code_points", request.max_code_points(),
                                kMaxCodePointsAsked));
  RETURN_IF_ERROR(
      ValidateRange("passages", request.passages_size(), kMaxPassagesGiven));
  for (int i = 0; i < request.passages_size(); ++i) {
    RETURN_IF_ERROR(ValidatePassage("passages", i, request.passages(i)));
    RETURN_IF_ERROR(ValidateScore(i, request.passages(i)));
  }
  RETURN_IF_ERROR(ValidateRange("texts", request.texts_size(), kMaxTexts));
  for (int i = 0; i < request.texts_size(); ++i) {
    RETURN_IF_ERROR(ValidatePassage("texts", i, request.texts(i)));
  }
  RETURN_IF_ERROR(ValidateRange("tools", request.tools_size(), kMaxToolUses));
  for (int i = 0; i < request.tools_size(); ++i) {
    RETURN_IF_ERROR(ValidateTool(i, request.tools(i)));
  }
  if (request.safety_mode().size() > kMaxSafetyMode ||
      !IsValidUtf8(request.safety_mode())) {
    return Invalid("safety_mode: ", request.safety_mode().size(),
                   " bytes, want UTF-8 and at most ", kMaxSafetyMode);
  }
  if (JsonDepth(request.tools_json()) > kMaxJsonDepth) {
    return Invalid("tools_json: nests ", JsonDepth(request.tools_json()),
                   " deep, want at most ", kMaxJsonDepth);
  }
  if (!IsValidUtf8(request.tools_json()) || !IsValidUtf8(request.plan())) {
    return Invalid("tools_json, plan: want UTF-8");
  }
  return absl::OkStatus();
}

absl::Status ValidateRerank(const v1::RerankRequest& request) {
  RETURN_IF_ERROR(ValidateQuestion(request));
  const int count = request.passages_size();
  if (count == 0 || count > kMaxPassagesGiven) {
    return Invalid("passages: ", count, " of them, want 1 to ",
                   kMaxPassagesGiven);
  }
  for (int i = 0; i < count; ++i) {
    const v1::Passage& passage = request.passages(i);
    if (!IsValidUtf8(passage.text())) {
      return Invalid("passages[", i, "].text: invalid UTF-8 at byte ",
                     ValidUtf8Prefix(passage.text()), ", want UTF-8");
    }
    RETURN_IF_ERROR(ValidateScore(i, passage));
  }
  return ValidateRange("top_n", request.top_n(), kMaxPassagesGiven);
}

absl::Status ValidateRewrite(const v1::RewriteRequest& request) {
  RETURN_IF_ERROR(ValidateRange("history", request.history_size(), kMaxTurns));
  for (int i = 0; i < request.history_size(); ++i) {
    const std::string& text = request.history(i).content();
    if (text.size() > kMaxQuestionBytes || !IsValidUtf8(text)) {
      return Invalid("history[", i, "].content: ", text.size(),
                     " bytes, want UTF-8 and at most ", kMaxQuestionBytes);
    }
    const std::string& role = request.history(i).role();
    if (role != "user" && role != "assistant") {
      return Invalid("history[", i, "].role: want user or assistant");
    }
  }
  const std::string& question = request.question();
  if (question.empty() || question.size() > kMaxQuestionBytes ||
      !IsValidUtf8(question)) {
    return Invalid("question: ", question.size(), " bytes, want UTF-8, 1 to ",
                   kMaxQuestionBytes);
  }
  if (!ParseLanguage(request.language()).ok()) {
    return Invalid("language: \"", request.language(),
                   "\", want an ISO 639-1 code of the 23 languages, or empty");
  }
  return absl::OkStatus();
}

}  // namespace footnote
