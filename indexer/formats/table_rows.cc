#include "indexer/formats/table_rows.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

constexpr int kMaxSpan = 64;
// A long cell that spans rows is not written again on each.
constexpr size_t kMaxRepeatedBytes = 120;

int Clamp(int span) { return std::min(std::max(span, 1), kMaxSpan); }

}  // namespace

void TableRows::BeginRow(uint32_t line, std::string place) {
  rows_.emplace_back();
  rows_.back().line = line;
  rows_.back().place = std::move(place);
  next_column_ = 0;
  PlaceReaching();
}

void TableRows::PlaceReaching() {
  if (reaching_.empty()) return;
  std::vector<Cell>& cells = rows_.back().cells;
  size_t kept = 0;
  for (Reach& reach : reaching_) {
    if (reach.column >= cells.size()) cells.resize(reach.column + 1);
    Cell& place = cells[reach.column];
    place = reach.cell;
    // Taken, even where it holds no text.
    if (place.text.empty()) place.repeated = true;
    if (--reach.rows_left > 0) reaching_[kept++] = std::move(reach);
  }
  reaching_.resize(kept);
}

void TableRows::AddCell(std::string text, bool header, int columns, int rows) {
  if (rows_.empty()) return;
  std::vector<Cell>& cells = rows_.back().cells;
  size_t column = next_column_;
  while (column < cells.size() &&
         (!cells[column].text.empty() || cells[column].repeated)) {
    ++column;
  }
  columns = Clamp(columns);
  rows = Clamp(rows);
  if (cells.size() < column + columns) cells.resize(column + columns);
  next_column_ = column + columns;
  Cell cell;
  cell.text = std::move(text);
  cell.header = header;
  for (int i = 0; i < columns; ++i) {
    Cell& place = cells[column + i];
    place = cell;
    place.repeated = i > 0 || cell.text.empty();
    if (rows > 1 && cell.text.size() <= kMaxRepeatedBytes) {
      Reach reach;
      reach.column = column + i;
      reach.rows_left = rows - 1;
      reach.cell = place;
      reaching_.push_back(std::move(reach));
    }
  }
}

void TableRows::Write(BlockWriter* writer) const {
  size_t first = 0;
  std::vector<std::string> names;
  while (first < rows_.size()) {
    const std::vector<Cell>& cells = rows_[first].cells;
    const bool names_only =
        !cells.empty() &&
        std::all_of(cells.begin(), cells.end(), [](const Cell& cell) {
          return cell.header || cell.text.empty();
        });
    if (!names_only) break;
    if (names.size() < cells.size()) names.resize(cells.size());
    for (size_t c = 0; c < cells.size(); ++c) {
      if (cells[c].text.empty() || cells[c].text == names[c]) continue;
      if (!names[c].empty()) names[c] += ", ";
      names[c] += cells[c].text;
    }
    ++first;
  }
  if (first == rows_.size()) {
    first = 0;
    names.clear();
  }
  for (size_t r = first; r < rows_.size() && !writer->full(); ++r) {
    if (!rows_[r].place.empty()) writer->SetPlace(rows_[r].place);
    writer->Begin(BlockKind::kTableRow, rows_[r].line);
    const char* separator = "";
    for (size_t c = 0; c < rows_[r].cells.size(); ++c) {
      const Cell& cell = rows_[r].cells[c];
      if (cell.text.empty() || cell.repeated) continue;
      writer->Text(separator);
      if (c < names.size() && !names[c].empty() && names[c] != cell.text &&
          !cell.header) {
        writer->Text(absl::StrCat(names[c], ": "));
      }
      writer->Text(cell.text);
      separator = " | ";
    }
  }
  writer->End();
}

}  // namespace footnote
