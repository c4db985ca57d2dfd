#include "audit/secret_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "audit/write_all.h"
#include "base/file.h"
#include "base/lock_file.h"
#include "base/status_macros.h"

namespace footnote {

namespace {

constexpr absl::Duration kPatience = absl::Seconds(10);
constexpr absl::Duration kLookAgain = absl::Milliseconds(1);

// The open folder, while nobody else makes a file in it.
absl::StatusOr<int> TakeFolder(const std::string& folder) {
  const int fd = open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0) return FileError("open", folder, errno);
  const absl::Time deadline = absl::Now() + kPatience;
  absl::StatusOr<bool> locked = TryLockFile(fd, folder);
  while (locked.ok() && !*locked && absl::Now() < deadline) {
    absl::SleepFor(kLookAgain);
    locked = TryLockFile(fd, folder);
  }
  if (locked.ok() && *locked) return fd;
  close(fd);
  RETURN_IF_ERROR(locked.status());
  return absl::FailedPreconditionError(absl::StrCat(
      "folder ", folder, ": another process holds it, want that one stopped"));
}

bool IsMade(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && info.st_size > 0;
}

absl::Status WriteSecret(const std::string& path, absl::string_view contents) {
  const std::string unfinished = absl::StrCat(path, ".new");
  // Whoever may read what is there already must not read this.
  if (unlink(unfinished.c_str()) != 0 && errno != ENOENT) {
    return FileError("remove", unfinished, errno);
  }
  const int file =
      open(unfinished.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (file < 0) return FileError("create", unfinished, errno);
  int error = WriteAll(file, contents);
  if (error == 0 && fsync(file) != 0) error = errno;
  close(file);
  if (error == 0) {
    if (rename(unfinished.c_str(), path.c_str()) == 0) return absl::OkStatus();
    error = errno;
  }
  unlink(unfinished.c_str());
  return FileError("write", path, error);
}

}  // namespace

absl::Status MakeSecretFile(const std::string& path,
                            absl::string_view contents) {
  const size_t slash = path.rfind('/');
  const std::string folder =
      slash == std::string::npos ? "." : path.substr(0, slash + 1);
  ASSIGN_OR_RETURN(const int taken, TakeFolder(folder));
  absl::Status status;
  if (!IsMade(path)) status = WriteSecret(path, contents);
  // The other one may not have come to it yet.
  if (status.ok()) status = SyncFolder(folder);
  close(taken);
  return status;
}

}  // namespace footnote
