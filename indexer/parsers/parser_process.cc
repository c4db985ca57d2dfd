#include "indexer/parsers/parser_process.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr size_t kReadBytes = 256 << 10;
constexpr size_t kKeptErrorBytes = 300;
constexpr absl::Duration kPatienceAtTheEnd = absl::Seconds(10);

class Descriptor {
 public:
  explicit Descriptor(int fd = -1) : fd_(fd) {}
  ~Descriptor() { Close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  void Set(int fd) {
    Close();
    fd_ = fd;
  }
  void Close() {
    if (fd_ >= 0) close(fd_);
    fd_ = -1;
  }
  int get() const { return fd_; }

 private:
  int fd_;
};

absl::Status Unavailable(absl::string_view what, int error) {
  return absl::UnavailableError(
      absl::StrCat("parser: ", what, ": ", strerror(error)));
}

absl::Status FillMemoryFile(absl::string_view input, Descriptor* file) {
  file->Set(memfd_create("input", MFD_CLOEXEC));
  if (file->get() < 0) return Unavailable("memory for its input", errno);
  while (!input.empty()) {
    const ssize_t written = write(file->get(), input.data(), input.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Unavailable("memory for its input", errno);
    input.remove_prefix(static_cast<size_t>(written));
  }
  if (lseek(file->get(), 0, SEEK_SET) < 0) {
    return Unavailable("its input", errno);
  }
  return absl::OkStatus();
}

absl::StatusOr<pid_t> Spawn(const std::string& path,
                            const std::vector<std::string>& arguments, int in,
                            int out, int err) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, in, 0);
  posix_spawn_file_actions_adddup2(&actions, out, 1);
  posix_spawn_file_actions_adddup2(&actions, err, 2);
  // Signals as a new program expects them, and an environment that tells it
  // nothing.
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none, all;
  sigemptyset(&none);
  sigfillset(&all);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &all);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  std::vector<char*> argv = {const_cast<char*>(path.c_str())};
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  char language[] = "LC_ALL=C.UTF-8";
  char* environment[] = {language, nullptr};
  pid_t pid = -1;
  const int error = posix_spawn(&pid, path.c_str(), &actions, &attributes,
                                argv.data(), environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return Unavailable(path, error);
  return pid;
}

// Reads `out` to its end. An error where the program has to be killed.
absl::Status Collect(int out, int err, const ParserLimits& limits,
                     std::string* output, std::string* errors) {
  const absl::Time deadline = absl::Now() + limits.patience;
  bool out_open = true, err_open = true;
  std::string buffer(kReadBytes, '\0');
  while (out_open || err_open) {
    const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
    pollfd polls[] = {{out_open ? out : -1, POLLIN, 0},
                      {err_open ? err : -1, POLLIN, 0}};
    const int ready = left <= 0 ? 0 : poll(polls, 2, static_cast<int>(left));
    if (ready < 0 && errno == EINTR) continue;
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
      if (got > 0 && errors->size() < kKeptErrorBytes) {
        errors->append(buffer.data(), static_cast<size_t>(got));
      }
    }
  }
  return absl::OkStatus();
}

// Waits for the end of a process that has closed its output, for a while; then
// makes it end. False when it had to be killed.
bool WaitFor(pid_t pid, int* status) {
  const absl::Time deadline = absl::Now() + kPatienceAtTheEnd;
  while (true) {
    const pid_t ended = waitpid(pid, status, WNOHANG);
    if (ended == pid) return true;
    if (ended < 0 && errno != EINTR) return true;
    if (absl::Now() > deadline) break;
    absl::SleepFor(absl::Milliseconds(1));
  }
  kill(pid, SIGKILL);
  while (waitpid(pid, status, 0) < 0 && errno == EINTR) {
  }
  return false;
}

absl::Status Judge(int status, const ParserLimits& limits,
                   absl::string_view errors) {
  if (WIFEXITED(status)) {
    const int code = WEXITSTATUS(status);
    if (code == 0) return absl::OkStatus();
    if (code == kParserOutOfMemory) {
      return absl::ResourceExhaustedError(
          absl::StrCat("parser: out of memory, it may take ",
                       limits.memory_bytes >> 20, " MiB"));
    }
    errors = errors.substr(0, std::min(errors.find('\n'), kKeptErrorBytes));
    return absl::InternalError(absl::StrCat(
        "parser: ended with ", code, errors.empty() ? "" : ": ", errors));
  }
  switch (WTERMSIG(status)) {
    case SIGXCPU:
    case SIGKILL:
      return absl::ResourceExhaustedError(
          absl::StrCat("parser: out of processor time, it may take ",
                       limits.cpu_seconds, " s"));
    case SIGSYS:
      return absl::InternalError(
          "parser: stopped, it tried what the sandbox forbids");
    default:
      return absl::InternalError(
          absl::StrCat("parser: crashed with signal ", WTERMSIG(status), " (",
                       strsignal(WTERMSIG(status)), ")"));
  }
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
    folders.push_back(absl::StrCat(folder, "/../indexer/parsers/pdf"));
  }
  // From Bazel's folder of a test.
  folders.push_back("indexer/parsers");
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
                                      const ParserLimits& limits) {
  Descriptor in;
  RETURN_IF_ERROR(FillMemoryFile(input, &in));
  int out_pipe[2], err_pipe[2];
  if (pipe2(out_pipe, O_CLOEXEC) != 0) return Unavailable("pipe", errno);
  Descriptor out(out_pipe[0]), child_out(out_pipe[1]);
  if (pipe2(err_pipe, O_CLOEXEC) != 0) return Unavailable("pipe", errno);
  Descriptor err(err_pipe[0]), child_err(err_pipe[1]);
  ASSIGN_OR_RETURN(const pid_t pid,
                   Spawn(path,
                         {absl::StrCat(limits.memory_bytes),
                          absl::StrCat(limits.cpu_seconds)},
                         in.get(), child_out.get(), child_err.get()));
  child_out.Close();
  child_err.Close();
  std::string output, errors;
  const absl::Status collected =
      Collect(out.get(), err.get(), limits, &output, &errors);
  if (!collected.ok()) kill(pid, SIGKILL);
  int status = 0;
  const bool ended = WaitFor(pid, &status);
  RETURN_IF_ERROR(collected);
  if (!ended) {
    return absl::DeadlineExceededError(
        "parser: hung after it had closed its output");
  }
  RETURN_IF_ERROR(Judge(status, limits, errors));
  return output;
}

}  // namespace footnote
