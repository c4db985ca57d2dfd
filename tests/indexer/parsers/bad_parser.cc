// A parser program that enters the sandbox and then does what its input says.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <new>
#include <string>
#include <vector>

#include "indexer/parsers/parser_process.h"
#include "indexer/parsers/sandbox.h"

namespace footnote {
namespace {

void Say(const std::string& what) {
  if (write(1, what.data(), what.size()) < 0) _exit(9);
}

int Main(char** argv) {
  SandboxLimits limits;
  limits.memory_bytes = strtoull(argv[1], nullptr, 10);
  limits.cpu_seconds = atoi(argv[2]);
  limits.readable_folder = "/usr/share/common-licenses";
  std::set_new_handler([] { _exit(kParserOutOfMemory); });
  if (!EnterSandbox(limits)) return 1;
  char buffer[100] = {};
  if (read(0, buffer, sizeof(buffer) - 1) < 0) return 1;
  const std::string order = buffer;
  if (order == "echo") Say("heard " + order);
  if (order == "crash") raise(SIGSEGV);
  if (order == "abort") abort();
  if (order == "spin") {
    for (volatile unsigned i = 0;; i = i + 1) {
    }
  }
  if (order == "hang") {
    while (true) {
      // Blocks for ever: nobody writes to this pipe's other end but we.
      char byte;
      if (read(1, &byte, 1) < 0) {
      }
    }
  }
  if (order == "memory") {
    std::vector<std::string> held;
    while (true) held.emplace_back(size_t{1} << 20, 'x');
  }
  if (order == "output") {
    while (true) Say(std::string(1 << 16, 'x'));
  }
  if (order == "open") {
    Say(open("/etc/passwd", O_RDONLY) < 0 ? "refused" : "opened");
  }
  const auto try_open = [](const char* path, int flags) {
    Say(open(path, flags, 0600) < 0 ? "refused" : "opened");
  };
  if (order == "open allowed") {
    try_open("/usr/share/common-licenses/GPL-3", O_RDONLY);
  }
  if (order == "open around") {
    try_open("/usr/share/common-licenses/../../../etc/passwd", O_RDONLY);
  }
  if (order == "write allowed") {
    try_open("/usr/share/common-licenses/new", O_WRONLY | O_CREAT);
  }
  if (order == "write") {
    Say(open("/tmp/footnote-sandbox-test", O_WRONLY | O_CREAT, 0600) < 0
            ? "refused"
            : "opened");
  }
  if (order == "socket") socket(AF_INET, SOCK_STREAM, 0);
  if (order == "fork" && fork() == 0) return 0;
  if (order == "exec") execl("/bin/true", "true", nullptr);
  if (order == "kill") kill(getppid(), 0);
  if (order == "exit") {
    fprintf(stderr, "no luck\nmore\n");
    return 7;
  }
  return 0;
}

}  // namespace
}  // namespace footnote

int main(int, char** argv) { return footnote::Main(argv); }
