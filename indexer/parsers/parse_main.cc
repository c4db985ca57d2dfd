// footnote-parse: reads one file from standard input and writes the documents
// in it to standard output, in the form of parsed.h. The indexer runs it; what
// it may do is in sandbox.h.
//
//   footnote-parse MEMORY_BYTES CPU_SECONDS < FILE > DOCUMENTS
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <new>
#include <string>

#include "indexer/formats/mail.h"
#include "indexer/parsers/parse_file.h"
#include "indexer/parsers/parsed.h"
#include "indexer/parsers/parser_process.h"
#include "indexer/parsers/sandbox.h"

namespace footnote {
namespace {

constexpr size_t kReadBytes = 1 << 20;

std::string ReadInput() {
  std::string bytes;
  while (true) {
    const size_t at = bytes.size();
    bytes.resize(at + kReadBytes);
    const ssize_t got = read(STDIN_FILENO, &bytes[at], kReadBytes);
    if (got < 0 && errno == EINTR) {
      bytes.resize(at);
      continue;
    }
    bytes.resize(at + static_cast<size_t>(got > 0 ? got : 0));
    if (got <= 0) return bytes;
  }
}

void WriteOutput(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(STDOUT_FILENO, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) _exit(1);
    bytes.remove_prefix(static_cast<size_t>(written));
  }
}

int Main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr,
            "usage: footnote-parse MEMORY_BYTES CPU_SECONDS < FILE\n"
            "Reads a file for the indexer of Footnote, which runs it.\n");
    return 2;
  }
  SandboxLimits limits;
  limits.memory_bytes = strtoull(argv[1], nullptr, 10);
  limits.cpu_seconds = atoi(argv[2]);
  std::set_new_handler([] { _exit(kParserOutOfMemory); });
  // libarchive turns names into the locale's encoding, which must be UTF-8.
  setlocale(LC_CTYPE, "C.UTF-8");
  PrepareForMail();
  if (!EnterSandbox(limits)) return 1;
  ParseFile(ReadInput(), {}, [](ParsedDocument parsed) {
    std::string out;
    AppendParsed(parsed, &out);
    WriteOutput(out);
  });
  return 0;
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) { return footnote::Main(argc, argv); }
