// A parser program that enters the sandbox and then does what its input says;
// with "stay", what each of its texts says.
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <new>
#include <string>
#include <vector>

#include "indexer/parsers/markup_frames.h"
#include "indexer/parsers/parsed.h"
#include "indexer/parsers/parser_limits.h"
#include "indexer/parsers/sandbox.h"

namespace footnote {
namespace {

void Say(const std::string& what) {
  if (write(1, what.data(), what.size()) < 0) _exit(9);
}

int Do(const std::string& order);

// The order as a document.
std::string Document(const std::string& order) {
  ParsedDocument parsed;
  parsed.document->text = "heard " + order + "\n";
  parsed.document->sections.resize(1);
  std::string out;
  AppendParsed(parsed, &out);
  return out;
}

void Reply(uint64_t number, const std::string& document) {
  const MarkupReply reply = {number, document.size()};
  Say(std::string(reinterpret_cast<const char*>(&reply), sizeof(reply)) +
      document);
}

// Of a text such as "echo" or "crash".
int Stay(int cpu_seconds) {
  MarkupRequest request;
  while (read(0, &request, sizeof(request)) == sizeof(request)) {
    std::string order(request.text_bytes, '\0');
    if (read(0, &order[0], order.size()) !=
        static_cast<ssize_t>(order.size())) {
      return 1;
    }
    if (!RenewProcessorTime(cpu_seconds)) return 1;
    if (order == "echo") {
      Reply(request.number, Document(order));
    } else if (order == "echo twice") {
      Reply(request.number, Document(order));
      Reply(request.number, Document("what comes next"));
    } else if (order == "last words") {
      Reply(request.number, Document(order));
      // Dies of it when nobody thinks of it any more.
      if (read(0, &request, sizeof(request)) > 0) raise(SIGSEGV);
    } else if (order == "usurp") {
      // Takes all the time that the kernel lets it.
      rlimit limit;
      if (getrlimit(RLIMIT_CPU, &limit) != 0) return 1;
      limit.rlim_cur = RLIM_INFINITY;
      limit.rlim_max = RLIM_INFINITY;
      setrlimit(RLIMIT_CPU, &limit);
      while (true) RenewProcessorTime(cpu_seconds);
    } else if (order == "work") {
      // Less than the second that a text may take.
      const clock_t until = clock() + CLOCKS_PER_SEC * 7 / 10;
      while (clock() < until) {
      }
      Reply(request.number, Document(order));
    } else if (order == "nonsense") {
      Reply(request.number, "nonsense");
    } else if (order == "nothing") {
      Reply(request.number, "");
    } else if (order == "broken") {
      std::string document = Document(order);
      document[document.find("heard")] = '\xff';
      Reply(request.number, document);
    } else if (order == "boast") {
      const MarkupReply reply = {request.number, uint64_t{1} << 60};
      Say(std::string(reinterpret_cast<const char*>(&reply), sizeof(reply)));
    } else if (order == "half") {
      const std::string document = Document(order);
      const MarkupReply reply = {request.number, document.size() + 1};
      Say(std::string(reinterpret_cast<const char*>(&reply), sizeof(reply)) +
          document);
      return 0;
    } else if (order == "half and hang" || order == "drop by drop") {
      const std::string document = Document(order);
      const MarkupReply reply = {request.number, document.size() + 1000000};
      Say(std::string(reinterpret_cast<const char*>(&reply), sizeof(reply)) +
          document);
      if (order == "half and hang") return Do("hang");
      while (true) {
        Say("x");
        // The sandbox lets nobody sleep.
        const clock_t until = clock() + CLOCKS_PER_SEC / 100;
        while (clock() < until) {
        }
      }
    } else {
      const int code = Do(order);
      if (code != 0) return code;
    }
  }
  return 0;
}

int Main(int argc, char** argv) {
  SandboxLimits limits;
  limits.memory_bytes = strtoull(argv[1], nullptr, 10);
  limits.cpu_seconds = atoi(argv[2]);
  if (argc == 4) {
    limits.cpu_seconds_of_life = limits.cpu_seconds * kParserLifeInFiles;
  }
  limits.readable_folder = "/usr/share/common-licenses";
  std::set_new_handler([] { _exit(kParserOutOfMemory); });
  if (!EnterSandbox(limits)) return 1;
  if (argc == 4) return Stay(limits.cpu_seconds);
  char buffer[100] = {};
  if (read(0, buffer, sizeof(buffer) - 1) < 0) return 1;
  return Do(buffer);
}

int Do(const std::string& order) {
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
  if (order == "limits of another") {
    rlimit limit;
    prlimit(getppid(), RLIMIT_CORE, nullptr, &limit);
  }
  if (order == "raise") {
    const rlimit limit = {1, 1};
    Say(setrlimit(RLIMIT_CORE, &limit) != 0 ? "refused" : "raised");
  }
  if (order == "exit") {
    fprintf(stderr, "no luck\nmore\n");
    return 7;
  }
  return 0;
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) { return footnote::Main(argc, argv); }
