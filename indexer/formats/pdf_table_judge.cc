#include "indexer/formats/pdf_table_judge.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "indexer/formats/pdf_strips.h"

namespace footnote {
namespace {

bool IsBold(const PdfPage& page, const PdfCell& cell) {
  for (const std::vector<size_t>& line : cell.lines) {
    for (const size_t i : line) {
      if (!page.words[i].bold) return false;
    }
  }
  return true;
}

bool IsBold(const PdfPage& page, const PdfTableRow& row) {
  return !row.cells.empty() && std::all_of(row.cells.begin(), row.cells.end(),
                                           [&page](const PdfCell& cell) {
                                             return IsBold(page, cell);
                                           });
}

// Says whether rows and columns are a table.
class Judge {
 public:
  Judge(const PdfPage& page, PdfRuling ruling) : page_(page), ruling_(ruling) {}

  // Names the header of `table`, of which `shown` rows stand above a line;
  // false when it is no table.
  bool Accept(size_t shown, PdfTable* table) const {
    const size_t least_rows = ruling_ == PdfRuling::kOpen ? 3 : 2;
    if (table->columns < 2 || table->rows.size() < least_rows) return false;
    if (!IsFilled(*table) || HasLeaders(*table)) return false;
    const bool labels = HasLabels(*table);
    const bool records = ruling_ == PdfRuling::kOpen && IsRecords(*table);
    if (labels && !records) return false;
    if (ruling_ != PdfRuling::kGrid && IsTypewritten(page_, WordsOf(*table))) {
      return false;
    }
    NameHeader(shown, records, table);
    if (ruling_ == PdfRuling::kGrid) return true;
    // Numbers of rows have a name, and so have names that fill their column.
    const bool named = records && HasDistinctNames(*table);
    if (labels && !named) return false;
    if (ruling_ == PdfRuling::kOpen ? CountProse(*table) > (named ? 1 : 0)
                                    : IsProse(*table)) {
      return false;
    }
    if (IsContents(*table) || IsIndex(*table) || IsBare(*table)) return false;
    if (ruling_ == PdfRuling::kLevel) {
      return table->columns > 2 || table->rows.size() > 2 ||
             HasQuantities(*table, 1);
    }
    if (IsAddresses(*table) || IsCode(*table) || IsFormula(*table)) {
      return false;
    }
    // Two columns that are not ruled are so often something else.
    if (table->columns == 2) {
      return HasQuantities(*table)
                 ? table->header_rows > 0 || table->rows.size() > 3
                 : table->header_is_shown && named && IsTerse(*table) &&
                       HasDigits(*table, 1);
    }
    if (HasQuantities(*table)) return true;
    if (IsMixed(*table)) return false;
    return IsTerse(*table)
               ? table->header_is_shown ||
                     (records && table->rows.size() > 3 && IsWorded(*table))
               : table->header_is_shown && named;
  }

 private:
  bool IsFilled(const PdfTable& table) const {
    size_t cells = 0;
    std::vector<size_t> of_column(table.columns);
    size_t alone = 0;
    for (const PdfTableRow& row : table.rows) {
      for (const PdfCell& cell : row.cells) {
        cells += cell.columns * cell.rows;
        ++of_column[cell.column];
      }
      alone += row.cells.size() < 2;
    }
    if (alone * 3 > table.rows.size()) return false;
    const size_t all = table.rows.size() * table.columns;
    if (cells * 2 < all) return false;
    if (ruling_ != PdfRuling::kOpen) return true;
    if (alone * 4 > table.rows.size()) return false;
    return cells * 3 >= all * 2 &&
           std::all_of(of_column.begin(), of_column.end(), [&](size_t filled) {
             return filled * 2 >= table.rows.size();
           });
  }

  // True when the page is read row by row here, as it is where a program wrote
  // a table, and not column by column, as prose is, and nearly all is filled.
  bool IsRecords(const PdfTable& table) const {
    size_t cells = 0;
    size_t in_order = 0;
    size_t last = 0;
    for (const PdfTableRow& row : table.rows) {
      size_t first = page_.words.size();
      size_t end = last;
      for (const PdfCell& cell : row.cells) {
        cells += cell.columns;
        for (const std::vector<size_t>& line : cell.lines) {
          for (const size_t i : line) {
            first = std::min(first, i);
            end = std::max(end, i);
          }
        }
      }
      in_order += first >= last;
      last = end;
    }
    const size_t rows = table.rows.size();
    return in_order * 8 >= rows * 7 && cells * 6 >= rows * table.columns * 5;
  }

