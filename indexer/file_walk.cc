#include "indexer/file_walk.h"

#include <dirent.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <set>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace footnote {
namespace {

bool IsDecoration(absl::string_view name, bool scans) {
  static const std::set<std::string>* const kScans =
      new std::set<std::string>{"png", "jpg", "jpeg", "tif", "tiff"};
  static const std::set<std::string>* const kOthers = new std::set<std::string>{
      "gif",   "svg", "webp", "ico", "bmp", "css", "js",  "mjs", "map", "woff",
      "woff2", "ttf", "otf",  "eot", "mp3", "mp4", "ogg", "ogv", "webm"};
  const size_t dot = name.rfind('.');
  if (dot == absl::string_view::npos) return false;
  const std::string extension = absl::AsciiStrToLower(name.substr(dot + 1));
  return kOthers->count(extension) > 0 ||
         (!scans && kScans->count(extension) > 0);
}

class FileWalker {
 public:
  explicit FileWalker(bool scans) : scans_(scans) {}

  WalkedFiles Walk(const std::vector<std::string>& paths) {
    for (const std::string& path : paths) Visit(CleanPath(path), true);
    while (!folders_.empty()) {
      const std::string folder = std::move(folders_.back());
      folders_.pop_back();
      ReadFolder(folder);
    }
    std::sort(out_.files.begin(), out_.files.end(),
              [](const WalkedFiles::File& a, const WalkedFiles::File& b) {
                return a.path < b.path;
              });
    return std::move(out_);
  }

 private:
  void Fail(const std::string& path, absl::string_view what, int error) {
    out_.failures.emplace_back(path,
                               absl::StrCat(what, ": ", std::strerror(error)));
  }

  void Visit(const std::string& path, bool named) {
    struct stat info;
    if (stat(path.c_str(), &info) != 0) {
      Fail(path, "file", errno);
      return;
    }
    if (S_ISDIR(info.st_mode)) {
      if (seen_.insert({info.st_dev, info.st_ino}).second) {
        folders_.push_back(path);
      }
      return;
    }
    if (!S_ISREG(info.st_mode)) {
      if (named) {
        out_.failures.emplace_back(
            path, "file: neither a regular file nor a folder, want one");
      }
      return;
    }
    if (!files_seen_.insert(path).second) return;
    out_.files.push_back({path, static_cast<uint64_t>(info.st_size)});
    out_.bytes += static_cast<uint64_t>(info.st_size);
  }

  void ReadFolder(const std::string& folder) {
    DIR* const dir = opendir(folder.c_str());
    if (dir == nullptr) {
      Fail(folder, "folder", errno);
      return;
    }
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = readdir(dir)) {
      const absl::string_view name = entry->d_name;
      if (name == "." || name == "..") continue;
      if (IsLeftOutByName(name, scans_)) {
        ++out_.left_out;
        continue;
      }
      names.emplace_back(name);
    }
    if (errno != 0) Fail(folder, "folder", errno);
    closedir(dir);
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      Visit(JoinPath(folder, name), false);
    }
  }

  const bool scans_;
  WalkedFiles out_;
  std::vector<std::string> folders_;
  std::set<std::pair<dev_t, ino_t>> seen_;
  std::set<std::string> files_seen_;
};

}  // namespace

bool IsLeftOutByName(absl::string_view name, bool scans) {
  return absl::StartsWith(name, ".") || IsDecoration(name, scans);
}

std::string CleanPath(absl::string_view path) {
  while (absl::StartsWith(path, "./") && path.size() > 2) {
    path.remove_prefix(2);
    while (absl::StartsWith(path, "/")) path.remove_prefix(1);
  }
  while (path.size() > 1 && path.back() == '/') path.remove_suffix(1);
  return std::string(path);
}

std::string JoinPath(absl::string_view folder, absl::string_view name) {
  if (folder == ".") return std::string(name);
  return absl::StrCat(folder, folder == "/" ? "" : "/", name);
}

WalkedFiles WalkFiles(const std::vector<std::string>& paths, bool scans) {
  return FileWalker(scans).Walk(paths);
}

}  // namespace footnote
