// The words of a PDF page as lines of print and as tables with text in them.
#ifndef FOOTNOTE_INDEXER_FORMATS_PDF_LINES_H_
#define FOOTNOTE_INDEXER_FORMATS_PDF_LINES_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "indexer/formats/pdf_page.h"

namespace footnote {

// A table whose words have become text.
struct PdfTextTable {
  struct Row {
    PdfBox box;
    // As PdfTable has them, but with text; empty where nothing begins.
    std::vector<std::string> cells;
    std::vector<size_t> columns;
    std::vector<size_t> rows;
  };
  uint32_t page = 0;
  size_t header_rows = 0;
  bool header_is_shown = false;
  std::vector<float> edges;
  // Rows of the cell that reaches down furthest.
  size_t tallest = 1;
  std::vector<Row> rows;
};

// A line of print, or a whole table, which has the text of all its words here.
struct PdfLine {
  // Words up to the end of a sentence, or of the line.
  struct Part {
    size_t begin;
    PdfBox box;
  };
  uint32_t page = 0;  // from 1
  PdfBox box;
  float size = 0;
  bool bold = false;
  std::string text;
  // Of a line of print: at least one, from the first byte on.
  std::vector<Part> parts;
  std::shared_ptr<const PdfTextTable> table;
};

// The lines and tables of a page in reading order: a table stands where its
// first word does. Lines of right-to-left scripts are in reading order, too.
// `number` is the page's, from 1.
std::vector<PdfLine> PdfLinesOf(const PdfPage& page, uint32_t number);

// Appends a line to a text, behind a line break; a hyphen at the text's end
// goes where its word goes on in small letters.
void AppendPdfLine(absl::string_view line, std::string* text);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_PDF_LINES_H_