  // The last row of the header names all columns, each with another name; where
  // the page does not show it to be a header it has no digits.
  bool HasDistinctNames(const PdfTable& table) const {
    if (table.header_rows == 0) return false;
    const PdfTableRow& row = table.rows[table.header_rows - 1];
    std::vector<std::string> names;
    for (const PdfCell& cell : row.cells) {
      names.push_back(PlainText(page_, cell));
      const PdfCharacters of = CharactersOf(names.back());
      if (of.letters == 0) return false;
      if (of.digits > 0 && !table.header_is_shown) return false;
    }
    std::sort(names.begin(), names.end());
    return names.size() == table.columns &&
           std::adjacent_find(names.begin(), names.end()) == names.end();
  }

  // Most cells of column `c` below the header have a digit, as dates and spans
  // of time do.
  bool HasDigits(const PdfTable& table, size_t c) const {
    size_t filled = 0;
    size_t digits = 0;
    for (size_t r = std::max<size_t>(table.header_rows, 1);
         r < table.rows.size(); ++r) {
      const PdfCell* const cell = CellAt(table.rows[r], c);
      if (cell == nullptr) continue;
      ++filled;
      digits += CharactersOf(PlainText(page_, *cell)).digits > 0;
    }
    return filled > 2 && digits * 4 >= filled * 3;
  }

  // Bold and other cells in turns in all columns: prose in columns, with
  // headings.
  bool IsMixed(const PdfTable& table) const {
    for (size_t c = 0; c < table.columns; ++c) {
      size_t filled = 0;
      size_t bold = 0;
      for (size_t r = table.header_rows; r < table.rows.size(); ++r) {
        const PdfCell* const cell = CellAt(table.rows[r], c);
        if (cell == nullptr) continue;
        ++filled;
        bold += IsBold(page_, *cell);
      }
      if (bold * 5 < filled || bold * 5 > filled * 4) return false;
    }
    return true;
  }

  // Half of the cells have words.
  bool IsWorded(const PdfTable& table) const {
    size_t cells = 0;
    size_t worded = 0;
    for (const PdfTableRow& row : table.rows) {
      for (const PdfCell& cell : row.cells) {
        ++cells;
        worded += CharactersOf(PlainText(page_, cell)).letters > 1;
      }
    }
    return worded * 2 >= cells;
  }

  // Dots that lead the eye to a page number.
  bool HasLeaders(const PdfTable& table) const {
    for (const PdfTableRow& row : table.rows) {
      std::string dots;
      for (const PdfCell& cell : row.cells) {
        for (const std::vector<size_t>& line : cell.lines) {
          for (const size_t i : line) {
            const std::string& text = page_.words[i].text;
            if (IsLeader(text)) return true;
            if (CharactersOf(text).others == 1) dots += text;
            if (text.size() > 3) dots.clear();
          }
        }
      }
      if (IsLeader(dots)) return true;
    }
    return false;
  }

  // A first column of bullets and numbers, as lists, contents, examples and
  // numbered lines have them.
  bool HasLabels(const PdfTable& table) const {
    if (ruling_ == PdfRuling::kGrid) return false;
    if (ruling_ == PdfRuling::kLevel && table.columns > 2) return false;
    size_t labels = 0;
    size_t filled = 0;
    size_t numbers = 0;
    int before = -1;
    size_t counted = 0;
    for (const PdfTableRow& row : table.rows) {
      const PdfCell* const cell = CellAt(row, 0);
      if (cell == nullptr) continue;
      ++filled;
      const std::string text = PlainText(page_, *cell);
      const bool is_number =
          text.find_first_not_of("0123456789.") == std::string::npos;
      labels += IsItemLabel(text);
      numbers += is_number;
      const int number = NumberOf(text);
      if (number < 0) continue;
      counted += number == before + 1;
      before = number;
    }
    if (labels * 3 >= filled * 2 || counted * 2 >= filled) return true;
    return numbers * 3 >= filled * 2 && !HasQuantities(table);
  }

  // Braces, backslashes and ends of statements in many cells.
  bool IsCode(const PdfTable& table) const {
    size_t cells = 0;
    size_t code = 0;
    for (const PdfTableRow& row : table.rows) {
      for (const PdfCell& cell : row.cells) {
        const std::string text = PlainText(page_, cell);
        ++cells;
        code += text.find_first_of("\\{}") != std::string::npos ||
                text.back() == ';' || absl::StartsWith(text, "/*");
      }
    }
    return code * 5 >= cells * 2;
  }

