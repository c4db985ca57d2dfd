#include "indexer/parsers/parser_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"
#include "indexer/parsers/parser_child.h"

namespace footnote {
namespace {

constexpr size_t kReadBytes = 256 << 10;
// How long one who asks for a stop waits at most.
constexpr int64_t kStopMillis = 100;

absl::Status FillMemoryFile(absl::string_view input, Descriptor* file) {
  file->Set(memfd_create("input", MFD_CLOEXEC));
  if (file->get() < 0) return ParserUnavailable("memory for its input", errno);
  while (!input.empty()) {
    const ssize_t written = write(file->get(), input.data(), input.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return ParserUnavailable("memory for its input", errno);
    input.remove_prefix(static_cast<size_t>(written));
  }
  if (lseek(file->get(), 0, SEEK_SET) < 0) {
    return ParserUnavailable("its input", errno);
  }
  return absl::OkStatus();
}

// Reads `out` to its end. An error where the program has to be killed.
absl::Status Collect(int out, int err, const ParserLimits& limits,
                     std::string* output, std::string* errors) {
  const absl::Time deadline = absl::Now() + limits.patience;
  bool out_open = true, err_open = true;
  std::string buffer(kReadBytes, '\0');
  while (out_open || err_open) {
    if (limits.stop != nullptr && limits.stop()) {
      return absl::CancelledError("parser: stopped by request");
    }
    const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
    const int64_t wait =
        limits.stop == nullptr ? left : std::min(left, kStopMillis);
    pollfd polls[] = {{out_open ? out : -1, POLLIN, 0},
                      {err_open ? err : -1, POLLIN, 0}};
    const int ready = left <= 0 ? 0 : poll(polls, 2, static_cast<int>(wait));
    if (ready < 0 && errno == EINTR) continue;
    if (ready == 0 && wait < left) continue;
    if (ready <= 0) {
      return absl::DeadlineExceededError(
          absl::StrCat("parser: hung, no end after ",
                       absl::FormatDuration(limits.patience)));
    }
    if (polls[0].revents != 0) {
      const ssize_t got = read(out, &buffer[0], buffer.size());
      out_open = got > 0 || (got < 0 && errno == EINTR);
      if (got > 0) output->append(buffer.data(), static_cast<size_t>(got));
      if (output->size() > limits.output_bytes) {
        return absl::ResourceExhaustedError(
            absl::StrCat("parser: wrote over ", limits.output_bytes,
                         " bytes, want at most that many"));
      }
    }
    if (polls[1].revents != 0) {
      const ssize_t got = read(err, &buffer[0], buffer.size());
      err_open = got > 0 || (got < 0 && errno == EINTR);
      if (got > 0 && errors->size() < kKeptParserErrorBytes) {
        errors->append(buffer.data(), static_cast<size_t>(got));
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> FindParser(absl::string_view program) {
  std::vector<std::string> folders;
  if (const char* const named = std::getenv("FOOTNOTE_PARSERS")) {
    folders.push_back(named);
  }
  char self[4096];
  const ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);
  if (size > 0) {
    std::string folder(self, static_cast<size_t>(size));
    folder.erase(folder.rfind('/'));
    folders.push_back(folder);
    folders.push_back(absl::StrCat(folder, "/../indexer/parsers"));
    folders.push_back(absl::StrCat(folder, "/../indexer/parsers/ocr"));
    folders.push_back(absl::StrCat(folder, "/../indexer/parsers/pdf"));
  }
  // From Bazel's folder of a test.
  folders.push_back("indexer/parsers");
  folders.push_back("indexer/parsers/ocr");
  folders.push_back("indexer/parsers/pdf");
  folders.push_back("/usr/lib/footnote");
  for (const std::string& folder : folders) {
    const std::string path = absl::StrCat(folder, "/", program);
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  return absl::NotFoundError(
      absl::StrCat("parser: ", program,
                   " is not installed, want it beside this program, "
                   "in $FOOTNOTE_PARSERS or in /usr/lib/footnote"));
}

absl::StatusOr<std::string> RunParser(const std::string& path,
                                      absl::string_view input,
                                      const ParserLimits& limits,
                                      const std::vector<std::string>& more) {
  Descriptor in;
  RETURN_IF_ERROR(FillMemoryFile(input, &in));
  int out_pipe[2], err_pipe[2];
  if (pipe2(out_pipe, O_CLOEXEC) != 0) return ParserUnavailable("pipe", errno);
  Descriptor out(out_pipe[0]), child_out(out_pipe[1]);
  if (pipe2(err_pipe, O_CLOEXEC) != 0) return ParserUnavailable("pipe", errno);
  Descriptor err(err_pipe[0]), child_err(err_pipe[1]);
  std::vector<std::string> arguments = {absl::StrCat(limits.memory_bytes),
                                        absl::StrCat(limits.cpu_seconds)};
  arguments.insert(arguments.end(), more.begin(), more.end());
  ASSIGN_OR_RETURN(
      const pid_t pid,
      StartParser(path, arguments, in.get(), child_out.get(), child_err.get()));
  child_out.Close();
  child_err.Close();
  std::string output, errors;
  const absl::Status collected =
      Collect(out.get(), err.get(), limits, &output, &errors);
  if (!collected.ok()) kill(pid, SIGKILL);
  int status = 0;
  const bool ended = WaitForParser(pid, &status);
  RETURN_IF_ERROR(collected);
  if (!ended) {
    return absl::DeadlineExceededError(
        "parser: hung after it had closed its output");
  }
  RETURN_IF_ERROR(JudgeParser(status, limits, errors));
  return output;
}

}  // namespace footnote
