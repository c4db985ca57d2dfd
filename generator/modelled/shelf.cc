#include "generator/modelled/shelf.h"

#include <stdlib.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

bool Exists(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0;
}

bool IsName(absl::string_view name) {
  return !name.empty() && name.size() <= 128 && name[0] != '.' &&
         std::all_of(name.begin(), name.end(), [](char c) {
           return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
         });
}

}  // namespace

std::string ModelShelf::Folder() const {
  if (!folder_.empty()) return folder_;
  const char* const folder = getenv("FOOTNOTE_MODELS");
  return folder == nullptr ? "" : folder;
}

absl::StatusOr<const Writer*> ModelShelf::Find(absl::string_view name) {
  const auto missing = [&](absl::string_view why) {
    return absl::NotFoundError(absl::StrCat("model \"", name, "\": ", why));
  };
  if (!IsName(name)) return missing("no such writer or model");
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto known = open_.find(name);
  if (known != open_.end()) return known->second.get();
  const std::string folder = Folder();
  if (folder.empty()) {
    return missing("no folder of models; set FOOTNOTE_MODELS");
  }
  const std::string base = absl::StrCat(folder, "/", name);
  std::string path = base + ".gguf";
  if (!Exists(path)) path = base;
  // NAME may leave out how the weights are packed: NAME.Q4_1.gguf.
  for (const std::string& known : Names()) {
    if (!Exists(path) && absl::StartsWith(known, absl::StrCat(name, "."))) {
      path = absl::StrCat(folder, "/", known, ".gguf");
    }
  }
  if (!Exists(path)) return missing(absl::StrCat("not in ", folder));
  ASSIGN_OR_RETURN(auto writer, ModelWriter::Open(std::string(name), path,
                                                  fallback_, options_));
  const Writer* const opened = writer.get();
  open_.emplace(std::string(name), std::move(writer));
  return opened;
}

std::vector<std::string> ModelShelf::Names() const {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry :
       std::filesystem::directory_iterator(Folder(), error)) {
    const std::string path = entry.path().string();
    const std::string file = entry.path().filename().string();
    if (absl::EndsWith(file, ".gguf")) {
      names.push_back(file.substr(0, file.size() - 5));
    } else if (Exists(path + "/config.json") &&
               Exists(path + "/tokenizer_config.json")) {
      names.push_back(file);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace footnote
