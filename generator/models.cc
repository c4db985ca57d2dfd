#include "generator/models.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "base/utf8.h"

namespace footnote {
namespace {

constexpr int kMaxTexts = 256;
constexpr size_t kMaxTextBytes = 1 << 20;

template <typename... Parts>
absl::Status Invalid(const Parts&... parts) {
  absl::Status status = absl::InvalidArgumentError(absl::StrCat(parts...));
  SetErrorReason("INVALID_REQUEST", &status);
  return status;
}

// The status with the reason that the proto promises.
absl::Status WithReason(absl::Status status) {
  if (absl::IsNotFound(status)) SetErrorReason("MODEL_NOT_FOUND", &status);
  if (absl::IsInvalidArgument(status)) {
    SetErrorReason("INVALID_REQUEST", &status);
  }
  return status;
}

absl::StatusOr<const LanguageModel*> FindModel(const std::string& name,
                                               LanguageModels* models) {
  auto model = models->Find(name);
  if (!model.ok()) return WithReason(model.status());
  return model;
}

absl::Status CheckText(absl::string_view field, absl::string_view text) {
  if (text.size() > kMaxTextBytes) {
    return Invalid(field, ": ", text.size(), " bytes, want at most ",
                   kMaxTextBytes);
  }
  if (!IsValidUtf8(text)) {
    return Invalid(field, ": invalid UTF-8 at byte ", ValidUtf8Prefix(text),
                   ", want UTF-8");
  }
  return absl::OkStatus();
}

template <typename Texts>
absl::Status CheckTexts(const Texts& texts) {
  if (texts.empty() || texts.size() > kMaxTexts) {
    return Invalid("texts: ", texts.size(), " of them, want 1 to ", kMaxTexts);
  }
  for (int i = 0; i < texts.size(); ++i) {
    RETURN_IF_ERROR(CheckText(absl::StrCat("texts[", i, "]"), texts[i]));
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<v1::EmbedResponse> Embed(
    const v1::EmbedRequest& request, const Encoder* encoder,
    LanguageModels* models, const std::function<bool()>& is_cancelled) {
  RETURN_IF_ERROR(CheckTexts(request.texts()));
  v1::EmbedResponse response;
  if (request.model().empty()) {
    if (encoder == nullptr) {
      return absl::FailedPreconditionError(
          "this server has no encoder, and the request names no model");
    }
    const std::vector<absl::string_view> texts(request.texts().begin(),
                                               request.texts().end());
    const size_t n = encoder->dimension();
    std::vector<float> rows(texts.size() * n);
    RETURN_IF_ERROR(encoder->Encode(texts, rows.data()));
    for (size_t i = 0; i < texts.size(); ++i) {
      response.add_vectors()->mutable_numbers()->Add(
          rows.begin() + i * n, rows.begin() + (i + 1) * n);
    }
    return response;
  }
  ASSIGN_OR_RETURN(const LanguageModel* const model,
                   FindModel(request.model(), models));
  for (int i = 0; i < request.texts_size(); ++i) {
    if (is_cancelled()) return absl::CancelledError("the caller went away");
    std::vector<int32_t> ids;
    const int32_t begin = model->tokenizer().bos();
    if (model->tokenizer().add_bos() && begin >= 0) ids.push_back(begin);
    model->tokenizer().Encode(request.texts(i), &ids);
    if (ids.empty()) {
      return Invalid("texts[", i, "]: empty, want at least one token");
    }
    ASSIGN_OR_RETURN(const std::vector<float> vector,
                     model->engine().Embed(ids));
    response.add_vectors()->mutable_numbers()->Add(vector.begin(),
                                                   vector.end());
  }
  return response;
}

absl::StatusOr<v1::TokenizeResponse> Tokenize(
    const v1::TokenizeRequest& request, LanguageModels* models) {
  RETURN_IF_ERROR(CheckTexts(request.texts()));
  ASSIGN_OR_RETURN(const LanguageModel* const model,
                   FindModel(request.model(), models));
  v1::TokenizeResponse response;
  for (const std::string& text : request.texts()) {
    std::vector<int32_t> ids;
    model->tokenizer().Encode(text, &ids);
    response.add_texts()->mutable_ids()->Add(ids.begin(), ids.end());
  }
  return response;
}

}  // namespace footnote
