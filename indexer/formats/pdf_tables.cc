#include "indexer/formats/pdf_tables.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "indexer/formats/pdf_grid.h"
#include "indexer/formats/pdf_row_maker.h"
#include "indexer/formats/pdf_strips.h"
#include "indexer/formats/pdf_table_judge.h"

namespace footnote {
namespace {

// Times the type size: what parts columns between lines, and without any.
constexpr float kRuledGap = .8f;
constexpr float kOpenGap = 1;
// Times the height of a line: the way from one to the next in a table.
constexpr float kMaxStep = 2.6f;
// And from one to the next in a cell.
constexpr float kLineStep = 1.4f;
constexpr float kSameEdge = 3;
constexpr float kMinRuleWidth = 40;
constexpr size_t kMaxHeaderLines = 5;
// A page with more lines of one width is no page of tables.
constexpr size_t kMaxStackedRules = 300;
constexpr size_t kMaxColumns = 64;
// For each word of a page, how many may be looked at: lines of many widths, or
// grids in grids, that enclose the same words are a drawing.
constexpr size_t kMaxLooks = 20;
constexpr size_t kLooksOfAnyPage = 10000;

// Lines of print with what parts them: lines of one band have no rule between.
struct Band {
  std::vector<PdfStrip> strips;
};

float MiddleX(const PdfBox& box) { return (box.x0 + box.x1) / 2; }
float MiddleY(const PdfBox& box) { return (box.y0 + box.y1) / 2; }

// As the words of its first row are read is the table.
bool IsRightToLeft(const PdfPage& page, const std::vector<size_t>& words) {
  size_t right = 0;
  size_t all = 0;
  for (const size_t i : words) {
    if (CharactersOf(page.words[i].text).letters == 0) continue;
    ++all;
    right += HasRightToLeft(page.words[i].text);
  }
  return right * 2 > all;
}

std::vector<size_t> WordsIn(const PdfStrip& strip) {
  std::vector<size_t> words;
  for (const PdfPiece& piece : strip.pieces) {
    words.insert(words.end(), piece.words.begin(), piece.words.end());
  }
  return words;
}

class TableFinder {
 public:
  explicit TableFinder(const PdfPage& page)
      : page_(page),
        taken_(page.words.size()),
        level_(LevelRules(page.rules)),
        upright_(UprightRules(page.rules)),
        looks_left_(kLooksOfAnyPage + kMaxLooks * page.words.size()) {
    for (size_t i = 0; i < page.words.size(); ++i) {
      by_height_.emplace_back(MiddleY(page.words[i].box), i);
    }
    std::sort(by_height_.begin(), by_height_.end());
  }

  std::vector<PdfTable> Find() {
    for (const PdfGrid& grid : GridsOf(level_, upright_)) FindInGrid(grid);
    FindBetweenRules();
    FindOpen();
    const auto first = [](const PdfTable& table) {
      const std::vector<size_t> words = WordsOf(table);
      return *std::min_element(words.begin(), words.end());
    };
    std::sort(tables_.begin(), tables_.end(),
              [&first](const PdfTable& a, const PdfTable& b) {
                return first(a) < first(b);
              });
    return std::move(tables_);
  }

 private:
  void Keep(PdfTable table) {
    table.box = table.rows[0].box;
    for (const PdfTableRow& row : table.rows) table.box.Add(row.box);
    for (const size_t i : WordsOf(table)) taken_[i] = true;
    tables_.push_back(std::move(table));
  }

  // The words whose middle lies in `box` and that no table has.
  std::vector<size_t> FreeWords(const PdfBox& box) {
    std::vector<size_t> out;
    const auto first = std::lower_bound(by_height_.begin(), by_height_.end(),
                                        std::make_pair(box.y0, size_t{0}));
    const auto end = std::lower_bound(first, by_height_.end(),
                                      std::make_pair(box.y1, size_t{0}));
    for (auto at = first; at != end; ++at) {
      const float x = MiddleX(page_.words[at->second].box);
      if (!taken_[at->second] && x >= box.x0 && x < box.x1) {
        out.push_back(at->second);
      }
    }
    std::sort(out.begin(), out.end());
    looks_left_ -=
        std::min(looks_left_, static_cast<size_t>(std::distance(first, end)));
    return out;
  }

  // ---- Between lines that cross.

