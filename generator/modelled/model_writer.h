// Lets a language model write, and keeps of it what the passages say.
#ifndef FOOTNOTE_GENERATOR_MODELLED_MODEL_WRITER_H_
#define FOOTNOTE_GENERATOR_MODELLED_MODEL_WRITER_H_

#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "generator/modelled/prompt.h"
#include "generator/writer.h"
#include "model/language_model.h"
#include "text/analyzer.h"

namespace footnote {

struct ModelWriterOptions {
  // What the model is shown: so many passages, and tokens of prompt in all.
  int max_passages = 3;
  int max_prompt_tokens = 600;
  int max_answer_tokens = 80;
  // How often a draft is given back with what was wrong with it.
  int max_revisions = 1;
  // Of one answer; then what there is counts.
  double max_seconds = 60;
  bool fast_citations = true;
  std::string safety_mode;
};

// The loop: draft, compare with the passages, revise with the verdicts as
// feedback at most max_revisions times, drop the sentences that still stand
// nowhere; nothing left is the fallback's answer, under the fallback's name.
// Each sentence of an answer has a citation, of the words that it shares with
// a passage.
//
// Greedy decoding: the same request gives the same bytes.
class ModelWriter : public Writer {
 public:
  // `model` and `fallback` must outlive it. REQUIRES: model->chat() is not
  // null.
  ModelWriter(const LanguageModel* model, const Writer* fallback,
              const ModelWriterOptions& options);

  absl::string_view name() const override { return model_->name(); }
  bool is_deterministic() const override { return true; }
  absl::StatusOr<v1::Draft> Write(
      const v1::GenerateRequest& request,
      const std::function<bool()>& is_cancelled) const override;

  // What happened on the way, for tests and measurements.
  struct Trace {
    int rounds = 0;
    int prompt_tokens = 0;
    int answer_tokens = 0;
    std::vector<std::string> drafts;
    bool fell_back = false;
  };
  absl::StatusOr<v1::Draft> WriteTraced(
      const v1::GenerateRequest& request,
      const std::function<bool()>& is_cancelled, Trace* trace) const;

  // A follow-up as a question that stands alone; by rule where the model fails.
  std::string Rewrite(const std::vector<Turn>& turns) const;

 private:
  struct Sentence;

  std::vector<ShownPassage> Choose(const v1::GenerateRequest& request,
                                   int tokens) const;
  absl::StatusOr<std::string> Complete(
      const std::string& request, int max_tokens,
      const std::function<bool()>& is_cancelled, absl::Time deadline,
      Trace* trace) const;
  std::unique_ptr<Analyzer> BorrowAnalyzer() const;
  void ReturnAnalyzer(std::unique_ptr<Analyzer> analyzer) const;

  const LanguageModel* const model_;
  const Writer* const fallback_;
  const ModelWriterOptions options_;
  // Trained to cite, and so on: said by its template.
  const bool cites_;
  mutable std::mutex mutex_;
  mutable std::vector<std::unique_ptr<Analyzer>> analyzers_;  // by mutex_
};

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_MODELLED_MODEL_WRITER_H_
