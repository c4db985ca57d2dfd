#include "base/lock_file.h"

#include <errno.h>
#include <sys/file.h>

#include "base/file.h"

namespace footnote {

absl::StatusOr<bool> TryLockFile(int fd, const std::string& path) {
  while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) return false;
    if (errno == ENOLCK || errno == EOPNOTSUPP || errno == ENOSYS) break;
    return FileError("lock", path, errno);
  }
  return true;
}

}  // namespace footnote
