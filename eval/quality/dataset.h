// Question sets and parallel sentences in the one form that is measured:
//
//   qa/<lang>.contexts.jsonl    {"context_id", "lang", "source", "title",
//                                "text"}; one paragraph is one document
//   qa/<lang>.questions.jsonl   {"id", "context_id", "lang", "source",
//                                "question", "answers": [...], "answerable"}
//   parallel/<lang>.txt         sentences, aligned by line; `en` is there
//
// A context is the pair of language and context_id: ids repeat across
// languages. Every function may be called from many threads.
#ifndef FOOTNOTE_EVAL_QUALITY_DATASET_H_
#define FOOTNOTE_EVAL_QUALITY_DATASET_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace footnote {

struct QaContext {
  std::string language;
  std::string context_id;
  std::string source;
  std::string title;
  std::string text;
};

struct QaQuestion {
  std::string id;
  std::string language;
  std::string context_id;
  std::string source;
  std::string question;
  std::vector<std::string> answers;
  bool answerable = true;
};

// The document id of a context: "de/xq-00-00".
std::string ContextDocument(const std::string& language,
                            const std::string& context_id);

// `data` or, when it is empty, the environment variable FOOTNOTE_EVAL_DATA.
//   InvalidArgument   both are empty, or it is no folder
absl::StatusOr<std::string> DataFolder(const std::string& data);

// Languages with a file of contexts under `folder`/qa, sorted.
//   NotFound   there is none
absl::StatusOr<std::vector<std::string>> QaLanguages(const std::string& folder);

// One language's file. A file that is missing is NotFound; a line that is not
// of the form above is InvalidArgument with file and line.
absl::StatusOr<std::vector<QaContext>> ReadContexts(
    const std::string& folder, const std::string& language);
absl::StatusOr<std::vector<QaQuestion>> ReadQuestions(
    const std::string& folder, const std::string& language);

// Sentences by language.
//   NotFound          no parallel/en.txt
//   InvalidArgument   a file has not as many lines as the English one
absl::StatusOr<std::map<std::string, std::vector<std::string>>> ReadParallel(
    const std::string& folder);

}  // namespace footnote

#endif  // FOOTNOTE_EVAL_QUALITY_DATASET_H_
