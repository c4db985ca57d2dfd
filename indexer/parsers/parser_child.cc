#include "indexer/parsers/parser_child.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"

namespace footnote {
namespace {

constexpr absl::Duration kPatienceAtTheEnd = absl::Seconds(10);

}  // namespace

void Descriptor::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

absl::Status ParserUnavailable(absl::string_view what, int error) {
  return absl::UnavailableError(
      absl::StrCat("parser: ", what, ": ", strerror(error)));
}

absl::StatusOr<pid_t> StartParser(const std::string& path,
                                  const std::vector<std::string>& arguments,
                                  int in, int out, int err) {
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
  // The sandbox allows no second thread, and OpenMP starts some.
  char threads[] = "OMP_THREAD_LIMIT=1";
  char* environment[] = {language, threads, nullptr};
  pid_t pid = -1;
  const int error = posix_spawn(&pid, path.c_str(), &actions, &attributes,
                                argv.data(), environment);
  posix_spawnattr_destroy(&attributes);
  posix_spawn_file_actions_destroy(&actions);
  if (error != 0) return ParserUnavailable(path, error);
  return pid;
}

bool WaitForParser(pid_t pid, int* status) {
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

absl::Status JudgeParser(int status, const ParserLimits& limits,
                         absl::string_view errors) {
  if (WIFEXITED(status)) {
    const int code = WEXITSTATUS(status);
    if (code == 0) return absl::OkStatus();
    if (code == kParserOutOfMemory) {
      return absl::ResourceExhaustedError(
          absl::StrCat("parser: out of memory, it may take ",
                       limits.memory_bytes >> 20, " MiB"));
    }
    errors =
        errors.substr(0, std::min(errors.find('\n'), kKeptParserErrorBytes));
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

}  // namespace footnote
