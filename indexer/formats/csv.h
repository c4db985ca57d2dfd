// Tables as text: comma, semicolon or tab between cells.
#ifndef FOOTNOTE_INDEXER_FORMATS_CSV_H_
#define FOOTNOTE_INDEXER_FORMATS_CSV_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"

namespace footnote {

// The separator of `utf8` when its first lines look like a table, else 0: at
// least three rows of the same number of cells, short ones, and two columns or
// more (three where commas part them, since prose has commas too).
char DetectSeparator(absl::string_view utf8);

// Reads `utf8` (valid) as RFC 4180 says, cells parted by `separator` (0: the
// one that fits best). The first row names the columns when it holds no number
// and no empty cell; it stands beside each cell of the rows below, as in
// "Country: Norway | Capital: Oslo". Block::line is the line of the file on
// which the row begins; its place is "row=N", counted from 1.
//   ResourceExhausted   the text is larger than the limits
absl::StatusOr<Extracted> ExtractCsv(absl::string_view utf8, char separator,
                                     const ExtractLimits& limits);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_CSV_H_
