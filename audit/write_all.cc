#include "audit/write_all.h"

#include <errno.h>
#include <unistd.h>

namespace footnote {

int WriteAll(int file, absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(file, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(written);
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace footnote