  // A few words in each cell.
  bool IsTerse(const PdfTable& table) const {
    size_t cells = 0;
    size_t letters = 0;
    for (size_t r = table.header_rows; r < table.rows.size(); ++r) {
      for (const PdfCell& cell : table.rows[r].cells) {
        ++cells;
        letters += CharactersOf(PlainText(page_, cell)).letters;
      }
    }
    return letters <= 14 * cells;
  }

  // Signs of equality and of sums in many cells.
  bool IsFormula(const PdfTable& table) const {
    size_t cells = 0;
    size_t formulas = 0;
    for (const PdfTableRow& row : table.rows) {
      for (const PdfCell& cell : row.cells) {
        const std::string text = PlainText(page_, cell);
        ++cells;
        formulas += text.back() == '=' || text.back() == '+' ||
                    text.front() == '=' || text.front() == '+' ||
                    absl::StrContains(text, " = ") ||
                    absl::StrContains(text, " + ");
      }
    }
    return formulas * 5 >= cells;
  }

  // Next to nothing but digits and single letters: a drawing, a formula.
  bool IsBare(const PdfTable& table) const {
    size_t named = 0;
    size_t cells = 0;
    for (const PdfTableRow& row : table.rows) {
      for (const PdfCell& cell : row.cells) {
        ++cells;
        named += CharactersOf(PlainText(page_, cell)).letters > 1;
      }
    }
    if (table.columns < 4 ? named * 4 < cells : named == 0) return true;
    // Type that is set letter by letter.
    const std::vector<size_t> words = WordsOf(table);
    size_t single = 0;
    for (const size_t i : words) {
      const PdfCharacters of = CharactersOf(page_.words[i].text);
      // Scripts from right to left may come letter by letter.
      single += of.digits == 0 && of.letters + of.others == 1 &&
                !HasRightToLeft(page_.words[i].text);
    }
    return single * 5 > words.size() * 3;
  }

  bool IsProse(const PdfTable& table) const {
    const size_t prose = CountProse(table);
    return prose > 1 && prose + 1 >= table.columns;
  }

  // Columns of lines that fill their width.
  size_t CountProse(const PdfTable& table) const {
    size_t prose = 0;
    for (size_t c = 0; c < table.columns; ++c) {
      PdfSpan span = {HUGE_VALF, 0};
      std::vector<PdfSpan> lines;
      float size = 0;
      for (const PdfTableRow& row : table.rows) {
        const PdfCell* const cell = CellAt(row, c);
        if (cell == nullptr || cell->columns > 1) continue;
        for (const std::vector<size_t>& line : cell->lines) {
          PdfSpan of = {HUGE_VALF, 0};
          for (const size_t i : line) {
            of.x0 = std::min(of.x0, page_.words[i].box.x0);
            of.x1 = std::max(of.x1, page_.words[i].box.x1);
            size = std::max(size, page_.words[i].size);
          }
          span.x0 = std::min(span.x0, of.x0);
          span.x1 = std::max(span.x1, of.x1);
          lines.push_back(of);
        }
      }
      const float width = span.x1 - span.x0;
      if (lines.size() < 4 || width < 9 * size) continue;
      size_t wide = 0;
      for (const PdfSpan& of : lines) wide += of.x1 - of.x0 > .8f * width;
      prose += wide * 5 >= lines.size() * 3;
    }
    return prose;
  }

  void NameHeader(size_t shown, bool records, PdfTable* table) const {
    const size_t rows = table->rows.size();
    if (shown > 0 && shown < rows && HasNames(table->rows[shown - 1])) {
      table->header_rows = shown;
      table->header_is_shown = true;
      return;
    }
    size_t bold = 0;
    size_t top = 0;
    for (size_t r = 0; r < rows; ++r) {
      const bool is_bold = IsBold(page_, table->rows[r]);
      bold += is_bold;
      if (is_bold && top == r) ++top;
    }
    if (top > 0 && top <= 2 && bold * 2 <= rows &&
        table->rows[top - 1].cells.size() * 2 > table->columns) {
      table->header_rows = top;
      table->header_is_shown = true;
      return;
    }
    if (LooksLikeHeader(*table, records)) table->header_rows = 1;
  }

  // Names, or years.
  bool HasNames(const PdfTableRow& row) const {
    size_t names = 0;
    for (const PdfCell& cell : row.cells) {
      const PdfCharacters of = CharactersOf(PlainText(page_, cell));
      names += of.letters > 0 || of.digits >= 4;
    }
    return names * 2 > row.cells.size();
  }

