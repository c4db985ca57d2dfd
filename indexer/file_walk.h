// Finds the files to ingest.
#ifndef FOOTNOTE_INDEXER_FILE_WALK_H_
#define FOOTNOTE_INDEXER_FILE_WALK_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace footnote {

struct WalkedFiles {
  struct File {
    std::string path;
    uint64_t bytes = 0;
  };
  // In byte order of their paths, each file once.
  std::vector<File> files;
  // What could not be looked at: path and reason.
  std::vector<std::pair<std::string, std::string>> failures;
  // Files of folders left out by their names: hidden ones, and what pages are
  // decorated with (images, styles, scripts, fonts).
  size_t left_out = 0;
  uint64_t bytes = 0;
};

// The files that `paths` name: a file itself whatever its name, a folder's
// files and those of the folders in it. Symbolic links are followed; a folder
// that leads back to itself is entered once. Not recursive: depth is bounded
// by the file system alone. `scans`: PNG, JPEG and TIFF images are documents,
// not decoration.
WalkedFiles WalkFiles(const std::vector<std::string>& paths,
                      bool scans = false);

// Whether a file or folder of that name, found in a folder, is left out: "."
// and "..", too.
bool IsLeftOutByName(absl::string_view name, bool scans = false);

// `path` without "./" at the front and slashes at the end, so that a file has
// one id however the shell wrote it.
std::string CleanPath(absl::string_view path);

// The path of `name` in a folder whose path is clean; in "." it is the name.
std::string JoinPath(absl::string_view folder, absl::string_view name);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FILE_WALK_H_
