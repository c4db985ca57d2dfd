#include "tests/crash/server_process.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"

namespace footnote {
namespace {

constexpr char kAnnouncement[] = "listening on ";

}  // namespace

std::unique_ptr<ServerProcess> ServerProcess::Start(
    const std::string& program, const std::vector<std::string>& arguments,
    const std::string& log) {
  std::vector<char*> argv = {const_cast<char*>(program.c_str())};
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return nullptr;
  const pid_t pid = fork();
  if (pid == 0) {
    // A test that is killed takes its server along.
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(ends[1], STDOUT_FILENO);
    const int log_file = open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    if (log_file >= 0) dup2(log_file, STDERR_FILENO);
    execv(program.c_str(), argv.data());
    _exit(127);
  }
  close(ends[1]);
  if (pid < 0) {
    close(ends[0]);
    return nullptr;
  }
  return std::unique_ptr<ServerProcess>(new ServerProcess(pid, ends[0]));
}

ServerProcess::~ServerProcess() {
  Kill();
  close(output_);
}

absl::StatusOr<std::string> ServerProcess::WaitForAddress(
    absl::Duration patience) {
  const absl::Time deadline = absl::Now() + patience;
  std::string line;
  while (line.find('\n') == std::string::npos) {
    const int64_t left = absl::ToInt64Milliseconds(deadline - absl::Now());
    pollfd watched = {output_, POLLIN, 0};
    if (left <= 0 || poll(&watched, 1, static_cast<int>(left)) <= 0) {
      return absl::DeadlineExceededError(absl::StrCat(
          "server: no address after ", absl::FormatDuration(patience)));
    }
    char buffer[256];
    const ssize_t size = read(output_, buffer, sizeof(buffer));
    if (size <= 0) {
      int status = 0;
      waitpid(pid_, &status, 0);
      pid_ = -1;
      return absl::AbortedError(absl::StrCat("server: ended with wait status ",
                                             status, " before it listened"));
    }
    line.append(buffer, static_cast<size_t>(size));
  }
  line.resize(line.find('\n'));
  const size_t at = line.find(kAnnouncement);
  if (at == std::string::npos) {
    return absl::AbortedError(absl::StrCat("server: said \"", line, "\""));
  }
  return line.substr(at + sizeof(kAnnouncement) - 1);
}

void ServerProcess::Kill() {
  if (pid_ <= 0) return;
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
  pid_ = -1;
}

}  // namespace footnote
