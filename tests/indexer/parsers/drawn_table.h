// PDF pages with a table between paragraphs, drawn from known text.
#ifndef FOOTNOTE_TESTS_INDEXER_PARSERS_DRAWN_TABLE_H_
#define FOOTNOTE_TESTS_INDEXER_PARSERS_DRAWN_TABLE_H_

#include <string>
#include <vector>

namespace footnote {

// Which lines are drawn: around every cell; above and below the table and its
// first row; none.
enum class DrawnRules { kGrid, kLevel, kNone };

struct TableLook {
  DrawnRules rules = DrawnRules::kGrid;
  // The first row in bold type.
  bool bold_header = false;
  // The first column stands on the right.
  bool right_to_left = false;
};

struct DrawnCell {
  std::string text;
  // Of the ink; points from the page's top left.
  double x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};

struct DrawnTable {
  std::string pdf;
  std::vector<std::vector<DrawnCell>> rows;
  // False where this machine has no font for some character.
  bool has_fonts = true;
};

// Draws paragraphs `before`, the table, and paragraphs `after` on one page.
// Cells that begin with an ASCII digit stand at the right of their column; long
// ones have several lines.
DrawnTable DrawTable(const std::vector<std::string>& before,
                     const std::vector<std::vector<std::string>>& rows,
                     const TableLook& look,
                     const std::vector<std::string>& after);

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_INDEXER_PARSERS_DRAWN_TABLE_H_