  void FindInGrid(const PdfGrid& grid) {
    const size_t columns = grid.xs.size() - 1;
    const size_t rows = grid.ys.size() - 1;
    if (columns > kMaxColumns || looks_left_ == 0) return;
    const std::vector<size_t> words = FreeWords(
        {grid.xs.front(), grid.ys.front(), grid.xs.back(), grid.ys.back()});
    if (words.empty()) return;
    std::vector<size_t> cell_at(rows * columns);
    for (size_t i = 0; i < grid.cells.size(); ++i) {
      const PdfGridCell& cell = grid.cells[i];
      for (size_t r = 0; r < cell.rows; ++r) {
        for (size_t c = 0; c < cell.columns; ++c) {
          cell_at[(cell.row + r) * columns + cell.column + c] = i;
        }
      }
    }
    std::vector<std::vector<size_t>> in_cell(grid.cells.size());
    size_t outside = 0;
    for (const size_t i : words) {
      const PdfBox& box = page_.words[i].box;
      const size_t cell = cell_at[Interval(grid.ys, MiddleY(box)) * columns +
                                  ColumnAt(grid.xs, page_.words[i])];
      in_cell[cell].push_back(i);
      const PdfGridCell& of = grid.cells[cell];
      outside += box.x0 < grid.xs[of.column] - kSameEdge ||
                 box.x1 > grid.xs[of.column + of.columns] + kSameEdge;
    }
    if (outside * 4 > words.size() || IsInLine(grid)) return;
    PdfTable table;
    table.columns = columns;
    table.edges.assign(grid.xs.begin(), grid.xs.end() - 1);
    const std::vector<PdfStrip> print = StripsOf(page_, words, HUGE_VALF);
    if (print.empty()) return;
    const bool right_to_left = IsRightToLeft(page_, WordsIn(print[0]));
    // A row may be all of cells that reach down from above, or of empty ones.
    std::vector<bool> begins(rows);
    for (size_t i = 0; i < grid.cells.size(); ++i) {
      if (!in_cell[i].empty()) begins[grid.cells[i].row] = true;
    }
    size_t shown = 0;
    PdfRuling ruling = PdfRuling::kGrid;
    for (size_t r = 0; r < rows; ++r) {
      std::vector<PdfStrip> lines;
      if (IsListOfLines(grid, r, in_cell, &lines)) {
        std::vector<PdfSpan> spans;
        for (size_t c = 0; c < columns; ++c) {
          spans.push_back({grid.xs[c], grid.xs[c + 1]});
        }
        PdfRowMaker(page_, spans, right_to_left).Add(lines, &table.rows);
        ruling = PdfRuling::kLevel;
        // What stands alone above the lines.
        if (table.rows.size() > 2 && r == 1) shown = 1;
        continue;
      }
      PdfTableRow row;
      for (size_t i = 0; i < grid.cells.size(); ++i) {
        const PdfGridCell& of = grid.cells[i];
        if (of.row != r || in_cell[i].empty()) continue;
        PdfCell cell;
        cell.column =
            right_to_left ? columns - of.column - of.columns : of.column;
        cell.columns = of.columns;
        const auto from = begins.begin() + static_cast<ptrdiff_t>(r);
        cell.rows = static_cast<size_t>(
            std::count(from, from + static_cast<ptrdiff_t>(of.rows), true));
        cell.lines = LinesOf(in_cell[i]);
        for (const size_t word : in_cell[i]) {
          if (row.cells.empty() && word == in_cell[i][0]) {
            row.box = page_.words[word].box;
          }
          row.box.Add(page_.words[word].box);
        }
        row.cells.push_back(std::move(cell));
      }
      std::sort(row.cells.begin(), row.cells.end(),
                [](const PdfCell& a, const PdfCell& b) {
                  return a.column < b.column;
                });
      if (!row.cells.empty()) table.rows.push_back(std::move(row));
    }
    if (AcceptPdfTable(page_, ruling, shown, &table)) Keep(std::move(table));
  }

  // True when print goes on beside the grid: it frames words of a line.
  bool IsInLine(const PdfGrid& grid) const {
    size_t beside = 0;
    for (const PdfWord& word : page_.words) {
      const float y = MiddleY(word.box);
      if (y < grid.ys.front() || y > grid.ys.back()) continue;
      const float left = grid.xs.front() - word.box.x1;
      const float right = word.box.x0 - grid.xs.back();
      beside +=
          std::fabs(left) < word.size / 2 || std::fabs(right) < word.size / 2;
    }
    return beside * 2 >= grid.ys.size() - 1;
  }

  // Between which two of the edges `at` lies.
  static size_t Interval(const std::vector<float>& edges, float at) {
    const auto above = std::upper_bound(edges.begin() + 1, edges.end() - 1, at);
    return static_cast<size_t>(above - edges.begin()) - 1;
  }

