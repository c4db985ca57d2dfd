// A parser program as a child process: what RunParser and MarkupParser share.
#ifndef FOOTNOTE_INDEXER_PARSERS_PARSER_CHILD_H_
#define FOOTNOTE_INDEXER_PARSERS_PARSER_CHILD_H_

#include <sys/types.h>

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/parsers/parser_limits.h"

namespace footnote {

// So much of what a program says on standard error is kept.
constexpr size_t kKeptParserErrorBytes = 300;

// Closes a file descriptor at the end of its life.
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
  void Close();
  // -1: none.
  int get() const { return fd_; }

 private:
  int fd_;
};

// Unavailable: "parser: `what`: " and what errno `error` means.
absl::Status ParserUnavailable(absl::string_view what, int error);

// Starts the program at `path` with these descriptors as its standard input,
// output and error, and an environment that tells it nothing.
//   Unavailable  it could not be started
absl::StatusOr<pid_t> StartParser(const std::string& path,
                                  const std::vector<std::string>& arguments,
                                  int in, int out, int err);

// Waits for the end of a process that has closed its output, for a while; then
// makes it end. False when it had to be killed.
bool WaitForParser(pid_t pid, int* status);

// What the end of a program, as waitpid told it, means for the file that it
// read; `errors`: what it said. The errors of RunParser.
absl::Status JudgeParser(int status, const ParserLimits& limits,
                         absl::string_view errors);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_PARSER_CHILD_H_
