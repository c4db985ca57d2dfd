// `footnote eval qa`: questions asked of a collection that holds the contexts
// of every language, end to end.
#ifndef FOOTNOTE_EVAL_QUALITY_QA_H_
#define FOOTNOTE_EVAL_QUALITY_QA_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/cli.h"
#include "eval/quality/report.h"

namespace footnote {

struct QaOptions {
  // A folder as in dataset.h.
  std::string folder;
  // Languages whose questions are asked; empty means all. The collection holds
  // all contexts either way.
  std::vector<std::string> languages;
  // Not empty: the collection holds this language's contexts only, and the
  // questions are those of other languages about a paragraph that it has.
  // Whether an answer is right is not scored then: gold answers are in the
  // question's language.
  std::string crosslingual;
  // Not empty: the store and the questions are left in this folder
  // (rooms_client.h) and nothing is asked.
  std::string keep;
  // Not empty: this language model writes.
  std::string model;
  // Questions of a language at most, the first ones; 0: all.
  int questions = 0;
  // So many questions are asked at once.
  int callers = 1;
  // Searches keep the order of the fused arms.
  bool fused = false;
};

// The keys of the report, per language:
//
//   questions      asked
//   hit_at_1, hit_at_5, mrr_at_10
//                  the gold context among the first documents (answerable)
//   contains       the answer holds a gold answer (answerable; an abstention
//                  is a miss)
//   chars          mean length of the answers that were given to answerable
//                  questions, in code points
//   citation_exact share of all citations that CitationExact accepts
//   abstain_right  share of unanswerable questions abstained from
//   abstain_wrong  share of answerable questions abstained from
//   model_share    with a model: share of the answers that it wrote itself
//   model_contains of those alone: as contains
//   extractive_contains
//                  of the same questions: as contains, the answer quoted
//   cited          share of the answers' sentences that hold a citation
//   p50_ms, p99_ms time of one Ask, to the last message of its stream
//   seconds        of the clock for all, by their number
absl::StatusOr<Report> MeasureQa(const QaOptions& options,
                                 const CliContext& context);

}  // namespace footnote

#endif  // FOOTNOTE_EVAL_QUALITY_QA_H_
