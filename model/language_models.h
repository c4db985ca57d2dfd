// Language models by name, opened when they are first asked for.
#ifndef FOOTNOTE_MODEL_LANGUAGE_MODELS_H_
#define FOOTNOTE_MODEL_LANGUAGE_MODELS_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "model/language_model.h"

namespace footnote {

// Safe from many threads.
class LanguageModels {
 public:
  // `folder` is where NAME (a folder with config.json) and NAME.gguf are;
  // empty: the environment variable FOOTNOTE_MODELS.
  LanguageModels(const std::string& folder, const EngineOptions& options);

  // The model `name`, or the only one whose name begins so. It lives as long
  // as this. The first call for a model opens it, which takes a moment; others
  // wait.
  //   InvalidArgument  no name: more than letters, digits and - _ . in it, or
  //                    a dot in front
  //   NotFound         no such model, or several begin so; lists what there is
  //   and the errors of LanguageModel::Open
  absl::StatusOr<const LanguageModel*> Find(absl::string_view name);

  // The names that Find knows, in order.
  std::vector<std::string> Names() const;

 private:
  const std::string folder_;
  const EngineOptions options_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<LanguageModel>> open_;  // by mutex_
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_LANGUAGE_MODELS_H_
