#include "generator/modelled/model_writer.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "generator/citation/assemble.h"
#include "generator/modelled/align.h"
#include "generator/modelled/marks.h"
#include "text/identify.h"
#include "text/sentences.h"

namespace footnote {
namespace {

// Around passages: instructions, question, the template's own.
constexpr int kPromptFrame = 120;

Language LanguageOf(const v1::GenerateRequest& request) {
  const auto given = ParseLanguage(request.language());
  if (given.ok() && *given != Language::kUnknown) return *given;
  const Language found = IdentifyLanguage(request.question()).language;
  if (found != Language::kUnknown || request.passages().empty()) return found;
  const auto passage = ParseLanguage(request.passages(0).language());
  return passage.ok() ? *passage : Language::kUnknown;
}

}  // namespace

// A sentence of a draft and what it rests on.
struct ModelWriter::Sentence {
  std::string text;
  Alignment alignment;
};

ModelWriter::ModelWriter(const LanguageModel* model, const Writer* fallback,
                         const ModelWriterOptions& options)
    : model_(model),
      fallback_(fallback),
      options_(options),
      cites_(model_->chat()->Mentions("documents") &&
             model_->chat()->Mentions("<co")) {}

std::unique_ptr<Analyzer> ModelWriter::BorrowAnalyzer() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (analyzers_.empty()) return std::make_unique<Analyzer>();
  std::unique_ptr<Analyzer> analyzer = std::move(analyzers_.back());
  analyzers_.pop_back();
  return analyzer;
}

void ModelWriter::ReturnAnalyzer(std::unique_ptr<Analyzer> analyzer) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  analyzers_.push_back(std::move(analyzer));
}

std::vector<ShownPassage> ModelWriter::Choose(
    const v1::GenerateRequest& request, int tokens) const {
  std::vector<ShownPassage> shown;
  std::vector<int32_t> ids;
  const int count = std::min(options_.max_passages, request.passages_size());
  for (int i = 0; i < count && tokens > 20; ++i) {
    const std::string& text = request.passages(i).text();
    ids.clear();
    model_->tokenizer().Encode(text, &ids);
    // The first passages are the best; each leaves something to the next.
    const int room = i + 1 == count ? tokens : tokens * 2 / 3;
    ShownPassage passage;
    passage.index = i;
    passage.bytes = text.size();
    if (static_cast<int>(ids.size()) > room) {
      std::string kept;
      for (int k = 0; k < room; ++k)
        model_->tokenizer().AppendText(ids[k], &kept);
      passage.bytes =
          FloorToCodePoint(text, std::min(kept.size(), text.size()));
    }
    tokens -= std::min(room, static_cast<int>(ids.size()));
    if (passage.bytes > 0) shown.push_back(passage);
  }
  return shown;
}

absl::StatusOr<std::string> ModelWriter::Complete(
    const std::string& request, int max_tokens,
    const std::function<bool()>& is_cancelled, absl::Time deadline,
    Trace* trace) const {
  ASSIGN_OR_RETURN(const Prompt prompt, model_->chat()->Render(request));
  const Tokenizer& tokenizer = model_->tokenizer();
  DecodeRequest decode;
  decode.prompt = model_->Encode(prompt);
  decode.max_tokens = max_tokens;
  decode.deadline = deadline;
  if (tokenizer.eos() >= 0) decode.stop_ids.push_back(tokenizer.eos());
  for (const char* end : {"<|im_end|>", "<|eot_id|>", "<end_of_turn>",
                          "<|END_OF_TURN_TOKEN|>", "<|END_RESPONSE|>"}) {
    const int32_t id = tokenizer.FindControl(end);
    if (id >= 0) decode.stop_ids.push_back(id);
  }
  decode.on_token = [&](const GeneratedToken&) { return !is_cancelled(); };
  ASSIGN_OR_RETURN(const Generation made, model_->engine().Generate(decode));
  if (is_cancelled()) return absl::CancelledError("the caller went away");
  std::string text;
  for (const GeneratedToken& token : made.tokens) {
    if (cites_ && tokenizer.IsControl(token.id)) {
      text.append(std::string(tokenizer.Spelling(token.id)));
    } else {
      tokenizer.AppendText(token.id, &text);
    }
  }
  trace->prompt_tokens += made.prompt_tokens;
  trace->answer_tokens += static_cast<int>(made.tokens.size());
  return ReplaceInvalidUtf8(text);
}

absl::StatusOr<v1::Draft> ModelWriter::Write(
    const v1::GenerateRequest& request,
    const std::function<bool()>& is_cancelled) const {
  Trace trace;
  return WriteTraced(request, is_cancelled, &trace);
}

