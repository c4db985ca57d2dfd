// Markdown.
#ifndef FOOTNOTE_INDEXER_FORMATS_MARKDOWN_H_
#define FOOTNOTE_INDEXER_FORMATS_MARKDOWN_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"

namespace footnote {

// Reads `utf8` (valid) as CommonMark with GitHub's tables and strikethrough.
// A block of "key: value" lines between --- at the top becomes metadata, title
// and language. Raw HTML is read as HTML; link targets and images are left
// out, texts of links kept.
//   InvalidArgument     nested deeper than the limits
//   ResourceExhausted   larger than the limits
absl::StatusOr<Extracted> ExtractMarkdown(absl::string_view utf8,
                                          const ExtractLimits& limits);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_MARKDOWN_H_
