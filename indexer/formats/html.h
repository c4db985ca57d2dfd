// HTML and XHTML.
#ifndef FOOTNOTE_INDEXER_FORMATS_HTML_H_
#define FOOTNOTE_INDEXER_FORMATS_HTML_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"

namespace footnote {

// Reads `utf8` (valid) as a browser would and keeps what a reader came for.
//
// Left out: navigation, page headers and footers, asides, forms, scripts,
// styles, what is hidden, tables of contents, and blocks that are mostly links
// outside the main part. A page whose every word would be left out is kept
// whole. Notes and boxes within the text are sections of their own. A row of a
// data table becomes one line, each cell after its column's header:
// "Package: apt | Version: 2.2"; a table that only arranges the page is read
// cell by cell.
//   InvalidArgument     nested deeper than the limits
//   ResourceExhausted   larger than the limits
absl::StatusOr<Extracted> ExtractHtml(absl::string_view utf8,
                                      const ExtractLimits& limits);

// The encoding that the first 1,024 bytes of a page declare in a meta element
// or an XML declaration; empty when they do not.
std::string DeclaredHtmlEncoding(absl::string_view bytes);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_HTML_H_
