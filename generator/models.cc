#include "generator/models.h"

#include <chrono>
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "model/text_stream.h"
#include "nlohmann/json.hpp"

namespace footnote {
namespace {

constexpr int kMaxTexts = 256;
constexpr size_t kMaxTextBytes = 1 << 20;
constexpr int kMaxAnswerTokens = 1 << 16;
constexpr int kDefaultAnswerTokens = 256;
constexpr int kMaxPriority = 100;
// How soon a caller that went away is noticed.
constexpr std::chrono::milliseconds kPatience(50);

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

absl::Status CheckChat(const v1::ChatRequest& request) {
  if (request.messages().empty()) return Invalid("messages: none, want some");
  for (int i = 0; i < request.messages_size(); ++i) {
    const std::string field = absl::StrCat("messages[", i, "]");
    RETURN_IF_ERROR(CheckText(field + ".role", request.messages(i).role()));
    RETURN_IF_ERROR(
        CheckText(field + ".content", request.messages(i).content()));
  }
  if (request.max_tokens() < 0 || request.max_tokens() > kMaxAnswerTokens) {
    return Invalid("max_tokens: ", request.max_tokens(), ", want 0 to ",
                   kMaxAnswerTokens);
  }
  if (request.priority() < -kMaxPriority || request.priority() > kMaxPriority) {
    return Invalid("priority: ", request.priority(), ", want -", kMaxPriority,
                   " to ", kMaxPriority);
  }
  return absl::OkStatus();
}

// What the model's template is given.
absl::StatusOr<std::string> TemplateRequest(const v1::ChatRequest& request) {
  nlohmann::json json = {{"add_generation_prompt", true},
                         {"messages", nlohmann::json::array()}};
  for (const v1::ChatRequest::Message& message : request.messages()) {
    json["messages"].push_back(
        {{"role", message.role()}, {"content", message.content()}});
  }
  if (!request.tools_json().empty()) {
    json["tools"] = nlohmann::json::parse(request.tools_json(), nullptr,
                                          /*allow_exceptions=*/false);
    if (!json["tools"].is_array()) {
      return Invalid("tools_json: want a JSON array");
    }
  }
  return json.dump();
}

Sampling SamplingOf(const v1::ChatSampling& asked) {
  Sampling sampling;
  sampling.temperature = asked.temperature();
  sampling.top_k = asked.top_k();
  if (asked.top_p() != 0) sampling.top_p = asked.top_p();
  if (asked.repetition_penalty() != 0) {
    sampling.repetition_penalty = asked.repetition_penalty();
  }
  sampling.frequency_penalty = asked.frequency_penalty();
  sampling.presence_penalty = asked.presence_penalty();
  sampling.seed = asked.seed();
  return sampling;
}

// From the engine's thread, which must not wait, to the caller's.
class Pieces {
 public:
  void Add(const std::string& piece) {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      text_ += piece;
    }
    arrived_.notify_one();
  }

  void End() {
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      ended_ = true;
    }
    arrived_.notify_one();
  }

  // What came since the last call; waits for it a moment. False at the end.
  bool Next(std::string* text) {
    std::unique_lock<std::mutex> lock(mutex_);
    arrived_.wait_for(lock, kPatience,
                      [this] { return ended_ || !text_.empty(); });
    *text = std::move(text_);
    text_.clear();
    return !(ended_ && text->empty());
  }

 private:
  std::mutex mutex_;
  std::condition_variable arrived_;
  std::string text_;    // guarded by mutex_
  bool ended_ = false;  // guarded by mutex_
};

v1::ChatEnd EndOf(const Generation& generation, const LanguageModel& model,
                  bool logprobs) {
  v1::ChatEnd end;
  end.set_finish(FinishReasonName(generation.finish));
  end.set_prompt_tokens(generation.prompt_tokens);
  end.set_cached_tokens(generation.cached_tokens);
  end.set_answer_tokens(static_cast<int>(generation.tokens.size()));
  end.set_model(model.name());
  end.set_first_token_seconds(generation.first_token_seconds);
  end.set_seconds(generation.seconds);
  if (!logprobs) return end;
  for (const GeneratedToken& token : generation.tokens) {
    v1::ChatEnd::Token* const told = end.add_tokens();
    told->set_id(token.id);
    told->set_logprob(token.logprob);
  }
  return end;
}

}  // namespace

absl::StatusOr<v1::ChatEnd> Chat(
    const v1::ChatRequest& request, LanguageModels* models, absl::Time deadline,
    const std::function<bool()>& is_cancelled,
    const std::function<bool(absl::string_view piece)>& send) {
  RETURN_IF_ERROR(CheckChat(request));
  ASSIGN_OR_RETURN(const std::string json, TemplateRequest(request));
  ASSIGN_OR_RETURN(const LanguageModel* const model,
                   FindModel(request.model(), models));
  if (model->chat() == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("model ", model->name(), ": it has no chat template"));
  }
  auto prompt = model->chat()->Render(json);
  if (!prompt.ok()) return WithReason(prompt.status());

  DecodeRequest decode;
  decode.prompt = model->Encode(*prompt);
  decode.max_tokens =
      request.max_tokens() == 0 ? kDefaultAnswerTokens : request.max_tokens();
  decode.sampling = SamplingOf(request.sampling());
  decode.logprobs = request.logprobs() ? 0 : -1;
  decode.deadline = deadline;
  decode.priority = request.priority();
  decode.tenant = request.tenant();
  // Shared: the engine's thread may be the last to use them.
  struct Shared {
    Shared(const Tokenizer& tokenizer, std::vector<std::string> stops)
        : stream(tokenizer, std::move(stops)) {}
    TextStream stream;
    Pieces pieces;
  };
  const auto shared = std::make_shared<Shared>(
      model->tokenizer(),
      std::vector<std::string>(request.stop().begin(), request.stop().end()));
  decode.on_token = [shared](const GeneratedToken& token) {
    shared->pieces.Add(shared->stream.Add(token.id));
    return !shared->stream.stopped();
  };
  auto ticket = model->engine().Submit(std::move(decode));
  if (!ticket.ok()) return WithReason(ticket.status());
  std::string piece;
  bool heard = true;
  while (heard && !(*ticket)->HasEnded()) {
    shared->pieces.Next(&piece);
    heard = !is_cancelled() && (piece.empty() || send(piece));
  }
  if (!heard) (*ticket)->Cancel();
  ASSIGN_OR_RETURN(const Generation generation, (*ticket)->Wait());
  if (!heard) return absl::CancelledError("the caller went away");
  if (generation.finish == FinishReason::kDeadline) {
    return absl::DeadlineExceededError(
        absl::StrCat("after ", generation.tokens.size(), " tokens"));
  }
  if (generation.finish == FinishReason::kCancelled) {
    return absl::CancelledError("the server is closing");
  }
  shared->pieces.Add(shared->stream.Finish());
  shared->pieces.End();
  while (shared->pieces.Next(&piece)) {
    if (!piece.empty() && !send(piece)) {
      return absl::CancelledError("the caller went away");
    }
  }
  return EndOf(generation, *model, request.logprobs());
}

absl::StatusOr<v1::EmbedResponse> Embed(const v1::EmbedRequest& request,
                                        const Encoder* encoder,
                                        LanguageModels* models) {
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
