#include "generator/modelled/shelf.h"

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"

namespace footnote {

const Dialect& ModelShelf::DialectOf(const LanguageModel& model) {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::unique_ptr<Dialect>& dialect = dialects_[&model];
  if (dialect == nullptr) dialect = std::make_unique<Dialect>(model);
  return *dialect;
}

absl::StatusOr<const ModelWriter*> ModelShelf::Find(absl::string_view name) {
  const auto found = models_->Find(name);
  if (absl::IsInvalidArgument(found.status())) {
    return absl::NotFoundError(found.status().message());
  }
  if (!found.ok()) return found.status();
  const LanguageModel* const model = *found;
  if (model->chat() == nullptr) {
    return absl::FailedPreconditionError(
        absl::StrCat("model ", model->name(), ": it has no chat template"));
  }
  const Dialect& dialect = DialectOf(*model);
  const std::lock_guard<std::mutex> lock(mutex_);
  std::unique_ptr<ModelWriter>& writer = writers_[model];
  if (writer == nullptr) {
    writer = std::make_unique<ModelWriter>(model, &dialect, quoting_, encoder_,
                                           options_);
  }
  return writer.get();
}

}  // namespace footnote