  // Where the middle of the word is; one too long for its column stands where
  // it begins.
  static size_t ColumnAt(const std::vector<float>& xs, const PdfWord& word) {
    const size_t first = Interval(xs, word.box.x0);
    const float indent = word.box.x0 - xs[first];
    return indent >= 0 && indent < word.size ? first
                                             : Interval(xs, MiddleX(word.box));
  }

  // The lines of a cell; each word is in one.
  std::vector<std::vector<size_t>> LinesOf(
      const std::vector<size_t>& words) const {
    std::vector<std::vector<size_t>> lines;
    std::vector<bool> in_line(page_.words.size());
    for (const PdfStrip& strip : StripsOf(page_, words, HUGE_VALF)) {
      lines.push_back(strip.pieces[0].words);
      for (const size_t i : lines.back()) in_line[i] = true;
    }
    // What runs up or down.
    for (const size_t i : words) {
      if (!in_line[i]) lines.push_back({i});
    }
    return lines;
  }

  // True when the lines of row `r` of the grid are rows themselves: most of
  // several stand in all of its columns.
  bool IsListOfLines(const PdfGrid& grid, size_t r,
                     const std::vector<std::vector<size_t>>& in_cell,
                     std::vector<PdfStrip>* lines) const {
    const size_t columns = grid.xs.size() - 1;
    std::vector<size_t> words;
    size_t cells = 0;
    for (size_t i = 0; i < grid.cells.size(); ++i) {
      const PdfGridCell& cell = grid.cells[i];
      if (cell.row > r || cell.row + cell.rows <= r) continue;
      if (cell.rows > 1 || cell.columns > 1) return false;
      ++cells;
      words.insert(words.end(), in_cell[i].begin(), in_cell[i].end());
    }
    if (cells != columns || columns < 2 || words.empty()) return false;
    *lines = StripsOf(page_, words, 0);
    size_t placed = 0;
    size_t full = 0;
    for (PdfStrip& strip : *lines) {
      std::vector<PdfPiece> pieces;
      size_t column = columns;
      for (PdfPiece& word : strip.pieces) {
        placed += word.words.size();
        const size_t at = ColumnAt(grid.xs, page_.words[word.words[0]]);
        if (at != column || pieces.empty()) {
          pieces.push_back(std::move(word));
          // Only its own column is under it.
          PdfBox& box = pieces.back().box;
          box.x0 = std::max(box.x0, grid.xs[at] + .1f);
          box.x1 = std::min(box.x1, grid.xs[at + 1] - .1f);
        } else {
          pieces.back().words.insert(pieces.back().words.end(),
                                     word.words.begin(), word.words.end());
          pieces.back().box.x1 =
              std::min(std::max(pieces.back().box.x1, word.box.x1),
                       grid.xs[at + 1] - .1f);
        }
        column = at;
      }
      strip.pieces = std::move(pieces);
      full += strip.pieces.size() * 4 >= columns * 3;
    }
    return placed == words.size() && lines->size() >= 3 &&
           full * 3 >= lines->size() * 2;
  }

  // ---- Between level lines.

  void FindBetweenRules() {
    std::vector<bool> used(level_.size());
    for (size_t i = 0; i < level_.size(); ++i) {
      if (used[i] || level_[i].to - level_[i].from < kMinRuleWidth) continue;
      std::vector<float> ys;
      PdfSpan span = {level_[i].from, level_[i].to};
      for (size_t k = i; k < level_.size(); ++k) {
        if (std::fabs(level_[k].from - span.x0) > kSameEdge ||
            std::fabs(level_[k].to - span.x1) > kSameEdge) {
          continue;
        }
        used[k] = true;
        if (ys.empty() || level_[k].at - ys.back() > kSameEdge) {
          ys.push_back(level_[k].at);
        }
      }
      if (looks_left_ == 0) return;
      if (ys.size() > 1 && ys.size() <= kMaxStackedRules) FindInStack(span, ys);
    }
  }

  void FindInStack(const PdfSpan& span, const std::vector<float>& ys) {
    std::vector<Band> bands;
    for (size_t i = 0; i + 1 < ys.size(); ++i) {
      Band band;
      const std::vector<size_t> words = FreeWords(
          {span.x0 - kSameEdge, ys[i], span.x1 + kSameEdge, ys[i + 1]});
      if (!words.empty()) band.strips = StripsOf(page_, words, kRuledGap);
      bands.push_back(std::move(band));
    }
    for (size_t first = 0; first < bands.size();) {
      size_t end = first;
      while (end < bands.size() && IsTabular(bands[end])) ++end;
      if (end > first) MakeRuled(span, ys, bands, first, end);
      first = std::max(end, first + 1);
    }
  }

