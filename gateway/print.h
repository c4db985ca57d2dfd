// What people read on a terminal: an answer with its footnotes.
#ifndef FOOTNOTE_GATEWAY_PRINT_H_
#define FOOTNOTE_GATEWAY_PRINT_H_

#include <string>

#include "proto/footnote/v1/types.pb.h"
#include "proto/footnote/v1/writing.pb.h"

namespace footnote {

struct PrintOptions {
  // Columns to wrap at; at least 20.
  int columns = 80;
  bool colour = false;
  // Wraps right-to-left lines in Unicode isolates, so that numbers and
  // brackets beside them stay in place; for terminals that know them.
  bool isolate = false;
};

// The answer, wrapped, with a mark [n] behind each claim; below, for each
// mark, where it stands: title and headings, file, language, version, place,
// span in bytes and in code points, verdict, and the quote; at the end the
// receipt. An abstention gives the reason instead. Control characters of
// documents are made harmless. Ends with a newline.
std::string PrintAnswer(const v1::Answer& answer, const PrintOptions& options);

// How a language model wrote an answer: its tools, each draft's sentences with
// their verdicts, what was dropped, and why another writer's answer stands.
// Empty where there is nothing to tell.
std::string PrintWriting(const v1::Writing& writing,
                         const PrintOptions& options);

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_PRINT_H_
