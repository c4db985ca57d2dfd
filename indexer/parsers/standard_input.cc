#include "indexer/parsers/standard_input.h"

#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>

namespace footnote {
namespace {

constexpr size_t kReadBytes = 1 << 20;

}  // namespace

std::string ReadStandardInput() {
  std::string bytes;
  while (true) {
    const size_t at = bytes.size();
    bytes.resize(at + kReadBytes);
    const ssize_t got = read(STDIN_FILENO, &bytes[at], kReadBytes);
    const bool again = got < 0 && errno == EINTR;
    bytes.resize(at + static_cast<size_t>(got > 0 ? got : 0));
    if (got <= 0 && !again) return bytes;
  }
}

}  // namespace footnote