  // Few of its lines reach over all columns.
  static bool IsTabular(const Band& band) {
    const std::vector<PdfSpan> columns = ColumnsOf(band.strips);
    if (columns.size() < 2 || columns.size() > kMaxColumns) return false;
    size_t over = 0;
    for (const PdfStrip& strip : band.strips) {
      if (strip.pieces.size() > 1) continue;
      const auto under = ColumnsUnder(columns, strip.pieces[0].box);
      over += under.first == 0 && under.second + 1 == columns.size();
    }
    return over * 4 <= band.strips.size();
  }

  void MakeRuled(const PdfSpan& span, const std::vector<float>& ys,
                 const std::vector<Band>& bands, size_t first, size_t end) {
    std::vector<PdfStrip> all, body;
    for (size_t b = first; b < end; ++b) {
      const std::vector<PdfStrip>& strips = bands[b].strips;
      all.insert(all.end(), strips.begin(), strips.end());
      if (b > first) body.insert(body.end(), strips.begin(), strips.end());
    }
    std::vector<PdfSpan> columns = ColumnsOf(all);
    // Names in a header may reach over several columns.
    const std::vector<PdfSpan> of_body = ColumnsOf(body);
    if (of_body.size() > columns.size()) columns = of_body;
    if (columns.size() < 2 || columns.size() > kMaxColumns) return;
    const bool right_to_left = IsRightToLeft(page_, WordsIn(all[0]));
    const PdfRowMaker maker(page_, columns, right_to_left);
    PdfTable table;
    table.columns = columns.size();
    for (const PdfSpan& column : columns) table.edges.push_back(column.x0);
    size_t shown = 0;
    if (end - first == 1) {
      // The header may stand above the upper line.
      const std::vector<PdfStrip> above =
          HeaderAbove(span, ys[first], columns, bands[first].strips[0]);
      maker.AddHeader(above, &table.rows);
      shown = table.rows.size();
    }
    for (size_t b = first; b < end; ++b) {
      if (b == first && end - first > 1 &&
          bands[b].strips.size() <= kMaxHeaderLines) {
        maker.AddHeader(bands[b].strips, &table.rows);
        shown = table.rows.size();
      } else {
        maker.Add(bands[b].strips, &table.rows);
      }
    }
    PdfBox box = all[0].box;
    for (const PdfStrip& strip : all) box.Add(strip.box);
    // Lines of the page's width belong to the page.
    if (box.width() * 2 < span.x1 - span.x0) return;
    const PdfRuling ruling = shown > 0 ? PdfRuling::kLevel : PdfRuling::kOpen;
    if (AcceptPdfTable(page_, ruling, shown, &table)) Keep(std::move(table));
  }

  // The line above `y` when it stands in the same columns.
  std::vector<PdfStrip> HeaderAbove(const PdfSpan& span, float y,
                                    const std::vector<PdfSpan>& columns,
                                    const PdfStrip& below) {
    const float height = below.box.height();
    std::vector<PdfStrip> strips =
        StripsOf(page_,
                 FreeWords({span.x0 - kSameEdge, y - 2 * height,
                            span.x1 + kSameEdge, y}),
                 kRuledGap);
    if (strips.empty()) return {};
    const PdfStrip& last = strips.back();
    if (last.pieces.size() < 2 || last.pieces.size() + 1 < columns.size()) {
      return {};
    }
    for (const PdfPiece& piece : last.pieces) {
      const auto under = ColumnsUnder(columns, piece.box);
      if (under.first < under.second) return {};
    }
    return {last};
  }

  // ---- Without lines.

  void FindOpen() {
    const std::vector<PdfStrip> strips = StripsOf(
        page_, FreeWords({-HUGE_VALF, -HUGE_VALF, HUGE_VALF, HUGE_VALF}),
        kOpenGap);
    for (size_t first = 0; first < strips.size();) {
      size_t end = first + 1;
      const size_t pieces = strips[first].pieces.size();
      if (pieces > 1 && pieces <= kMaxColumns) {
        end = EndOfRun(strips, first);
        if (end - first >= 3) {
          MakeOpen({strips.begin() + static_cast<ptrdiff_t>(first),
                    strips.begin() + static_cast<ptrdiff_t>(end)});
        }
      }
      first = end;
    }
  }

