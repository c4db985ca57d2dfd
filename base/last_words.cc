#include "base/last_words.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <exception>
#include <new>
#include <system_error>

namespace footnote {
namespace {

constexpr int kFailed = 1;

// There may be no memory: everything is written into this.
char text[1024];
size_t size = 0;

template <typename... Values>
void Say(const char* format, Values... values) {
  const int more =
      snprintf(text + size, sizeof(text) - size, format, values...);
  if (more > 0) size = std::min(size + static_cast<size_t>(more), sizeof(text));
}

// A number of /proc/self/status; -1 where there is none.
long StatusNumber(const char* key) {
  static char status[8192];
  const int file = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  if (file < 0) return -1;
  const ssize_t got = read(file, status, sizeof(status) - 1);
  close(file);
  if (got <= 0) return -1;
  status[got] = '\0';
  const char* const at = strstr(status, key);
  return at == nullptr ? -1 : strtol(at + strlen(key), nullptr, 10);
}

// What the process has of `limit`, where that is finite.
void SayLimit(int limit, const char* what, uint64_t unit, long used) {
  rlimit most;
  if (getrlimit(limit, &most) != 0 || most.rlim_cur == RLIM_INFINITY) return;
  Say("; %s: %ld used, at most %llu", what, used,
      static_cast<unsigned long long>(most.rlim_cur / unit));
}

void SayLimits() {
  SayLimit(RLIMIT_AS, "KiB of address space (ulimit -v)", 1024,
           StatusNumber("VmSize:"));
  SayLimit(RLIMIT_DATA, "KiB of data (ulimit -d)", 1024,
           StatusNumber("VmData:"));
}

void SayThreads() {
  Say("; this process has %ld threads", StatusNumber("Threads:"));
  SayLimits();
  SayLimit(RLIMIT_NPROC, "threads of this user (ulimit -u)", 1,
           StatusNumber("Threads:"));
}

void SayWhy() {
  const std::exception_ptr why = std::current_exception();
  if (why == nullptr) {
    // Such as a thread that nobody joins any more, because of an exception.
    Say("it can't go on, most likely for want of threads or memory");
    SayThreads();
    return;
  }
  try {
    std::rethrow_exception(why);
  } catch (const std::bad_alloc&) {
    Say("no memory is left");
    SayLimits();
  } catch (const std::system_error& error) {
    if (error.code() != std::errc::resource_unavailable_try_again) {
      Say("%s", error.what());
      return;
    }
    rlimit stack = {};
    getrlimit(RLIMIT_STACK, &stack);
    Say("no thread can be started");
    if (stack.rlim_cur != RLIM_INFINITY) {
      Say(", want %llu KiB of address space for its stack",
          static_cast<unsigned long long>(stack.rlim_cur / 1024));
    }
    SayThreads();
  } catch (const std::exception& error) {
    Say("%s", error.what());
  } catch (...) {
    Say("it can't go on");
  }
}

void Write() {
  text[std::min(size, sizeof(text) - 1)] = '\n';
  const ssize_t written =
      write(STDERR_FILENO, text, std::min(size + 1, sizeof(text)));
  (void)written;
}

[[noreturn]] void SpeakAndEnd() {
  Say("footnote: ");
  SayWhy();
  Write();
  _exit(kFailed);
}

// gRPC aborts where it gets no thread, and its own words are turned off. The
// process ends by the signal afterwards.
void SpeakOfAbort(int) {
  Say("footnote: aborted");
  SayThreads();
  Write();
}

}  // namespace

void InstallLastWords() {
  std::set_terminate(SpeakAndEnd);
  struct sigaction action = {};
  action.sa_handler = SpeakOfAbort;
  action.sa_flags = SA_RESETHAND;
  sigaction(SIGABRT, &action, nullptr);
}

}  // namespace footnote
