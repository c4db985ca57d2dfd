#include "audit/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "base/file.h"

namespace footnote {

absl::Status WriteSecretFile(const std::string& path,
                             absl::string_view contents) {
  const std::string unfinished = absl::StrCat(path, ".new");
  // Whoever may read what is there already must not read this.
  if (unlink(unfinished.c_str()) != 0 && errno != ENOENT) {
    return FileError("remove", unfinished, errno);
  }
  const int file =
      open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return FileError("create", unfinished, errno);
  const bool written = write(file, contents.data(), contents.size()) ==
                           static_cast<ssize_t>(contents.size()) &&
                       fsync(file) == 0;
  const int why_not_written = errno;
  close(file);
  if (!written || rename(unfinished.c_str(), path.c_str()) != 0) {
    const int why = written ? errno : why_not_written;
    unlink(unfinished.c_str());
    return FileError("write", path, why);
  }
  const size_t slash = path.rfind('/');
  return SyncFolder(slash == std::string::npos ? "." : path.substr(0, slash));
}

}  // namespace footnote
