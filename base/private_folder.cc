#include "base/private_folder.h"

#include <errno.h>
#include <sys/stat.h>

#include <filesystem>

#include "base/file.h"
#include "base/status_macros.h"

namespace footnote {

absl::Status MakePrivateFolder(const std::string& folder) {
  std::filesystem::path path(folder);
  // "store/" and "store/." are "store".
  while (path.has_relative_path() && path.has_parent_path() &&
         (path.filename().empty() || path.filename() == ".")) {
    path = path.parent_path();
  }
  const std::string parent = path.parent_path().string();
  if (!parent.empty()) RETURN_IF_ERROR(MakeFolder(parent));
  if (mkdir(path.c_str(), S_IRWXU) == 0) return absl::OkStatus();
  // What is there may be no folder.
  if (errno == EEXIST) return MakeFolder(folder);
  return FileError("create folder", folder, errno);
}

}  // namespace footnote
