#include "base/first_process.h"

#include <signal.h>
#include <unistd.h>

#include <initializer_list>

namespace footnote {
namespace {

void End(int signal) { _exit(128 + signal); }

}  // namespace

void EndFirstProcessBySignals() {
  if (getpid() != 1) return;
  for (const int signal : {SIGHUP, SIGINT, SIGTERM}) {
    struct sigaction action = {};
    action.sa_handler = End;
    sigaction(signal, &action, nullptr);
  }
}

bool OnlyEndsFirstProcess(void (*handler)(int)) { return handler == End; }

}  // namespace footnote
