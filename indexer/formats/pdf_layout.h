// The words of a PDF document, with their boxes, to canonical text.
#ifndef FOOTNOTE_INDEXER_FORMATS_PDF_LAYOUT_H_
#define FOOTNOTE_INDEXER_FORMATS_PDF_LAYOUT_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"

namespace footnote {

// Reads what program footnote-pdf writes, and footnote-ocr of scanned pages,
// line by line:
//
//   M KEY VALUE                         a property: title, author, created, …
//   T DEPTH TITLE                       an entry of the outline, from depth 1
//   P WIDTH HEIGHT                      a page begins
//   R DEGREES                           it was turned clockwise to stand
//                                       upright, as it is told here: 90, 180
//                                       or 270
//   W X0 Y0 X1 Y1 SIZE BOLD SPACE TEXT  a word of it in reading order; points
//                                       from the page's top left; 1 where it is
//                                       bold, and where white space follows
//   L X0 Y0 X1 Y1                       a straight line on it, upright or
//                                       level, behind its words
//   E CODE REASON                       the document is refused: damaged,
//                                       locked, large or missing
//
// Words become lines, lines paragraphs; a hyphen at the end of a line is taken
// out where the word goes on in small letters. What stands at the top or bottom
// of most pages, page numbers too, is left out. Headings are the lines that the
// outline names, or, without one, short lines in larger type. Lines of
// right-to-left scripts are put in reading order. Tables (see pdf_tables.h) are
// a block for each row. Block::line is the page; its place
// "page=3&box=72,90,540,120" holds the block's box, or where it goes on over a
// page the part on the first; of a page that was turned, its box on the page as
// it lies in the file. Behind "&head=" follows the box of the names that stand
// in a row before its cells, of page "&head_page=2" where not of its own. Its
// parts are the lines of print, and the sentences on them, with boxes of their
// own.
//
// Any bytes are safe.
//   InvalidArgument     damaged, or no text in it (scanned, say)
//   Unimplemented       encrypted
//   ResourceExhausted   larger than the limits
absl::StatusOr<Extracted> ExtractPdfPages(absl::string_view pages,
                                          const ExtractLimits& limits);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_PDF_LAYOUT_H_
