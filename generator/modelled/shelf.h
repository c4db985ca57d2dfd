// Models by name, opened when they are first asked for.
#ifndef FOOTNOTE_GENERATOR_MODELLED_SHELF_H_
#define FOOTNOTE_GENERATOR_MODELLED_SHELF_H_

#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "generator/modelled/model_writer.h"
#include "generator/writer.h"

namespace footnote {

// Safe from many threads.
class ModelShelf {
 public:
  // `folder`: where NAME or NAME.gguf are; empty: the environment variable
  // FOOTNOTE_MODELS. `fallback` must outlive it.
  ModelShelf(std::string folder, const Writer* fallback,
             const ModelWriterOptions& options)
      : folder_(std::move(folder)), fallback_(fallback), options_(options) {}

  // The writer `name`, at most 128 bytes of letters, digits and - _ . that does
  // not begin with a dot. It lives as long as the shelf.
  //   NotFound  no such model, or no folder of models
  absl::StatusOr<const Writer*> Find(absl::string_view name);

  // The names in the folder that could be opened, in order.
  std::vector<std::string> Names() const;

 private:
  std::string Folder() const;

  const std::string folder_;
  const Writer* const fallback_;
  const ModelWriterOptions options_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<ModelWriter>, std::less<>> open_;
};

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_MODELLED_SHELF_H_
