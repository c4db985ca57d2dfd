// Runs a parser program over one file, and survives whatever becomes of it.
#ifndef FOOTNOTE_INDEXER_PARSERS_PARSER_PROCESS_H_
#define FOOTNOTE_INDEXER_PARSERS_PARSER_PROCESS_H_

#include <cstddef>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace footnote {

struct ParserLimits {
  size_t memory_bytes = size_t{1} << 30;
  size_t output_bytes = size_t{512} << 20;
  int cpu_seconds = 60;
  // By the clock on the wall.
  absl::Duration patience = absl::Seconds(120);
};

// The path of `program` ("footnote-parse"): in $FOOTNOTE_PARSERS, beside this
// program, where Bazel builds it, or in /usr/lib/footnote.
//   NotFound  in none of them
absl::StatusOr<std::string> FindParser(absl::string_view program);

// Runs `path` with `input` as its standard input (a file in memory, so it may
// be mapped) and returns what it writes. Its arguments are the memory and
// processor time that it is to allow itself. Safe from many threads.
//   ResourceExhausted  out of memory or processor time, or it wrote too much
//   DeadlineExceeded   it hung, and was killed
//   Internal           it crashed or did what it may not: the message tells
//   Unavailable        it could not be started
absl::StatusOr<std::string> RunParser(const std::string& path,
                                      absl::string_view input,
                                      const ParserLimits& limits);

// What a parser program ends with when it ran out of memory.
constexpr int kParserOutOfMemory = 42;

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_PARSER_PROCESS_H_
