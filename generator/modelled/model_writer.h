// Lets a language model write, and keeps of it what the passages say.
#ifndef FOOTNOTE_GENERATOR_MODELLED_MODEL_WRITER_H_
#define FOOTNOTE_GENERATOR_MODELLED_MODEL_WRITER_H_

#include <future>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "generator/extractive/extractive_writer.h"
#include "generator/modelled/constraint.h"
#include "generator/modelled/decode.h"
#include "generator/modelled/dialect.h"
#include "generator/modelled/evidence.h"
#include "generator/modelled/grounds.h"
#include "generator/modelled/prompt.h"
#include "generator/writer.h"
#include "model/encoder/encoder.h"
#include "model/language_model.h"
#include "text/analyzer_pool.h"

namespace footnote {

struct ModelWriterOptions {
  // What the model is shown: so many passages, and tokens of prompt in all.
  int max_passages = 3;
  int max_prompt_tokens = 600;
  // Of what tools said.
  int max_tool_tokens = 1200;
  int max_answer_tokens = 80;
  // How often a draft is given back with what was wrong with it.
  int max_revisions = 1;
  // Of one answer; then what there is counts.
  double max_seconds = 60;
};

// The loop: draft, compare with the passages, revise with the verdicts as
// feedback at most max_revisions times, drop the sentences that still stand
// nowhere; nothing left is the quoting writer's answer, under its name.
// An answer has at most max_sentences, where the request says how many, the
// first that stand. Each sentence of an answer has a citation, of the words
// that it shares with a passage or with what a tool said. Draft.writing tells
// all of it.
//
// A model that was not trained to cite is shown the sentences that the quoting
// writer finds best (grounds.h), and its own must rest on one of them, which
// then stands, quoted whole, at the end of the answer, and after it the other
// where that may as well be the answer.
//
// In the mode FAST there is one round: each sentence is compared as soon as it
// is whole, and given out or dropped.
//
// Marks that the model writes can name only sources that it was shown.
//
// Greedy decoding: the same request gives the same bytes.
class ModelWriter : public Writer {
 public:
  // `model`, `dialect` (the model's), `quoting` and `encoder`, which may be
  // null, must outlive it. REQUIRES: model->chat() is not null.
  ModelWriter(const LanguageModel* model, const Dialect* dialect,
              const ExtractiveWriter* quoting, const Encoder* encoder,
              const ModelWriterOptions& options);

  absl::string_view name() const override { return model_->name(); }
  bool is_deterministic() const override { return true; }
  absl::StatusOr<v1::Draft> Write(
      const v1::GenerateRequest& request,
      const std::function<bool()>& is_cancelled) const override {
    return WriteStreamed(request, is_cancelled, nullptr);
  }
  absl::StatusOr<v1::Draft> WriteStreamed(
      const v1::GenerateRequest& request,
      const std::function<bool()>& is_cancelled,
      const ShowSentence& show) const override;

  // A follow-up as a question that stands alone; empty where what the model
  // wrote is no such question.
  std::string Rewrite(const v1::RewriteRequest& request,
                      const std::function<bool()>& is_cancelled) const;

 private:
  class Answer;

  // Grounds for the answer; none for models that cite, and where tools were
  // used.
  absl::StatusOr<Grounds> FindGrounds(
      const v1::GenerateRequest& request,
      const std::function<bool()>& is_cancelled) const;
  // Of the first `indices` of the request's passages as much as `tokens` hold.
  std::vector<ShownPassage> Choose(const v1::GenerateRequest& request,
                                   const std::vector<int>& indices,
                                   int tokens) const;
  void CutResults(v1::GenerateRequest* request) const;
  std::unique_ptr<OutputRules> RulesFor(
      const std::vector<Evidence>& evidence) const;
  absl::StatusOr<v1::Draft> FallBack(const v1::GenerateRequest& request,
                                     const std::function<bool()>& is_cancelled,
                                     const ShowSentence& show,
                                     absl::string_view reason,
                                     v1::Draft told) const;
  void TellMaker(v1::Draft* draft) const;

  const LanguageModel* const model_;
  const Dialect* const dialect_;
  const ExtractiveWriter* const quoting_;
  const Encoder* const encoder_;
  const ModelWriterOptions options_;
  // Of weights and tokenizer, in raw bytes: reads every byte of them, so it
  // begins early.
  struct Hashes {
    std::string model;
    std::string tokenizer;
  };
  std::shared_future<Hashes> hashes_;
  mutable AnalyzerPool analyzers_;
};

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_MODELLED_MODEL_WRITER_H_
