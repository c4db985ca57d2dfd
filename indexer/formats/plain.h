// Plain text.
#ifndef FOOTNOTE_INDEXER_FORMATS_PLAIN_H_
#define FOOTNOTE_INDEXER_FORMATS_PLAIN_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"

namespace footnote {

// Reads `utf8` (valid) as plain text: an empty line ends a paragraph, and so
// does a line break unless the line was wrapped, that is, unless the next
// line's first word would not have fitted on it. Lines that begin with a
// bullet or number are list items, lines indented by a tab or four spaces
// after an empty line are code, and a line underlined with === or --- is a
// heading.
//   ResourceExhausted   the text is larger than the limits
absl::StatusOr<Extracted> ExtractPlain(absl::string_view utf8,
                                       const ExtractLimits& limits);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_PLAIN_H_
