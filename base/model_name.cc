#include "base/model_name.h"

#include <stdlib.h>

#include "absl/strings/strip.h"

namespace footnote {

std::string UseModel(absl::string_view name_or_path) {
  while (name_or_path.size() > 1 && absl::ConsumeSuffix(&name_or_path, "/")) {
  }
  const size_t slash = name_or_path.rfind('/');
  if (slash != absl::string_view::npos) {
    const std::string folder(name_or_path.substr(0, slash == 0 ? 1 : slash));
    setenv("FOOTNOTE_MODELS", folder.c_str(), 1);
    name_or_path.remove_prefix(slash + 1);
  }
  absl::ConsumeSuffix(&name_or_path, ".gguf");
  return std::string(name_or_path);
}

}  // namespace footnote
