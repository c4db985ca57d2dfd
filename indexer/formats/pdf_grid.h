// Tables as their ruling lines tell.
#ifndef FOOTNOTE_INDEXER_FORMATS_PDF_GRID_H_
#define FOOTNOTE_INDEXER_FORMATS_PDF_GRID_H_

#include <cstddef>
#include <vector>

#include "indexer/formats/pdf_page.h"

namespace footnote {

// A straight line: level lines at a height, upright ones at a distance from the
// page's left, from their top or left end to the other.
struct PdfRule {
  float at = 0;
  float from = 0, to = 0;
};

// Lines that touch end to end are one.
std::vector<PdfRule> LevelRules(const std::vector<PdfBox>& rules);
std::vector<PdfRule> UprightRules(const std::vector<PdfBox>& rules);

// What lies between lines of a grid, over as many rows and columns as no line
// parts.
struct PdfGridCell {
  size_t row = 0, column = 0;
  size_t rows = 1, columns = 1;
};

// Level and upright lines that cross, and what they enclose.
struct PdfGrid {
  std::vector<float> xs, ys;       // of the lines, rising; two or more
  std::vector<PdfGridCell> cells;  // row by row; together all of the grid
};

// Grids of two cells or more, each of them a rectangle.
std::vector<PdfGrid> GridsOf(const std::vector<PdfRule>& level,
                             const std::vector<PdfRule>& upright);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_PDF_GRID_H_
