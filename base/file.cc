#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

// Closes a descriptor when the scope ends.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

absl::Status WriteBytes(int fd, absl::string_view contents,
                        const std::string& path) {
  while (!contents.empty()) {
    const ssize_t written = write(fd, contents.data(), contents.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return FileError("write", path, errno);
    }
    contents.remove_prefix(written);
  }
  return absl::OkStatus();
}

absl::Status WriteAll(int fd, absl::string_view contents,
                      const std::string& path) {
  RETURN_IF_ERROR(WriteBytes(fd, contents, path));
  if (fsync(fd) != 0) return FileError("sync", path, errno);
  return absl::OkStatus();
}

}  // namespace

absl::Status FileError(absl::string_view thing, absl::string_view path,
                       int error_number) {
  const std::string message =
      absl::StrCat(thing, " ", path, ": ", strerror(error_number));
  switch (error_number) {
    case ENOENT:
    case ENOTDIR:
      return absl::NotFoundError(message);
    case EACCES:
    case EPERM:
    case EROFS:
      return absl::PermissionDeniedError(message);
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return absl::ResourceExhaustedError(message);
    case EISDIR:
    case EINVAL:
    case ELOOP:
    case ENAMETOOLONG:
      return absl::InvalidArgumentError(message);
    default:
      return absl::UnavailableError(message);
  }
}

absl::StatusOr<std::unique_ptr<MappedFile>> MappedFile::Open(
    const std::string& path) {
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return FileError("open", path, errno);
  struct stat info;
  if (fstat(fd.get(), &info) != 0) return FileError("stat", path, errno);
  if (!S_ISREG(info.st_mode)) {
    return absl::InvalidArgumentError(
        absl::StrCat("open ", path, ": want a regular file"));
  }
  const size_t size = static_cast<size_t>(info.st_size);
  if (size == 0) {
    return std::unique_ptr<MappedFile>(new MappedFile(path, "", 0));
  }
  void* data = mmap(nullptr, size, PROT_READ, MAP_SHARED, fd.get(), 0);
  if (data == MAP_FAILED) return FileError("map", path, errno);
  return std::unique_ptr<MappedFile>(
      new MappedFile(path, static_cast<const char*>(data), size));
}

MappedFile::~MappedFile() {
  if (size_ > 0) munmap(const_cast<char*>(data_), size_);
}

absl::StatusOr<std::string> ReadFile(const std::string& path,
                                     size_t limit_bytes) {
  const Descriptor fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return FileError("open", path, errno);
  std::string contents;
  char buffer[1 << 16];
  for (;;) {
    const ssize_t got = read(fd.get(), buffer, sizeof(buffer));
    if (got < 0) {
      if (errno == EINTR) continue;
      return FileError("read", path, errno);
    }
    if (got == 0) return contents;
    if (contents.size() + got > limit_bytes) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "read ", path, ": more than ", limit_bytes, " bytes, the limit"));
    }
    contents.append(buffer, got);
  }
}

absl::Status SyncFolder(const std::string& folder) {
  const Descriptor fd(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (fd.get() < 0) return FileError("open", folder, errno);
  if (fsync(fd.get()) != 0) return FileError("sync", folder, errno);
  return absl::OkStatus();
}

absl::Status WriteFileAtomically(const std::string& name,
                                 absl::string_view contents) {
  struct stat info;
  if (stat(name.c_str(), &info) == 0 && !S_ISREG(info.st_mode) &&
      !S_ISDIR(info.st_mode)) {
    // A device or a pipe, such as /dev/stdout: nothing may take its place.
    const Descriptor fd(open(name.c_str(), O_WRONLY | O_CLOEXEC));
    if (fd.get() < 0) return FileError("open", name, errno);
    return WriteBytes(fd.get(), contents, name);
  }
  // What a link names is replaced, not the link.
  std::error_code none;
  const std::filesystem::path real = std::filesystem::canonical(name, none);
  const std::string path = none ? name : real.string();
  const std::string temporary = absl::StrCat(path, ".tmp.", getpid());
  {
    const Descriptor fd(open(temporary.c_str(),
                             O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
    if (fd.get() < 0) return FileError("create", temporary, errno);
    const absl::Status written = WriteAll(fd.get(), contents, temporary);
    if (!written.ok()) {
      unlink(temporary.c_str());
      return written;
    }
  }
  if (rename(temporary.c_str(), path.c_str()) != 0) {
    const int error_number = errno;
    unlink(temporary.c_str());
    return FileError("rename", path, error_number);
  }
  const std::string folder = std::filesystem::path(path).parent_path().string();
  return SyncFolder(folder.empty() ? "." : folder);
}

absl::Status MakeFolder(const std::string& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error) return FileError("create folder", folder, error.value());
  return absl::OkStatus();
}

}  // namespace footnote