  // A first row of short words above rows with quantities, or above many; of
  // records above dates and spans of time, too.
  bool LooksLikeHeader(const PdfTable& table, bool records) const {
    if (table.rows.size() < 3) return false;
    const PdfTableRow& first = table.rows[0];
    if (first.cells.size() + 1 < table.columns) return false;
    std::vector<std::string> names;
    bool has_digits = false;
    for (const PdfCell& cell : first.cells) {
      const std::string text = PlainText(page_, cell);
      has_digits |= CharactersOf(text).digits > 0;
      if (cell.columns > 1 || text.size() > 60 ||
          CharactersOf(text).letters == 0 || IsQuantity(text)) {
        return false;
      }
      if (std::find(names.begin(), names.end(), text) != names.end()) {
        return false;
      }
      names.push_back(text);
    }
    for (size_t c = 0; c < table.columns; ++c) {
      if (IsQuantityColumn(table, 1, c)) return true;
    }
    if (ruling_ != PdfRuling::kOpen) return table.columns > 2;
    if (!records || has_digits || names.size() < table.columns) return false;
    size_t columns = 0;
    for (size_t c = 1; c < table.columns; ++c) columns += HasDigits(table, c);
    return table.columns > 2 && columns * 2 + 1 >= table.columns;
  }

  bool IsQuantityColumn(const PdfTable& table, size_t first, size_t c,
                        size_t least = 2) const {
    size_t filled = 0;
    size_t quantities = 0;
    size_t digits = 0;
    for (size_t r = first; r < table.rows.size(); ++r) {
      const PdfCell* const cell = CellAt(table.rows[r], c);
      if (cell == nullptr || cell->columns > 1) continue;
      ++filled;
      const std::string text = PlainText(page_, *cell);
      quantities += IsQuantity(text);
      digits += CharactersOf(text).digits > 0;
    }
    return filled >= least && digits * 2 > filled &&
           quantities * 4 >= filled * 3;
  }

  bool HasQuantities(const PdfTable& table, size_t least = 2) const {
    for (size_t c = 1; c < table.columns; ++c) {
      if (IsQuantityColumn(table, table.header_rows, c, least)) return true;
    }
    return false;
  }

  // Whole numbers that rise in the last column and have no name, or numbers of
  // equations.
  bool IsContents(const PdfTable& table) const {
    const PdfCell* const name = CellAt(table.rows[0], table.columns - 1);
    if (table.header_rows > 0 && name != nullptr &&
        CharactersOf(PlainText(page_, *name)).letters > 0 &&
        PlainText(page_, *name).find_first_not_of("ivxlc") !=
            std::string::npos) {
      return false;
    }
    int before = -1;
    size_t rising = 0;
    size_t filled = 0;
    size_t enclosed = 0;
    for (size_t r = table.header_rows; r < table.rows.size(); ++r) {
      const PdfCell* const cell = CellAt(table.rows[r], table.columns - 1);
      if (cell == nullptr) continue;
      const std::string text = PlainText(page_, *cell);
      ++filled;
      enclosed += text.front() == '(' && text.back() == ')';
      const int number = NumberOf(text);
      if (number < 0 || number < before) continue;
      before = number;
      ++rising;
    }
    return rising * 4 >= filled * 3 || enclosed * 2 > filled;
  }

  // Words with the numbers of pages behind them.
  bool IsIndex(const PdfTable& table) const {
    size_t cells = 0;
    size_t entries = 0;
    for (size_t r = table.header_rows; r < table.rows.size(); ++r) {
      for (const PdfCell& cell : table.rows[r].cells) {
        const std::string text = PlainText(page_, cell) + " ";
        ++cells;
        const size_t comma = text.find(", ");
        entries += comma != std::string::npos &&
                   CharactersOf(text.substr(comma)).letters == 0 &&
                   (comma + 2 == text.size() ||
                    CharactersOf(text.substr(comma)).digits > 0);
      }
    }
    return entries * 4 >= cells;
  }

  bool IsAddresses(const PdfTable& table) const {
    for (const size_t i : WordsOf(table)) {
      const std::string& text = page_.words[i].text;
      const size_t at = text.find('@');
      if (at != std::string::npos && at > 0 &&
          text.find('.', at) != std::string::npos) {
        return true;
      }
    }
    return false;
  }

  const PdfPage& page_;
  const PdfRuling ruling_;
};

}  // namespace

bool AcceptPdfTable(const PdfPage& page, PdfRuling ruling, size_t shown,
                    PdfTable* table) {
  return Judge(page, ruling).Accept(shown, table);
}

}  // namespace footnote
