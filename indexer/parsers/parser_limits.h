// What a parser program may take, and how it says that it was too little.
#ifndef FOOTNOTE_INDEXER_PARSERS_PARSER_LIMITS_H_
#define FOOTNOTE_INDEXER_PARSERS_PARSER_LIMITS_H_

#include <cstddef>
#include <functional>

#include "absl/time/time.h"

namespace footnote {

// For one file, but for memory: that of the program.
struct ParserLimits {
  size_t memory_bytes = size_t{1} << 30;
  size_t output_bytes = size_t{512} << 20;
  int cpu_seconds = 60;
  // By the clock on the wall.
  absl::Duration patience = absl::Seconds(120);
  // Asked several times a second; true: the program is killed. May be empty.
  std::function<bool()> stop;
};

// A parser program that stays for more than one file has so many times
// cpu_seconds over its life.
constexpr int kParserLifeInFiles = 3;

// What a parser program ends with when it ran out of memory.
constexpr int kParserOutOfMemory = 42;

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_PARSER_LIMITS_H_
