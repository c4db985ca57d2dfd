#include "generator/modelled/model_writer.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "generator/citation/assemble.h"
#include "generator/modelled/align.h"
#include "text/identify.h"
#include "text/sentences.h"

namespace footnote {
namespace {

// Around passages: instructions, question, the template's own.
constexpr int kPromptFrame = 120;
// A question that was rewritten.
constexpr int kMaxQuestionTokens = 64;
constexpr uint64_t kMaxTokenizerBytes = uint64_t{1} << 30;

Language LanguageOf(const v1::GenerateRequest& request) {
  const auto given = ParseLanguage(request.language());
  if (given.ok() && *given != Language::kUnknown) return *given;
  const Language found = IdentifyLanguage(request.question()).language;
  if (found != Language::kUnknown || request.passages().empty()) return found;
  const auto passage = ParseLanguage(request.passages(0).language());
  return passage.ok() ? *passage : Language::kUnknown;
}

// Sentences of Chinese and Japanese follow each other without a blank.
absl::string_view Gap(Language language) {
  return language == Language::kZh || language == Language::kJa ? "" : " ";
}

// Whether an answer of `sentences` has room for one more.
bool HasRoom(const v1::GenerateRequest& request, int sentences) {
  return request.max_sentences() <= 0 || sentences < request.max_sentences();
}

// Whether `quote` may stand after `answer`: it says something that the answer
// does not, and there is room for its code points.
bool MayQuote(const v1::GenerateRequest& request, absl::string_view answer,
              absl::string_view quote, const Aligner& aligner) {
  if (request.max_code_points() > 0 &&
      CountCodePoints(answer) + CountCodePoints(quote) + 1 >
          static_cast<size_t>(request.max_code_points())) {
    return false;
  }
  return aligner.Share(quote, answer) < 1;
}

}  // namespace

// One answer as it grows: sentences that were found, with their citations.
class ModelWriter::Answer {
 public:
  Answer(const std::vector<Evidence>* evidence, Language language)
      : evidence_(evidence), language_(language) {}

  // What it added to the text.
  std::string Add(absl::string_view sentence, const Alignment& alignment,
                  std::vector<v1::Citation>* citations) {
    const size_t before = text_.size();
    if (!text_.empty()) absl::StrAppend(&text_, Gap(language_));
    *citations = CiteSentence(sentence, alignment, *evidence_, text_.size(),
                              CountCodePoints(text_));
    absl::StrAppend(&text_, sentence);
    support_ += alignment.support;
    ++sentences_;
    citations_.insert(citations_.end(), citations->begin(), citations->end());
    return text_.substr(before);
  }

  // Puts `ground`, of `passage`, at the end. What it added.
  std::string Quote(const v1::Passage& passage, const Ground& ground,
                    v1::Citation* citation) {
    const size_t before = text_.size();
    absl::StrAppend(&text_, PartAfter(text_));
    v1::Span* const where = citation->mutable_answer_span();
    where->set_begin(text_.size());
    where->set_begin_code_point(CountCodePoints(text_));
    *citation->add_sources() = CiteSpan(passage, ground.span);
    absl::StrAppend(&text_, FirstQuote(*citation));
    where->set_end(text_.size());
    where->set_end_code_point(CountCodePoints(text_));
    citation->set_verdict(v1::FOUND);
    citation->set_score(ground.probability);
    citations_.push_back(*citation);
    ++quotes_;
    return text_.substr(before);
  }

  bool empty() const { return sentences_ == 0; }
  // Its own and those quoted.
  int sentences() const { return sentences_ + quotes_; }
  absl::string_view text() const { return text_; }

  void Finish(v1::Draft* draft) {
    draft->set_text(std::move(text_));
    for (v1::Citation& citation : citations_) {
      *draft->add_citations() = std::move(citation);
    }
    draft->set_support(support_ / std::max(1, sentences_));
  }

