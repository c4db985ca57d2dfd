#include "generator/chat.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/optional.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "generator/chat_request.h"
#include "generator/modelled/align.h"
#include "generator/modelled/constraint.h"
#include "generator/modelled/decode.h"
#include "generator/modelled/evidence.h"
#include "text/analyzer.h"
#include "text/identify.h"

namespace footnote {
namespace {

constexpr int kDefaultAnswerTokens = 256;
constexpr int kDefaultToolCalls = 4;

// The status with the reason that the proto promises.
absl::Status WithReason(absl::Status status) {
  if (absl::IsNotFound(status)) SetErrorReason("MODEL_NOT_FOUND", &status);
  if (absl::IsInvalidArgument(status)) {
    SetErrorReason("INVALID_REQUEST", &status);
  }
  return status;
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

// What may be written; null where all may.
absl::StatusOr<std::shared_ptr<TokenConstraint>> ConstraintOf(
    const v1::ChatRequest& request, const ChatTools& tools,
    const ChatSources& sources, const Dialect& dialect) {
  OutputRules rules;
  if (!request.json_schema().empty()) {
    ASSIGN_OR_RETURN(rules.text, NewJsonGrammar(request.json_schema()));
  } else if (dialect.cites && !sources.evidence.empty()) {
    rules.text = NewCitationGrammar(sources.results);
  }
  if (!tools.callable.empty()) RETURN_IF_ERROR(dialect.CheckTools());
  if (!tools.callable.empty() &&
      request.tool_choice() != v1::ChatRequest::NONE) {
    ToolCallsForm form;
    form.list = dialect.tools == Dialect::Tools::kList;
    form.first_id = sources.first_call + sources.calls;
    form.max_calls = request.max_tool_calls() == 0 ? kDefaultToolCalls
                                                   : request.max_tool_calls();
    ASSIGN_OR_RETURN(rules.calls, NewToolCallsGrammar(tools.callable, form));
    rules.max_calls = form.max_calls;
    rules.must_call = request.tool_choice() == v1::ChatRequest::REQUIRED;
  }
  if (rules.text == nullptr && rules.calls == nullptr) {
    return std::shared_ptr<TokenConstraint>();
  }
  return std::shared_ptr<TokenConstraint>(
      std::make_shared<OutputConstraint>(&dialect, std::move(rules)));
}

// Compares the text with the sources, as far as it is there.
class Citer {
 public:
  Citer(const v1::ChatRequest& request, const ChatSources& sources,
        const Encoder* encoder)
      : sources_(sources) {
    if (sources.evidence.empty()) return;
    std::string question;
    for (const v1::ChatRequest::Message& message : request.messages()) {
      if (message.role() == "user") question = message.content();
    }
    language_ = IdentifyLanguage(question).language;
    analyzer_ = std::make_unique<Analyzer>();
    aligner_.emplace(question, TextsOf(sources.evidence), language_,
                     analyzer_.get(), encoder);
  }

  // Citations of the sentences that are whole and were not compared before; at
  // the end of all the others.
  std::vector<v1::Citation> Cite(absl::string_view text,
                                 const std::vector<Mark>& marks, bool final) {
    std::vector<v1::Citation> citations;
    if (!aligner_.has_value()) return citations;
    std::vector<CheckedText> all =
        CheckSentences(text, marks, sources_.evidence, *aligner_, language_);
    if (!final && !all.empty()) all.pop_back();
    for (const CheckedText& one : all) {
      if (one.span.begin < done_) continue;
      done_ = one.span.end;
      if (one.alignment.verdict != v1::FOUND) continue;
      for (v1::Citation& citation :
           CiteSentence(text.substr(one.span.begin, one.span.size()),
                        one.alignment, sources_.evidence, one.span.begin,
                        CodePointOffset(text, one.span.begin))) {
        citations.push_back(std::move(citation));
      }
    }
    return citations;
  }

 private:
  const ChatSources& sources_;
  Language language_ = Language::kUnknown;
  std::unique_ptr<Analyzer> analyzer_;
  absl::optional<Aligner> aligner_;
  size_t done_ = 0;
};

v1::ChatEnd EndOf(Decoded decoded, const LanguageModel& model,
                  const Dialect& dialect, const ChatSources& sources,
                  bool logprobs) {
  const Generation& generation = decoded.generation;
  v1::ChatEnd end;
  end.set_finish(!decoded.calls.empty() ? "tools"
                 : decoded.answering    ? "answer"
                 : decoded.stopped      ? "stopped"
                                        : FinishReasonName(generation.finish));
  end.set_prompt_tokens(generation.prompt_tokens);
  end.set_cached_tokens(generation.cached_tokens);
  end.set_answer_tokens(static_cast<int>(generation.tokens.size()));
  end.set_model(model.name());
  end.set_first_token_seconds(generation.first_token_seconds);
  end.set_seconds(generation.seconds);
  end.set_plan(decoded.thinking);
  for (size_t i = 0; i < decoded.calls.size(); ++i) {
    v1::ToolCall* const call = end.add_tool_calls();
    MarkedToolCall& made = decoded.calls[i];
    const bool list = dialect.tools == Dialect::Tools::kList;
    call->set_id(list ? made.id
                      : absl::StrCat(sources.first_call + sources.calls + i));
    call->set_name(std::move(made.name));
    call->set_parameters(std::move(made.parameters));
  }
  // What stands before calls is why they are made.
  if (!end.tool_calls().empty() && end.plan().empty()) {
    end.set_plan(decoded.text);
  }
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
    const v1::ChatRequest& request, ModelShelf* shelf, const Encoder* encoder,
    absl::Time deadline, const std::function<bool()>& is_cancelled,
    const std::function<bool(const v1::ChatResponse& piece)>& send) {
  RETURN_IF_ERROR(ValidateChat(request));
  ASSIGN_OR_RETURN(const ChatTools tools, ReadTools(request.tools_json()));
  const auto found = shelf->models().Find(request.model());
  if (!found.ok()) return WithReason(found.status());
  const LanguageModel& model = **found;
  const Dialect& dialect = shelf->DialectOf(model);
  const ChatSources sources(request);

  DecodeTask task;
  task.request = ChatPrompt(request, tools, dialect);
  task.max_tokens =
      request.max_tokens() == 0 ? kDefaultAnswerTokens : request.max_tokens();
  task.sampling = SamplingOf(request.sampling());
  task.deadline = deadline;
  task.priority = request.priority();
  task.tenant = request.tenant();
  task.logprobs = request.logprobs();
  task.stops.assign(request.stop().begin(), request.stop().end());
  task.only_calls = request.only_tools();
  task.end_after_calls = dialect.tools == Dialect::Tools::kList;
  auto constraint = ConstraintOf(request, tools, sources, dialect);
  if (!constraint.ok()) return WithReason(constraint.status());
  task.constraint = *std::move(constraint);

  Citer citer(request, sources, encoder);
  const bool fast = request.citation_mode() == v1::FAST;
  std::string text;
  std::vector<Mark> marks;
  std::vector<v1::Citation> citations;
  const auto cite = [&](bool final) {
    bool heard = true;
    for (v1::Citation& citation : citer.Cite(text, marks, final)) {
      v1::ChatResponse piece;
      *piece.mutable_citation() = citation;
      citations.push_back(std::move(citation));
      heard = heard && send(piece);
    }
    return heard;
  };
  auto decoded = Decode(model, dialect, std::move(task), is_cancelled,
                        [&](const MarkedDelta& delta) {
                          v1::ChatResponse piece;
                          if (!delta.thinking.empty()) {
                            piece.set_plan(delta.thinking);
                            if (!send(piece)) return false;
                          }
                          if (!delta.text.empty() && !request.only_tools()) {
                            piece.set_delta(delta.text);
                            if (!send(piece)) return false;
                          }
                          absl::StrAppend(&text, delta.text);
                          marks.insert(marks.end(), delta.marks.begin(),
                                       delta.marks.end());
                          return !fast || cite(/*final=*/false);
                        });
  if (!decoded.ok()) return WithReason(decoded.status());
  const bool answered = decoded->calls.empty() && !decoded->answering;
  if (answered && !cite(/*final=*/true)) {
    return absl::CancelledError("the caller went away");
  }
  v1::ChatEnd end =
      EndOf(*std::move(decoded), model, dialect, sources, request.logprobs());
  for (const v1::ToolCall& call : end.tool_calls()) {
    v1::ChatResponse piece;
    *piece.mutable_tool_call() = call;
    if (!send(piece)) return absl::CancelledError("the caller went away");
  }
  for (v1::Citation& citation : citations) {
    *end.add_citations() = std::move(citation);
  }
  return end;
}

}  // namespace footnote
