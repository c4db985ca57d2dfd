// Source code.
#ifndef FOOTNOTE_INDEXER_FORMATS_CODE_H_
#define FOOTNOTE_INDEXER_FORMATS_CODE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"

namespace footnote {

// "C++" for "src/lamp.cc": by the end of the name, because nothing in the text
// tells surely. Empty where it is not that of source code.
absl::string_view ProgrammingLanguageOf(absl::string_view path);

// Reads `utf8` (valid) as code: each line that is not blank is a block with its
// indentation; Block::line is its number.
//   ResourceExhausted   the text is larger than the limits
absl::StatusOr<Extracted> ExtractCode(absl::string_view utf8,
                                      const ExtractLimits& limits);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_CODE_H_
