// HTML, XML and Markdown, read in a process that stays for the next file.
#ifndef FOOTNOTE_INDEXER_PARSERS_MARKUP_PARSER_H_
#define FOOTNOTE_INDEXER_PARSERS_MARKUP_PARSER_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"
#include "indexer/parsers/parser_limits.h"

namespace footnote {

// Texts of markup come by the ten thousand and are small: a process for each
// would take longer than reading it. So one process reads them one after the
// other, under the limits and in the sandbox of every parser. What a text does
// to it (a crash, no end, too much memory) costs that text, and the next gets a
// new process; so does, as a matter of routine, each after a thousand, and
// before the process has used up the processor time of its life
// (parser_limits.h). A process that dies of the text before is no fault of the
// next, which is read again in a new one. A text that took over its process
// could at the worst falsify those that come after it in the same: give each
// ingestion a MarkupParser of its own.
//
// For one thread.
class MarkupParser {
 public:
  // Starts nothing yet. `program`: its name in place of "footnote-parse".
  explicit MarkupParser(const ParserLimits& limits = ParserLimits(),
                        absl::string_view program = "footnote-parse");
  // Ends the process.
  ~MarkupParser();
  MarkupParser(const MarkupParser&) = delete;
  MarkupParser& operator=(const MarkupParser&) = delete;

  // ExtractMarkup (indexer/formats/detect.h), there.
  //   NotFound   the program is not installed
  //   DataLoss   what it gives back breaks a promise of format.h
  //   and those of RunParser and ExtractMarkup
  absl::StatusOr<Extracted> Read(absl::string_view utf8, Format format,
                                 const ExtractLimits& limits);

  // How many processes it has started; for tests.
  int started() const { return started_; }

 private:
  class Process;

  absl::Status Start();
  absl::StatusOr<Extracted> Ask(absl::string_view utf8, Format format,
                                const ExtractLimits& limits, bool* not_of_it);

  const ParserLimits limits_;
  const std::string program_;
  std::unique_ptr<Process> process_;
  // Texts and bytes that the process was given.
  int texts_ = 0;
  uint64_t bytes_ = 0;
  // Of the last text.
  uint64_t number_ = 0;
  int started_ = 0;
  // Of the last text; kept for its memory.
  std::string reply_;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_MARKUP_PARSER_H_
