// A table of a PDF page: which of its words stand in which cell.
#ifndef FOOTNOTE_INDEXER_FORMATS_PDF_TABLE_H_
#define FOOTNOTE_INDEXER_FORMATS_PDF_TABLE_H_

#include <cstddef>
#include <string>
#include <vector>

#include "indexer/formats/pdf_page.h"

namespace footnote {

struct PdfCell {
  // The first, counted as the table is read, and how many.
  size_t column = 0;
  size_t columns = 1;
  size_t rows = 1;
  // Line by line, indices of PdfPage::words, from the left.
  std::vector<std::vector<size_t>> lines;
};

struct PdfTableRow {
  PdfBox box;
  // By column; those without words are left out.
  std::vector<PdfCell> cells;
};

struct PdfTable {
  PdfBox box;
  size_t columns = 0;
  // Rows at the top that name the columns.
  size_t header_rows = 0;
  // The page shows it: by bold type, by a line beneath. Else it is the first
  // row because it looks like one.
  bool header_is_shown = false;
  // Where the columns begin, from the left.
  std::vector<float> edges;
  std::vector<PdfTableRow> rows;
};

// All words of the table, row by row.
std::vector<size_t> WordsOf(const PdfTable& table);

// Null where no cell begins at `column`.
const PdfCell* CellAt(const PdfTableRow& row, size_t column);

// The words with spaces between them, from the left: to look at, not to store.
std::string PlainText(const PdfPage& page, const std::vector<size_t>& words);
std::string PlainText(const PdfPage& page, const PdfCell& cell);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_PDF_TABLE_H_