 private:
  const std::vector<Evidence>* evidence_;
  Language language_;
  std::string text_;
  std::vector<v1::Citation> citations_;
  double support_ = 0;
  int sentences_ = 0;  // of its own
  int quotes_ = 0;
};

ModelWriter::ModelWriter(const LanguageModel* model, const Dialect* dialect,
                         const ExtractiveWriter* quoting,
                         const Encoder* encoder,
                         const ModelWriterOptions& options)
    : model_(model),
      dialect_(dialect),
      quoting_(quoting),
      encoder_(encoder),
      options_(options),
      hashes_(std::async(std::launch::async, [model] {
                Hashes hashes;
                hashes.model = absl::HexStringToBytes(model->Hash());
                const ModelFiles& files = model->engine().files();
                // A GGUF file has its tokenizer in it.
                const auto tokenizer = ReadFile(
                    files.path() + "/tokenizer.json", kMaxTokenizerBytes);
                hashes.tokenizer =
                    tokenizer.ok() ? Sha256(*tokenizer) : hashes.model;
                return hashes;
              }).share()) {}

absl::StatusOr<Grounds> ModelWriter::FindGrounds(
    const v1::GenerateRequest& request,
    const std::function<bool()>& is_cancelled) const {
  if (dialect_->cites || !request.tools().empty()) {
    return Grounds(ExtractiveWriter::Explanation());
  }
  ASSIGN_OR_RETURN(
      const ExtractiveWriter::Explanation weighed,
      quoting_->Explain(request, ExtractiveWriter::Effort(), is_cancelled));
  return Grounds(weighed);
}

std::vector<ShownPassage> ModelWriter::Choose(
    const v1::GenerateRequest& request, const std::vector<int>& indices,
    int tokens) const {
  std::vector<ShownPassage> shown;
  std::vector<int32_t> ids;
  const int count =
      std::min(options_.max_passages, static_cast<int>(indices.size()));
  for (int i = 0; i < count && tokens > 20; ++i) {
    const std::string& text = request.passages(indices[i]).text();
    ids.clear();
    model_->tokenizer().Encode(text, &ids);
    // The first passages are the best; each leaves something to the next.
    const int room = i + 1 == count ? tokens : tokens * 2 / 3;
    ShownPassage passage;
    passage.index = indices[i];
    passage.bytes = text.size();
    if (static_cast<int>(ids.size()) > room) {
      std::string kept;
      for (int k = 0; k < room; ++k) {
        model_->tokenizer().AppendText(ids[k], &kept);
      }
      passage.bytes =
          FloorToCodePoint(text, std::min(kept.size(), text.size()));
    }
    tokens -= std::min(room, static_cast<int>(ids.size()));
    if (passage.bytes > 0) shown.push_back(passage);
  }
  return shown;
}

// Leaves each result its share of the tokens that there are.
void ModelWriter::CutResults(v1::GenerateRequest* request) const {
  int results = 0;
  for (const v1::ToolUse& tool : request->tools()) {
    results += tool.results_size();
  }
  const int room = options_.max_tool_tokens / std::max(1, results);
  std::vector<int32_t> ids;
  for (v1::ToolUse& tool : *request->mutable_tools()) {
    for (std::string& result : *tool.mutable_results()) {
      ids.clear();
      model_->tokenizer().Encode(result, &ids);
      if (static_cast<int>(ids.size()) <= room) continue;
      std::string kept;
      for (int k = 0; k < room; ++k) {
        model_->tokenizer().AppendText(ids[k], &kept);
      }
      result.resize(
          FloorToCodePoint(result, std::min(kept.size(), result.size())));
    }
  }
}

std::unique_ptr<OutputRules> ModelWriter::RulesFor(
    const std::vector<Evidence>& evidence) const {
  if (!dialect_->cites) return nullptr;
  std::vector<int> results;
  for (const Evidence& one : evidence) {
    if (one.mark_call < 0) continue;
    const auto call = static_cast<size_t>(one.mark_call);
    if (results.size() <= call) results.resize(call + 1);
    results[call] = std::max(results[call], one.mark_result + 1);
  }
  auto rules = std::make_unique<OutputRules>();
  rules->text = NewCitationGrammar(std::move(results));
  return rules;
}

void ModelWriter::TellMaker(v1::Draft* draft) const {
  draft->set_model(model_->name());
  draft->set_model_sha256(hashes_.get().model);
  draft->set_tokenizer_sha256(hashes_.get().tokenizer);
  draft->mutable_sampling()->set_mode("greedy");
  draft->mutable_sampling()->set_top_p(1);
}

absl::StatusOr<v1::Draft> ModelWriter::FallBack(
    const v1::GenerateRequest& request,
    const std::function<bool()>& is_cancelled, const ShowSentence& show,
    absl::string_view reason, v1::Draft told) const {
  ASSIGN_OR_RETURN(v1::Draft draft,
                   quoting_->WriteStreamed(request, is_cancelled, show));
  draft.set_writer(std::string(quoting_->name()));
  draft.mutable_writing()->Swap(told.mutable_writing());
  draft.mutable_writing()->set_fallback_reason(std::string(reason));
  draft.set_prompt_sha256(told.prompt_sha256());
  TellMaker(&draft);
  return draft;
}

absl::StatusOr<v1::Draft> ModelWriter::WriteStreamed(
    const v1::GenerateRequest& asked, const std::function<bool()>& is_cancelled,
    const ShowSentence& show) const {
  const absl::Time deadline = absl::Now() + absl::Seconds(options_.max_seconds);
  const bool fast = asked.citation_mode() == v1::FAST;
  v1::Draft draft;
  v1::Writing& writing = *draft.mutable_writing();
  ASSIGN_OR_RETURN(const Grounds grounds, FindGrounds(asked, is_cancelled));

  // What the model is shown; what it may rest on is all of it, uncut.
  v1::GenerateRequest request = asked;
  std::vector<ShownPassage> shown;
  std::vector<Evidence> evidence;
  const auto add_passage = [&](int index, int call, int result) {
    Evidence one;
    one.passage = &asked.passages(index);
    one.text = one.passage->text();
    one.mark_call = call;
    one.mark_result = result;
    evidence.push_back(one);
  };
  if (request.tools().empty()) {
    std::vector<int32_t> question;
    model_->tokenizer().Encode(request.question(), &question);
    std::vector<int> indices = grounds.passages();
    for (const int index : indices) {
      request.mutable_passages(index)->set_text(grounds.Shown(index));
    }
    for (int i = 0; grounds.empty() && i < asked.passages_size(); ++i) {
      indices.push_back(i);
    }
    shown = Choose(request, indices,
                   options_.max_prompt_tokens - kPromptFrame -
                       static_cast<int>(question.size()));
    std::vector<bool> is_shown(asked.passages_size());
    for (size_t i = 0; i < shown.size(); ++i) {
      add_passage(shown[i].index, 0, static_cast<int>(i));
      is_shown[shown[i].index] = true;
      *writing.add_shown() = asked.passages(shown[i].index).source();
    }
    for (int i = 0; i < asked.passages_size(); ++i) {
      if (!is_shown[i]) add_passage(i, -1, -1);
    }
  } else {
    CutResults(&request);
    *writing.mutable_tools() = asked.tools();
    writing.set_plan(asked.plan());
    for (int call = 0; call < asked.tools_size(); ++call) {
      const v1::ToolUse& tool = asked.tools(call);
      for (int k = 0; k < tool.passages_size(); ++k) {
        const uint32_t index = tool.passages(k);
        if (index >= static_cast<uint32_t>(asked.passages_size())) continue;
        add_passage(static_cast<int>(index), call, k);
        *writing.add_shown() = asked.passages(index).source();
      }
    }
    AddToolResults(asked.tools(), 0, &evidence);
  }
  if (evidence.empty()) {
    return FallBack(asked, is_cancelled, show,
                    "there is nothing to show the model", std::move(draft));
  }

  const Language language = LanguageOf(request);
  const AnalyzerPool::Lease analyzer(&analyzers_);
  const Aligner aligner(request.question(), TextsOf(evidence), language,
                        analyzer.get(), encoder_);
  PromptOptions prompt;
  prompt.documents = dialect_->cites;
  prompt.fast_citations = fast;
  prompt.safety_mode = request.safety_mode();

  std::vector<v1::Turn> turns;
  Answer best(&evidence, language);
  const Ground* best_ground = nullptr;
  double best_quality = 0;
  int best_round = -1;
  std::string ended;
  absl::Status status;
  const int revisions = fast ? 0 : options_.max_revisions;
  for (int round = 0; round <= revisions; ++round) {
    DecodeTask task;
    task.request = QuestionPrompt(request, shown, language, turns, prompt);
    task.max_tokens = options_.max_answer_tokens;
    task.deadline = deadline;
    auto rules = RulesFor(evidence);
    if (rules != nullptr) {
      task.constraint =
          std::make_shared<OutputConstraint>(dialect_, std::move(*rules));
    }
    Answer answer(&evidence, language);
    const Ground* answer_ground = nullptr;
    v1::WritingRound& told = *writing.add_rounds();
    double quality = 0;
    size_t done = 0;  // bytes of the draft that were compared
    std::string text;
    std::vector<Mark> marks;
    std::vector<std::string> unsupported;
    // Compares what is whole of the draft; at the end that is all.
    const auto check = [&](bool final) {
      bool heard = true;
      std::vector<CheckedText> all =
          CheckSentences(text, marks, evidence, aligner, language);
      if (!final && !all.empty()) all.pop_back();
      for (const CheckedText& one : all) {
        if (one.span.begin < done) continue;
        done = one.span.end;
        const std::string sentence =
            text.substr(one.span.begin, one.span.size());
        const bool found = one.alignment.verdict == v1::FOUND;
        v1::CheckedSentence& checked = *told.add_sentences();
        checked.set_text(sentence);
        checked.set_verdict(one.alignment.verdict);
        checked.set_support(one.alignment.support);
        if (!found) unsupported.push_back(sentence);
        const Ground* const ground = found && !grounds.empty()
                                         ? grounds.Under(sentence, aligner)
                                         : nullptr;
        const bool stands = found && (grounds.empty() || ground != nullptr);
        if (stands && !HasRoom(asked, answer.sentences())) continue;
        quality += stands ? one.alignment.support : -0.5;
        if (!stands) continue;
        checked.set_kept(true);
        if (answer_ground == nullptr) answer_ground = ground;
        std::vector<v1::Citation> citations;
        const std::string added =
            answer.Add(sentence, one.alignment, &citations);
        if (fast && show != nullptr) heard = heard && show(added, citations);
      }
      return heard;
    };
    const auto written = Decode(*model_, *dialect_, std::move(task),
                                is_cancelled, [&](const MarkedDelta& delta) {
                                  if (!fast) return true;
                                  absl::StrAppend(&text, delta.text);
                                  marks.insert(marks.end(), delta.marks.begin(),
                                               delta.marks.end());
                                  return check(/*final=*/false);
                                });
    if (!written.ok()) {
      writing.mutable_rounds()->RemoveLast();
      // A template that knows no second turn, or no memory: what there is
      // counts.
      if (absl::IsCancelled(written.status())) status = written.status();
      ended = std::string(written.status().message());
      break;
    }
    text = written->text;
    marks = written->marks;
    if (!check(/*final=*/true)) {
      status = absl::CancelledError("the caller went away");
      break;
    }
    told.set_draft(text);
    told.set_prompt_tokens(written->generation.prompt_tokens);
    told.set_answer_tokens(static_cast<int>(written->generation.tokens.size()));
    told.set_prompt_sha256(written->prompt_sha256);
    if (round == 0) draft.set_prompt_sha256(written->prompt_sha256);
    if (!answer.empty() && (best.empty() || quality > best_quality)) {
      best = std::move(answer);
      best_ground = answer_ground;
      best_quality = quality;
      best_round = round;
    }
    if (unsupported.empty() || absl::Now() >= deadline) break;
    v1::Turn said;
    said.set_role("assistant");
    said.set_content(text);
    turns.push_back(said);
    said.set_role("user");
    said.set_content(RevisionTurn(unsupported));
    turns.push_back(said);
  }
  const auto quote = [&](const Ground* ground) {
    if (ground == nullptr || !status.ok() ||
        !HasRoom(asked, best.sentences()) ||
        !MayQuote(asked, best.text(), grounds.TextOf(*ground), aligner)) {
      return;
    }
    v1::Citation citation;
    const std::string added =
        best.Quote(asked.passages(ground->passage), *ground, &citation);
    if (fast && show != nullptr && !show(added, {citation})) {
      status = absl::CancelledError("the caller went away");
    }
  };
  if (best_ground != nullptr) {
    quote(best_ground);
    quote(grounds.Beside(*best_ground));
  }
  RETURN_IF_ERROR(status);
  if (best.empty()) {
    const std::string reason =
        writing.rounds().empty()
            ? absl::StrCat("the model wrote nothing: ", ended)
            : absl::StrCat("no sentence of ", writing.rounds_size(),
                           writing.rounds_size() == 1 ? " draft" : " drafts",
                           " stands in what the model was shown");
    return FallBack(asked, is_cancelled, show, reason, std::move(draft));
  }
  for (int round = 0; round < writing.rounds_size(); ++round) {
    if (round == best_round) continue;
    for (v1::CheckedSentence& sentence :
         *writing.mutable_rounds(round)->mutable_sentences()) {
      sentence.set_kept(false);
    }
  }
  best.Finish(&draft);
  ExtractiveWriter::TellSecond(grounds.second_encoder(), &draft);
  draft.set_writer(model_->name());
  TellMaker(&draft);
  return draft;
}

std::string ModelWriter::Rewrite(
    const v1::RewriteRequest& request,
    const std::function<bool()>& is_cancelled) const {
  DecodeTask task;
  task.request = RewritePrompt(request.history(), request.question());
  task.max_tokens = kMaxQuestionTokens;
  task.deadline = absl::Now() + absl::Seconds(options_.max_seconds);
  const auto written =
      Decode(*model_, *dialect_, std::move(task), is_cancelled, nullptr);
  if (!written.ok() || written->generation.finish == FinishReason::kLength) {
    return "";
  }
  std::string text(absl::StripAsciiWhitespace(written->text));
  return text.find('\n') == std::string::npos ? text : "";
}

}  // namespace footnote
