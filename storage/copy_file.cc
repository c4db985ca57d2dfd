#include "storage/copy_file.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include <vector>

#include "absl/strings/string_view.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr size_t kBufferBytes = 1 << 20;

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
  const int fd_;
};

// Writes all of `bytes`; false with errno set.
bool WriteAll(int fd, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return false;
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return true;
}

// `to` < 0: nothing is written.
absl::StatusOr<CopiedFile> Pump(const std::string& from, int to,
                                const std::string& to_path) {
  const Descriptor in(open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (in.get() < 0) return FileError("open", from, errno);
  // It is read once; the cache belongs to searches.
  posix_fadvise(in.get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  std::vector<char> buffer(kBufferBytes);
  Sha256Stream hash;
  CopiedFile copied;
  while (true) {
    const ssize_t got = read(in.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return FileError("read", from, errno);
    if (got == 0) break;
    const absl::string_view bytes(buffer.data(), static_cast<size_t>(got));
    hash.Update(bytes);
    copied.bytes += bytes.size();
    if (to >= 0 && !WriteAll(to, bytes)) {
      return FileError("write", to_path, errno);
    }
  }
  if (to >= 0 && fdatasync(to) != 0) return FileError("sync", to_path, errno);
  copied.sha256 = Hex(hash.Finish());
  return copied;
}

}  // namespace

absl::StatusOr<CopiedFile> CopyFile(const std::string& from,
                                    const std::string& to) {
  const Descriptor out(
      open(to.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640));
  if (out.get() < 0) return FileError("create", to, errno);
  absl::StatusOr<CopiedFile> copied = Pump(from, out.get(), to);
  if (!copied.ok()) unlink(to.c_str());
  return copied;
}

absl::StatusOr<CopiedFile> HashFile(const std::string& path) {
  return Pump(path, -1, "");
}

}  // namespace footnote
