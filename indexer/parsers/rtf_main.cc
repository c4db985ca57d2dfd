// footnote-rtf: turns the RTF document on standard input into HTML on standard
// output by running Debian's unrtf, which it first takes every other right
// from.
//
//   footnote-rtf MEMORY_BYTES CPU_SECONDS < FILE.rtf > FILE.html
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cerrno>

#include "indexer/parsers/sandbox.h"

namespace footnote {
namespace {

constexpr char kProgram[] = "/usr/bin/unrtf";

int Main(int argc, char** argv) {
  if (argc != 3) {
    fprintf(stderr,
            "usage: footnote-rtf MEMORY_BYTES CPU_SECONDS < FILE.rtf\n"
            "Reads an RTF document for the indexer of Footnote, which runs "
            "it.\n");
    return 2;
  }
  SandboxLimits limits;
  limits.memory_bytes = strtoull(argv[1], nullptr, 10);
  limits.cpu_seconds = atoi(argv[2]);
  // Programs, their libraries, character sets, and unrtf's own tables.
  limits.readable_folder = "/usr";
  limits.may_become_another_program = true;
  if (!EnterSandbox(limits)) return 1;
  char name[] = "unrtf", html[] = "--html", no_pictures[] = "--nopict",
       quiet[] = "--quiet", language[] = "LC_ALL=C.UTF-8";
  char* const arguments[] = {name, html, no_pictures, quiet, nullptr};
  char* const environment[] = {language, nullptr};
  execve(kProgram, arguments, environment);
  fprintf(stderr, "%s: %s\n", kProgram, strerror(errno));
  return 1;
}

}  // namespace
}  // namespace footnote

int main(int argc, char** argv) { return footnote::Main(argc, argv); }
