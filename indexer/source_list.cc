#include "indexer/source_list.h"

#include <glob.h>
#include <sys/stat.h>

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

bool Holds(const std::vector<std::string>& sorted, absl::string_view id) {
  return std::binary_search(
      sorted.begin(), sorted.end(), id,
      [](absl::string_view a, absl::string_view b) { return a < b; });
}

bool IsBelow(absl::string_view id, absl::string_view folder) {
  return folder.empty() ||
         (absl::StartsWith(id, folder) && id.size() > folder.size() &&
          (folder.back() == '/' || id[folder.size()] == '/'));
}

bool IsBelowAny(absl::string_view id, const std::vector<std::string>& folders) {
  return std::any_of(folders.begin(), folders.end(),
                     [id](const std::string& folder) {
                       return id == folder || IsBelow(id, folder);
                     });
}

bool HasVanished(absl::string_view id, const std::vector<std::string>& walked,
                 const std::vector<std::string>& reported,
                 const std::vector<std::string>& unread) {
  if (Holds(walked, id) || Holds(reported, id)) return false;
  for (size_t at = id.find('#'); at != absl::string_view::npos;
       at = id.find('#', at + 1)) {
    const absl::string_view file = id.substr(0, at);
    if (IsBelowAny(file, unread)) return false;
    // Reported itself means that the file failed as a whole.
    if (Holds(walked, file)) return !Holds(reported, file);
  }
  return !IsBelowAny(id, unread);
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ExpandPatterns(
    const std::vector<std::string>& arguments) {
  std::vector<std::string> out;
  for (const std::string& argument : arguments) {
    struct stat info;
    if (argument.find_first_of("*?[") == std::string::npos ||
        lstat(argument.c_str(), &info) == 0) {
      out.push_back(argument);
      continue;
    }
    glob_t found = {};
    const int error = glob(argument.c_str(), GLOB_ERR, nullptr, &found);
    for (size_t i = 0; error == 0 && i < found.gl_pathc; ++i) {
      out.emplace_back(found.gl_pathv[i]);
    }
    globfree(&found);
    if (error != 0) {
      return absl::NotFoundError(absl::StrCat(
          "pattern \"", argument, "\": ",
          error == GLOB_NOMATCH ? "matches nothing" : "could not be looked up",
          ", want one or more files"));
    }
  }
  return out;
}

std::vector<std::string> ParseList(absl::string_view list) {
  const char end = list.find('\0') == absl::string_view::npos ? '\n' : '\0';
  std::vector<std::string> out;
  while (!list.empty()) {
    const size_t at = std::min(list.find(end), list.size());
    absl::string_view path = list.substr(0, at);
    if (end == '\n' && absl::EndsWith(path, "\r")) path.remove_suffix(1);
    if (!path.empty()) out.emplace_back(path);
    list.remove_prefix(std::min(at + 1, list.size()));
  }
  return out;
}

std::vector<std::string> Vanished(const std::vector<std::string>& documents,
                                  const std::vector<std::string>& folders,
                                  const std::vector<std::string>& walked,
                                  const std::vector<std::string>& reported,
                                  const std::vector<std::string>& unread) {
  std::vector<std::string> out;
  for (const std::string& id : documents) {
    const bool covered = std::any_of(
        folders.begin(), folders.end(),
        [&id](const std::string& folder) { return IsBelow(id, folder); });
    if (covered && HasVanished(id, walked, reported, unread)) out.push_back(id);
  }
  return out;
}

}  // namespace footnote
