#include "model/language_models.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr size_t kMaxNameBytes = 128;

std::string FolderOf(const std::string& folder) {
  if (!folder.empty()) return folder;
  const char* variable = getenv("FOOTNOTE_MODELS");
  return variable == nullptr ? "" : variable;
}

bool Exists(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0;
}

bool IsName(absl::string_view name) {
  return !name.empty() && name.size() <= kMaxNameBytes && name[0] != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

}  // namespace

LanguageModels::LanguageModels(const std::string& folder,
                               const EngineOptions& options)
    : folder_(FolderOf(folder)), options_(options) {}

std::vector<std::string> LanguageModels::Names() const {
  std::vector<std::string> names;
  DIR* const folder = folder_.empty() ? nullptr : opendir(folder_.c_str());
  if (folder == nullptr) return names;
  while (const dirent* entry = readdir(folder)) {
    absl::string_view name = entry->d_name;
    if (!IsName(name)) continue;
    const std::string path = absl::StrCat(folder_, "/", name);
    // A folder of an encoder has no generation: its config says so when it is
    // opened; here only what may be a model counts.
    if (absl::ConsumeSuffix(&name, ".gguf")) {
      names.emplace_back(name);
    } else if (Exists(path + "/config.json") &&
               !Exists(path + "/footnote.json")) {
      names.emplace_back(name);
    }
  }
  closedir(folder);
  std::sort(names.begin(), names.end());
  return names;
}

absl::StatusOr<const LanguageModel*> LanguageModels::Find(
    absl::string_view name) {
  if (!IsName(name)) {
    return absl::InvalidArgumentError(
        absl::StrCat("model: \"", name.substr(0, kMaxNameBytes),
                     "\", want letters, digits, - _ and ."));
  }
  const std::vector<std::string> names = Names();
  std::vector<std::string> meant;
  for (const std::string& one : names) {
    if (one == name) meant = {one};
    if (one == name) break;
    if (absl::StartsWith(one, name)) meant.push_back(one);
  }
  if (meant.size() != 1) {
    return absl::NotFoundError(absl::StrCat(
        "model \"", name, "\": ", meant.empty() ? "no" : "more than one",
        " such model",
        names.empty()
            ? ", and no other in FOOTNOTE_MODELS"
            : absl::StrCat(", want one of ", absl::StrJoin(names, ", "))));
  }
  const std::lock_guard<std::mutex> lock(mutex_);
  std::unique_ptr<LanguageModel>& model = open_[meant[0]];
  if (model == nullptr) {
    const std::string path = absl::StrCat(folder_, "/", meant[0]);
    ASSIGN_OR_RETURN(
        model,
        LanguageModel::Open(Exists(path) ? path : path + ".gguf", options_));
  }
  return model.get();
}

}  // namespace footnote
