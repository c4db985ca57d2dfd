// The writers that are language models, by the models' names.
#ifndef FOOTNOTE_GENERATOR_MODELLED_SHELF_H_
#define FOOTNOTE_GENERATOR_MODELLED_SHELF_H_

#include <map>
#include <memory>
#include <mutex>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "generator/extractive/extractive_writer.h"
#include "generator/modelled/dialect.h"
#include "generator/modelled/model_writer.h"
#include "model/encoder/encoder.h"
#include "model/language_models.h"

namespace footnote {

// Safe from many threads.
class ModelShelf {
 public:
  // `models`, `quoting` and `encoder`, which may be null, must outlive it.
  ModelShelf(LanguageModels* models, const ExtractiveWriter* quoting,
             const Encoder* encoder, const ModelWriterOptions& options)
      : models_(models),
        quoting_(quoting),
        encoder_(encoder),
        options_(options) {}

  // The writer that is the model LanguageModels::Find(name). It lives as long
  // as the shelf.
  //   NotFound            no such model
  //   FailedPrecondition  it has no chat template
  absl::StatusOr<const ModelWriter*> Find(absl::string_view name);

  // How `model`, one of `models`, wants to be spoken to. Lives as long as the
  // shelf.
  const Dialect& DialectOf(const LanguageModel& model);

  LanguageModels& models() const { return *models_; }

 private:
  LanguageModels* const models_;
  const ExtractiveWriter* const quoting_;
  const Encoder* const encoder_;
  const ModelWriterOptions options_;
  std::mutex mutex_;
  // By mutex_.
  std::map<const LanguageModel*, std::unique_ptr<Dialect>> dialects_;
  std::map<const LanguageModel*, std::unique_ptr<ModelWriter>> writers_;
};

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_MODELLED_SHELF_H_
