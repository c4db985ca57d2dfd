// Finds the tables of a PDF page.
#ifndef FOOTNOTE_INDEXER_FORMATS_PDF_TABLES_H_
#define FOOTNOTE_INDEXER_FORMATS_PDF_TABLES_H_

#include <vector>

#include "indexer/formats/pdf_page.h"
#include "indexer/formats/pdf_table.h"

namespace footnote {

// The tables of `page`, in the order of their first words; no word is in two
// cells. What is found:
//
//   * what lies between lines that cross, 2 by 2 cells or more;
//   * what lies between level lines of one width, in columns;
//   * three rows or more without lines whose cells are aligned, with a column
//     of quantities or a header that the page shows;
//   * four or more of three columns or more, nearly all of them filled with a
//     few words, that stand on the page in the order of its rows, as programs
//     write tables and not columns.
//
// Of at most 64 columns: whatever has more is a drawing, as is what lines of
// many widths, or grids in grids, enclose again and again; of such a page not
// all tables are found, so that looking takes a bounded time for each word.
// Cells may have several lines. Prose in columns, lists, contents, indexes,
// listings, equations and references are none; where it is not plain that there
// is a table there is none.
std::vector<PdfTable> FindPdfTables(const PdfPage& page);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_PDF_TABLES_H_