absl::StatusOr<v1::Draft> ModelWriter::WriteTraced(
    const v1::GenerateRequest& request,
    const std::function<bool()>& is_cancelled, Trace* trace) const {
  const absl::Time deadline = absl::Now() + absl::Seconds(options_.max_seconds);
  const auto fall_back = [&]() -> absl::StatusOr<v1::Draft> {
    trace->fell_back = true;
    ASSIGN_OR_RETURN(v1::Draft draft, fallback_->Write(request, is_cancelled));
    draft.set_writer(std::string(fallback_->name()));
    return draft;
  };
  std::vector<int32_t> question;
  model_->tokenizer().Encode(request.question(), &question);
  const int left = options_.max_prompt_tokens - kPromptFrame -
                   static_cast<int>(question.size());
  const std::vector<ShownPassage> shown = Choose(request, left);
  if (shown.empty()) return fall_back();

  const Language language = LanguageOf(request);
  std::unique_ptr<Analyzer> analyzer = BorrowAnalyzer();
  const Aligner aligner(request, language, analyzer.get());
  PromptOptions prompt;
  prompt.documents = cites_;
  prompt.fast_citations = options_.fast_citations;
  prompt.safety_mode = options_.safety_mode;

  std::vector<Turn> turns;
  std::vector<Sentence> kept;
  double best = 0;
  absl::Status status;
  for (int round = 0; round <= options_.max_revisions; ++round) {
    absl::StatusOr<std::string> written =
        Complete(QuestionPrompt(request, shown, language, turns, prompt),
                 options_.max_answer_tokens, is_cancelled, deadline, trace);
    if (!written.ok()) {
      // A template that knows no second turn, or no memory: what there is
      // counts.
      if (absl::IsCancelled(written.status())) status = written.status();
      break;
    }
    ++trace->rounds;
    std::string text = *written;
    std::vector<Mark> marks;
    if (cites_) {
      MarkReader reader;
      MarkedDelta whole = reader.Add(text);
      MarkedDelta rest = reader.Finish();
      text = whole.text + rest.text;
      marks = std::move(whole.marks);
    }
    text = std::string(absl::StripAsciiWhitespace(text));
    trace->drafts.push_back(text);
    std::vector<TextSpan> spans;
    Sentences(text, language, &spans);
    std::vector<Sentence> sentences;
    std::vector<std::string> unsupported;
    double support = 0;
    for (const TextSpan& span : spans) {
      Sentence sentence;
      sentence.text = text.substr(span.begin, span.size());
      // Where the model cited, what it cited is looked at first.
      std::vector<int> cited;
      const size_t begin = CodePointOffset(text, span.begin);
      const size_t end = CodePointOffset(text, span.end);
      for (const Mark& mark : marks) {
        if (mark.end <= begin || mark.begin >= end) continue;
        for (const MarkSource& source : mark.sources) {
          for (const int result : source.results) {
            if (source.call == 0 && result < static_cast<int>(shown.size())) {
              cited.push_back(shown[result].index);
            }
          }
        }
      }
      sentence.alignment = aligner.Align(sentence.text, cited);
      if (!cited.empty() && sentence.alignment.verdict != v1::FOUND) {
        sentence.alignment = aligner.Align(sentence.text);
      }
      if (sentence.alignment.verdict == v1::FOUND) {
        support += sentence.alignment.support;
        sentences.push_back(std::move(sentence));
      } else {
        unsupported.push_back(sentence.text);
      }
    }
    const double quality =
        support - 0.5 * static_cast<double>(unsupported.size());
    if (!sentences.empty() && (kept.empty() || quality > best)) {
      kept = std::move(sentences);
      best = quality;
    }
    if (unsupported.empty() || absl::Now() >= deadline) break;
    turns.push_back({"assistant", text});
    turns.push_back({"user", RevisionTurn(unsupported)});
  }
  ReturnAnalyzer(std::move(analyzer));
  RETURN_IF_ERROR(status);
  if (kept.empty()) return fall_back();

  v1::Draft draft;
  std::string text;
  double support = 0;
  for (const Sentence& sentence : kept) {
    if (!text.empty()) text.push_back(' ');
    const size_t base = text.size();
    const uint64_t base_points = CountCodePoints(text);
    text += sentence.text;
    support += sentence.alignment.support;
    std::vector<SharedWords> shared = sentence.alignment.shared;
    std::sort(shared.begin(), shared.end(),
              [](const SharedWords& a, const SharedWords& b) {
                return a.claim.begin < b.claim.begin;
              });
    for (const SharedWords& words : shared) {
      v1::Citation* citation = draft.add_citations();
      v1::Span* span = citation->mutable_answer_span();
      span->set_begin(base + words.claim.begin);
      span->set_end(base + words.claim.end);
      span->set_begin_code_point(
          base_points + CodePointOffset(sentence.text, words.claim.begin));
      span->set_end_code_point(base_points +
                               CodePointOffset(sentence.text, words.claim.end));
      *citation->add_sources() =
          CiteSpan(request.passages(words.passage), words.evidence);
      citation->set_score(sentence.alignment.support);
    }
  }
  draft.set_text(std::move(text));
  draft.set_support(support / static_cast<double>(kept.size()));
  draft.set_writer(model_->name());
  return draft;
}

std::string ModelWriter::Rewrite(const std::vector<Turn>& turns) const {
  Trace trace;
  const auto written = Complete(
      RewritePrompt(turns), 64, [] { return false; },
      absl::Now() + absl::Seconds(options_.max_seconds), &trace);
  if (!written.ok()) return RewriteByRule(turns);
  const std::string text(absl::StripAsciiWhitespace(*written));
  const bool is_question =
      !text.empty() && text.find('\n') == std::string::npos;
  return is_question ? text : RewriteByRule(turns);
}

}  // namespace footnote
