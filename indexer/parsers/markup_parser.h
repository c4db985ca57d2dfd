// HTML, XML and Markdown, read in a process that stays for the next file.
#ifndef FOOTNOTE_INDEXER_PARSERS_MARKUP_PARSER_H_
#define FOOTNOTE_INDEXER_PARSERS_MARKUP_PARSER_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/optional.h"
#include "indexer/formats/format.h"
#include "indexer/parsers/markup_frames.h"
#include "indexer/parsers/parser_limits.h"

namespace footnote {

// Texts of markup come by the ten thousand and are small: a process for each
// would take longer than reading it. So one process reads them one after the
// other, under the limits and in the sandbox of every parser. What a text does
// to it (a crash, no end, too much memory) costs that text, and the next gets a
// new process; so does, as a matter of routine, each after four thousand, and
// before the process has used up the processor time of its life
// (parser_limits.h). A process that dies of the text before is no fault of the
// next, which is read again in a new one. A text that took over its process
// could at the worst falsify those that come after it in the same, and those
// ahead that came with it: give each ingestion a MarkupParser of its own.
//
// A round trip for each small text would take as long as a third of reading
// it. So several can be handed over ahead, and come back together:
//
//   for (…) numbers.push_back(parser.ReadAhead(text, …));
//   parser.SendAhead();
//   for (…) parser.Read(text, …, number);
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

  // ExtractMarkup (indexer/formats/detect.h), there. `ahead`: what ReadAhead
  // gave for the same; those come in the order of ReadAhead, and of one that is
  // left out the document is dropped.
  //   NotFound   the program is not installed
  //   DataLoss   what it gives back breaks a promise of format.h
  //   and those of RunParser and ExtractMarkup
  absl::StatusOr<Extracted> Read(absl::string_view utf8, Format format,
                                 const ExtractLimits& limits,
                                 uint64_t ahead = 0);

  // Hands over a text of which Read will be asked. Returns the number for it;
  // 0 where the text was not taken, as more than 128 KiB would be on their way
  // or the process is to be replaced first.
  uint64_t ReadAhead(absl::string_view utf8, Format format,
                     const ExtractLimits& limits);

  // After the last of several; before, their process is not woken.
  void SendAhead();

  // How many processes it has started; for tests.
  int started() const { return started_; }

 private:
  class Process;

  absl::Status Start();
  bool IsSpent() const;
  MarkupRequest MakeRequest(absl::string_view utf8, Format format,
                            const ExtractLimits& limits);
  absl::optional<absl::StatusOr<Extracted>> TakeAhead(uint64_t number);
  absl::StatusOr<Extracted> Ask(const MarkupRequest& request,
                                absl::string_view utf8, bool* not_of_it);
  absl::StatusOr<Extracted> Receive(std::unique_ptr<Process> process,
                                    const MarkupRequest& request,
                                    absl::Time deadline, bool* not_of_it);

  const ParserLimits limits_;
  const std::string program_;
  std::unique_ptr<Process> process_;
  // Texts and bytes that the process was given.
  int texts_ = 0;
  uint64_t bytes_ = 0;
  // Of the last text.
  uint64_t number_ = 0;
  int started_ = 0;
  // Handed over, and not received yet.
  std::deque<MarkupRequest> ahead_;
  size_t bytes_ahead_ = 0;
  // Received before Read was asked, by rising number.
  std::deque<std::pair<uint64_t, absl::StatusOr<Extracted>>> early_;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_MARKUP_PARSER_H_