  // As far as lines follow each other in columns that none reaches out of.
  static size_t EndOfRun(const std::vector<PdfStrip>& strips, size_t first) {
    std::vector<PdfSpan> columns = ColumnsOf({strips[first]});
    size_t end = first + 1;
    size_t last = end;
    for (; end < strips.size(); ++end) {
      const PdfStrip& strip = strips[end];
      const float height =
          std::max(strip.box.height(), strips[end - 1].box.height());
      if (MiddleY(strip.box) - MiddleY(strips[end - 1].box) >
          kMaxStep * height) {
        break;
      }
      if (strip.pieces.size() > kMaxColumns || !Fit(strip, &columns) ||
          columns.size() > kMaxColumns) {
        break;
      }
      if (strip.pieces.size() > 1 ||
          (last == end && GoesOn(strips[end - 1], strip))) {
        last = end + 1;
      }
    }
    return last;
  }

  // True when `strip` is the rest of a cell of the last row, but of its first
  // one: it begins a line below where that begins.
  static bool GoesOn(const PdfStrip& above, const PdfStrip& strip) {
    if (MiddleY(strip.box) - MiddleY(above.box) >
        kLineStep * strip.box.height()) {
      return false;
    }
    const ptrdiff_t first = above.pieces.size() > 1 ? 1 : 0;
    return std::any_of(above.pieces.begin() + first, above.pieces.end(),
                       [&strip](const PdfPiece& piece) {
                         return std::fabs(piece.box.x0 - strip.box.x0) <
                                kSameEdge;
                       });
  }

  // Widens the columns to hold the strip; false when a gap would close.
  static bool Fit(const PdfStrip& strip, std::vector<PdfSpan>* columns) {
    std::vector<PdfSpan> wider = *columns;
    for (const PdfPiece& piece : strip.pieces) {
      const auto under = ColumnsUnder(wider, piece.box);
      if (under.first < under.second) return false;
      PdfSpan& column = wider[under.first];
      const bool touches = piece.box.x0 < column.x1 && piece.box.x1 > column.x0;
      if (touches) {
        column.x0 = std::min(column.x0, piece.box.x0);
        column.x1 = std::max(column.x1, piece.box.x1);
      } else if (strip.pieces.size() > 1) {
        // Another column.
        const auto at = std::find_if(
            wider.begin(), wider.end(),
            [&piece](const PdfSpan& s) { return s.x0 > piece.box.x0; });
        wider.insert(at, {piece.box.x0, piece.box.x1});
      } else {
        return false;
      }
    }
    *columns = std::move(wider);
    return true;
  }

  void MakeOpen(const std::vector<PdfStrip>& strips) {
    const std::vector<PdfSpan> columns = ColumnsOf(strips);
    if (columns.size() < 2 || columns.size() > kMaxColumns) return;
    PdfTable table;
    table.columns = columns.size();
    for (const PdfSpan& column : columns) table.edges.push_back(column.x0);
    const PdfRowMaker maker(page_, columns,
                            IsRightToLeft(page_, WordsIn(strips[0])));
    const size_t shown = IsRuledBelow(strips, 0) ? 1 : 0;
    if (shown > 0) maker.AddHeader({strips[0]}, &table.rows);
    maker.Add({strips.begin() + static_cast<ptrdiff_t>(shown), strips.end()},
              &table.rows);
    if (AcceptPdfTable(page_, PdfRuling::kOpen, shown, &table)) {
      Keep(std::move(table));
    }
  }

  // A line between strips `i` and i + 1, along most of them.
  bool IsRuledBelow(const std::vector<PdfStrip>& strips, size_t i) const {
    PdfBox box = strips[0].box;
    for (const PdfStrip& strip : strips) box.Add(strip.box);
    for (const PdfRule& rule : level_) {
      if (rule.at < MiddleY(strips[i].box) ||
          rule.at > MiddleY(strips[i + 1].box)) {
        continue;
      }
      const float shared =
          std::min(rule.to, box.x1) - std::max(rule.from, box.x0);
      if (shared > .7f * box.width()) return true;
    }
    return false;
  }

  const PdfPage& page_;
  std::vector<bool> taken_;
  const std::vector<PdfRule> level_;
  const std::vector<PdfRule> upright_;
  // The middle of each word, from the top down, and its index.
  std::vector<std::pair<float, size_t>> by_height_;
  size_t looks_left_;
  std::vector<PdfTable> tables_;
};

}  // namespace

std::vector<PdfTable> FindPdfTables(const PdfPage& page) {
  return TableFinder(page).Find();
}

}  // namespace footnote
