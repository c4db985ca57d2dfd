#include "tests/gpu/child.h"

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdio>

namespace footnote {
namespace {

using Clock = std::chrono::steady_clock;

double Since(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

// Reads until the other end is closed; false: `seconds` had passed.
bool ReadAll(int from, Clock::time_point begin, double seconds,
             std::string* said) {
  char some[4096];
  for (;;) {
    const double left = seconds - Since(begin);
    if (left <= 0) return false;
    pollfd waits = {from, POLLIN, 0};
    const int ready = poll(&waits, 1, static_cast<int>(left * 1000) + 1);
    if (ready < 0 && errno != EINTR) return true;
    if (ready <= 0) continue;
    const ssize_t got = read(from, some, sizeof(some));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return true;
    said->append(some, got);
  }
}

// A process that hangs in its device's driver may not even be killed.
constexpr double kLastSeconds = 20;

// Its status; false: it did not end.
bool WaitFor(pid_t child, int* status) {
  const Clock::time_point begin = Clock::now();
  for (;;) {
    const pid_t ended = waitpid(child, status, WNOHANG);
    if (ended == child || (ended < 0 && errno != EINTR)) return true;
    if (Since(begin) > kLastSeconds) return false;
    poll(nullptr, 0, 5);
  }
}

}  // namespace

ChildEnd RunAgain(const std::vector<std::string>& arguments, double seconds) {
  ChildEnd end;
  std::vector<char*> argv = {const_cast<char*>("gpu_check")};
  for (const std::string& argument : arguments) {
    argv.push_back(const_cast<char*>(argument.c_str()));
  }
  argv.push_back(nullptr);
  int pipes[2];
  if (pipe(pipes) != 0) {
    end.why = "no pipe";
    return end;
  }
  std::fflush(nullptr);
  const Clock::time_point begin = Clock::now();
  const pid_t child = fork();
  if (child == 0) {
    setpgid(0, 0);
    dup2(pipes[1], STDOUT_FILENO);
    dup2(pipes[1], STDERR_FILENO);
    close(pipes[0]);
    close(pipes[1]);
    execv("/proc/self/exe", argv.data());
    _exit(127);
  }
  close(pipes[1]);
  if (child < 0) {
    close(pipes[0]);
    end.why = "no process";
    return end;
  }
  setpgid(child, child);  // whichever of the two comes first
  const bool ended = ReadAll(pipes[0], begin, seconds, &end.said);
  // A grandchild may live on, and nobody wants it.
  if (!ended) kill(-child, SIGKILL);
  close(pipes[0]);
  int status = 0;
  const bool is_gone = WaitFor(child, &status);
  kill(-child, SIGKILL);
  end.seconds = Since(begin);
  char text[64] = "";
  if (!ended || !is_gone) {
    std::snprintf(text, sizeof(text), "%s after %.0f s",
                  is_gone ? "stopped" : "could not be stopped", end.seconds);
  } else if (WIFSIGNALED(status)) {
    std::snprintf(text, sizeof(text), "signal %d", WTERMSIG(status));
  } else {
    end.status = WEXITSTATUS(status);
    if (end.status != 0) {
      std::snprintf(text, sizeof(text), "status %d", end.status);
    }
  }
  end.why = text;
  return end;
}

}  // namespace footnote
