#include "model/quantise/part_file.h"

#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/lock_file.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

absl::Status Exists(const std::string& path) {
  return absl::AlreadyExistsError(
      absl::StrCat("file ", path, ": is there already, want a new name"));
}

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

// Room for all of it before hours of work, where the file system can say so.
int Reserve(int fd, uint64_t size) {
  if (ftruncate(fd, static_cast<off_t>(size)) != 0) return errno;
  if (size == 0 || fallocate(fd, 0, 0, static_cast<off_t>(size)) == 0) return 0;
  return errno == EOPNOTSUPP || errno == ENOSYS ? 0 : errno;
}

}  // namespace

absl::StatusOr<std::unique_ptr<PartFile>> PartFile::Create(
    const std::string& path, uint64_t size) {
  struct stat info;
  if (lstat(path.c_str(), &info) == 0) return Exists(path);
  const std::string part = path + ".part";
  const int fd =
      open(part.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
  if (fd < 0) return FileError("file", part, errno);
  const absl::StatusOr<bool> locked = TryLockFile(fd, part);
  if (!locked.ok() || !*locked) {
    close(fd);
    RETURN_IF_ERROR(locked.status());
    return absl::FailedPreconditionError(
        absl::StrCat("file ", part, ": another process writes it"));
  }
  // Whoever held the lock may have given the file its name, or taken it away;
  // and what others call by another name is theirs.
  struct stat held;
  const bool ours = fstat(fd, &held) == 0 && lstat(part.c_str(), &info) == 0 &&
                    S_ISREG(held.st_mode) && held.st_nlink == 1 &&
                    held.st_dev == info.st_dev && held.st_ino == info.st_ino;
  if (!ours) {
    close(fd);
    return absl::FailedPreconditionError(absl::StrCat(
        "file ", part, ": want none, or a file without other names"));
  }
  auto file = absl::WrapUnique(new PartFile(path, part, fd));
  // What a killed process left.
  if (ftruncate(fd, 0) != 0) return FileError("file", part, errno);
  const int error = Reserve(fd, size);
  if (error != 0) return FileError("file", part, error);
  return file;
}

PartFile::~PartFile() {
  if (!finished_) unlink(part_.c_str());
  close(fd_);
}

absl::Status PartFile::WriteAt(uint64_t offset, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        pwrite(fd_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return FileError("file", part_, errno);
    bytes.remove_prefix(static_cast<size_t>(written));
    offset += static_cast<uint64_t>(written);
  }
  return absl::OkStatus();
}

absl::Status PartFile::Finish() {
  if (fsync(fd_) != 0) return FileError("file", part_, errno);
  int renamed = renameat2(AT_FDCWD, part_.c_str(), AT_FDCWD, path_.c_str(),
                          RENAME_NOREPLACE);
  if (renamed != 0 && (errno == EINVAL || errno == ENOSYS)) {
    renamed = rename(part_.c_str(), path_.c_str());
  }
  if (renamed != 0) {
    return errno == EEXIST ? Exists(path_) : FileError("file", path_, errno);
  }
  finished_ = true;
  return SyncFolder(FolderOf(path_));
}

}  // namespace footnote
