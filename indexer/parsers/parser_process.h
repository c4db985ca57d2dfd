// Runs a parser program over one file, and survives whatever becomes of it.
#ifndef FOOTNOTE_INDEXER_PARSERS_PARSER_PROCESS_H_
#define FOOTNOTE_INDEXER_PARSERS_PARSER_PROCESS_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/parsers/parser_limits.h"

namespace footnote {

// The path of `program` ("footnote-parse"): in $FOOTNOTE_PARSERS, beside this
// program, where Bazel builds it, or in /usr/lib/footnote.
//   NotFound  in none of them
absl::StatusOr<std::string> FindParser(absl::string_view program);

// Runs `path` with `input` as its standard input (a file in memory, so it may
// be mapped) and returns what it writes. Its arguments are the memory and
// processor time that it is to allow itself, and `more`. Safe from many
// threads.
//   ResourceExhausted  out of memory or processor time, or it wrote too much
//   DeadlineExceeded   it hung, and was killed
//   Cancelled          ParserLimits::stop said so
//   Internal           it crashed or did what it may not: the message tells
//   Unavailable        it could not be started
absl::StatusOr<std::string> RunParser(
    const std::string& path, absl::string_view input,
    const ParserLimits& limits, const std::vector<std::string>& more = {});

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_PARSER_PROCESS_H_
