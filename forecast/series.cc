#include "forecast/series.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/strip.h"

namespace footnote {
namespace {

constexpr size_t kMaxColumns = 256;
constexpr size_t kMaxJsonLine = 64 << 10;

struct Row {
  size_t begin = 0;
  size_t end = 0;
  std::vector<std::string> cells;
};

struct Table {
  std::vector<std::string> columns;
  std::vector<Row> rows;
};

struct Line {
  size_t begin = 0;
  absl::string_view text;
};

std::vector<Line> LinesOf(absl::string_view text) {
  std::vector<Line> lines;
  size_t begin = 0;
  while (begin < text.size()) {
    size_t end = text.find('\n', begin);
    if (end == absl::string_view::npos) end = text.size();
    absl::string_view line = text.substr(begin, end - begin);
    if (absl::EndsWith(line, "\r")) line.remove_suffix(1);
    lines.push_back({begin, line});
    begin = end + 1;
  }
  return lines;
}

// "Column: cell | Column: cell" into names and cells; false where it is not.
bool ParseNamedCells(absl::string_view line, std::vector<std::string>* names,
                     std::vector<std::string>* cells) {
  names->clear();
  cells->clear();
  while (!line.empty()) {
    const size_t bar = line.find(" | ");
    const absl::string_view cell = line.substr(0, bar);
    const size_t colon = cell.find(": ");
    if (colon == absl::string_view::npos || colon == 0) return false;
    names->push_back(std::string(cell.substr(0, colon)));
    cells->push_back(
        std::string(absl::StripAsciiWhitespace(cell.substr(colon + 2))));
    if (bar == absl::string_view::npos) break;
    line.remove_prefix(bar + 3);
  }
  return names->size() >= 2 && names->size() <= kMaxColumns;
}

// Cells of a line parted by `delimiter`, quotes as in RFC 4180.
std::vector<std::string> SplitCells(absl::string_view line, char delimiter) {
  std::vector<std::string> cells;
  std::string cell;
  bool quoted = false;
  for (size_t i = 0; i < line.size(); ++i) {
    const char c = line[i];
    if (quoted) {
      if (c != '"') {
        cell.push_back(c);
      } else if (i + 1 < line.size() && line[i + 1] == '"') {
        cell.push_back('"');
        ++i;
      } else {
        quoted = false;
      }
    } else if (c == '"') {
      quoted = true;
    } else if (c == delimiter) {
      cells.push_back(std::string(absl::StripAsciiWhitespace(cell)));
      cell.clear();
    } else {
      cell.push_back(c);
    }
  }
  cells.push_back(std::string(absl::StripAsciiWhitespace(cell)));
  return cells;
}

// A flat JSON object into names and cells; false where it is none.
bool ParseJsonCells(absl::string_view line,
                    std::vector<std::pair<std::string, std::string>>* cells) {
  cells->clear();
  if (line.size() > kMaxJsonLine || line.empty() || line[0] != '{')
    return false;
  const auto object =
      nlohmann::ordered_json::parse(line.begin(), line.end(), nullptr, false);
  if (!object.is_object()) return false;
  for (const auto& item : object.items()) {
    if (item.value().is_string()) {
      cells->push_back({item.key(), item.value().get<std::string>()});
    } else if (item.value().is_number()) {
      cells->push_back({item.key(), item.value().dump()});
    }
  }
  return true;
}

// Consecutive lines of named cells with the same names.
void FindNamedTables(const std::vector<Line>& lines, size_t fewest,
                     std::vector<Table>* tables) {
  Table table;
  const auto finish = [&] {
    if (table.rows.size() >= fewest) tables->push_back(std::move(table));
    table = Table();
  };
  std::vector<std::string> names, cells;
  for (const Line& line : lines) {
    if (!ParseNamedCells(line.text, &names, &cells)) {
      finish();
      continue;
    }
    if (names != table.columns) {
      finish();
      table.columns = names;
    }
    table.rows.push_back(
        {line.begin, line.begin + line.text.size(), std::move(cells)});
  }
  finish();
}

void FindJsonTable(const std::vector<Line>& lines, size_t fewest,
                   std::vector<Table>* tables) {
  Table table;
  std::map<std::string, size_t> at;
  std::vector<std::pair<std::string, std::string>> cells;
  for (const Line& line : lines) {
    if (!ParseJsonCells(line.text, &cells)) continue;
    Row row{line.begin, line.begin + line.text.size(), {}};
    for (auto& cell : cells) {
      const auto known = at.find(cell.first);
      size_t column = table.columns.size();
      if (known != at.end()) {
        column = known->second;
      } else {
        if (column >= kMaxColumns) continue;
        at[cell.first] = column;
        table.columns.push_back(cell.first);
      }
      if (row.cells.size() <= column) row.cells.resize(column + 1);
      row.cells[column] = std::move(cell.second);
    }
    table.rows.push_back(std::move(row));
  }
  if (table.rows.size() >= fewest) tables->push_back(std::move(table));
}

// A header and at least `fewest` rows of as many cells.
void FindDelimitedTable(const std::vector<Line>& lines, size_t fewest,
                        std::vector<Table>* tables) {
  size_t first = 0;
  while (first < lines.size() && lines[first].text.empty()) ++first;
  if (first == lines.size()) return;
  // A byte order mark is no part of a name.
  absl::string_view head = lines[first].text;
  absl::ConsumePrefix(&head, "\xEF\xBB\xBF");
  for (const char delimiter : {'\t', ';', ',', '|'}) {
    Table table;
    table.columns = SplitCells(head, delimiter);
    if (table.columns.size() < 2 || table.columns.size() > kMaxColumns)
      continue;
    size_t others = 0;
    for (size_t i = first + 1; i < lines.size(); ++i) {
      if (lines[i].text.empty()) continue;
      Row row{lines[i].begin, lines[i].begin + lines[i].text.size(),
              SplitCells(lines[i].text, delimiter)};
      if (row.cells.size() == table.columns.size()) {
        table.rows.push_back(std::move(row));
      } else {
        ++others;
      }
    }
    if (table.rows.size() < fewest || others * 10 > table.rows.size()) {
      continue;
    }
    tables->push_back(std::move(table));
    return;
  }
}

absl::string_view CellOf(const Row& row, size_t column) {
  return column < row.cells.size() ? absl::string_view(row.cells[column])
                                   : absl::string_view();
}

// The times of a column: row and time, for those rows that have one; empty
// where the column holds no times.
std::vector<std::pair<size_t, Time>> TimesOf(const Table& table, size_t column,
                                             size_t fewest) {
  for (const DateOrder order : {DateOrder::kDayFirst, DateOrder::kMonthFirst}) {
    std::vector<std::pair<size_t, Time>> times;
    size_t filled = 0;
    for (size_t i = 0; i < table.rows.size(); ++i) {
      const absl::string_view cell = CellOf(table.rows[i], column);
      if (cell.empty()) continue;
      ++filled;
      Time time;
      if (!ParseTime(cell, order, &time)) continue;
      if (!times.empty() && time.unit != times[0].second.unit) continue;
      times.push_back({i, time});
    }
    if (times.size() >= fewest && times.size() * 10 >= filled * 9) {
      return times;
    }
  }
  return {};
}

// True where the times rise or fall strictly; they rise afterwards.
bool SortTimes(std::vector<std::pair<size_t, Time>>* times) {
  if ((*times)[0].second.count > times->back().second.count) {
    std::reverse(times->begin(), times->end());
  }
  for (size_t i = 1; i < times->size(); ++i) {
    if ((*times)[i].second.count <= (*times)[i - 1].second.count) return false;
  }
  return true;
}

bool MakeSeries(const Table& table, size_t time_column,
                const std::vector<std::pair<size_t, Time>>& times,
                size_t column, size_t fewest, Series* series) {
  std::vector<Time> kept;
  std::vector<SeriesPoint> points;
  size_t filled = 0;
  for (const auto& entry : times) {
    const Row& row = table.rows[entry.first];
    const absl::string_view cell = CellOf(row, column);
    if (cell.empty()) continue;
    ++filled;
    SeriesPoint point;
    if (!ParseNumber(cell, &point.value)) continue;
    point.begin = row.begin;
    point.end = row.end;
    points.push_back(point);
    kept.push_back(entry.second);
  }
  if (points.size() < fewest || points.size() * 10 < filled * 9) {
    return false;
  }
  series->cadence = FindCadence(&kept);
  for (size_t i = 0; i < points.size(); ++i) {
    points[i].time = kept[i];
    if (i == 0) continue;
    const double steps = series->cadence.Steps(kept[i - 1], kept[i]);
    if (!(steps > 0)) return false;
    // Clocks are not exact to the last second.
    const double whole = std::round(steps);
    points[i].spacing =
        whole >= 1 && std::fabs(steps - whole) < 0.02 ? whole : steps;
  }
  series->time_column = table.columns[time_column];
  series->value_column = table.columns[column];
  series->points = std::move(points);
  return true;
}

void AddSeries(const Table& table, size_t fewest, std::vector<Series>* all) {
  for (size_t time_column = 0; time_column < table.columns.size();
       ++time_column) {
    std::vector<std::pair<size_t, Time>> times =
        TimesOf(table, time_column, fewest);
    if (times.empty() || !SortTimes(&times)) continue;
    for (size_t column = 0; column < table.columns.size(); ++column) {
      Series series;
      if (column == time_column ||
          !MakeSeries(table, time_column, times, column, fewest, &series)) {
        continue;
      }
      all->push_back(std::move(series));
    }
    return;
  }
}

}  // namespace

bool ParseNumber(absl::string_view text, double* value) {
  text = absl::StripAsciiWhitespace(text);
  double sign = 1;
  for (const absl::string_view minus : {"-", "\xE2\x88\x92"}) {
    if (absl::ConsumePrefix(&text, minus)) sign = -1;
  }
  for (const absl::string_view money :
       {"$", "\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5"}) {
    absl::ConsumePrefix(&text, money);
    absl::ConsumeSuffix(&text, money);
  }
  absl::ConsumeSuffix(&text, "%");
  text = absl::StripAsciiWhitespace(text);
  if (text.empty() || text.size() > 40) return false;
  // Exponents are kept; letters else are no number.
  std::string digits;
  const size_t comma = text.rfind(',');
  const size_t point = text.rfind('.');
  const size_t commas = std::count(text.begin(), text.end(), ',');
  const size_t points = std::count(text.begin(), text.end(), '.');
  const bool both = commas > 0 && points > 0;
  // "1,234" is one thousand, "1,5" and "0,123" are fractions.
  const bool comma_groups =
      both ? comma < point
           : commas > 1 || (commas == 1 && text.size() - comma == 4 &&
                            comma >= 1 && comma <= 3 && text[0] != '0');
  const bool point_groups = both ? point < comma : points > 1;
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (absl::ascii_isdigit(c)) {
      digits.push_back(c);
    } else if (c == ',') {
      if (!comma_groups) digits.push_back('.');
    } else if (c == '.') {
      if (!point_groups) digits.push_back('.');
    } else if ((c == 'e' || c == 'E') && i > 0 && commas == 0) {
      digits.push_back('e');
    } else if ((c == '-' || c == '+') && i > 0 &&
               (text[i - 1] == 'e' || text[i - 1] == 'E')) {
      digits.push_back(c);
    } else if (c == ' ' || c == '\'' || c == '_') {
      // Thousands apart.
      if (i == 0 || !absl::ascii_isdigit(text[i - 1])) return false;
    } else {
      return false;
    }
  }
  if (digits.empty() || !absl::ascii_isdigit(digits[0])) {
    if (digits.size() < 2 || digits[0] != '.') return false;
  }
  if (!absl::SimpleAtod(digits, value) || !std::isfinite(*value)) return false;
  *value *= sign;
  return true;
}

std::vector<Series> FindSeries(absl::string_view text, size_t fewest) {
  const std::vector<Line> lines = LinesOf(text);
  std::vector<Table> tables;
  FindNamedTables(lines, fewest, &tables);
  if (tables.empty()) FindJsonTable(lines, fewest, &tables);
  if (tables.empty()) FindDelimitedTable(lines, fewest, &tables);
  std::vector<Series> all;
  for (const Table& table : tables) AddSeries(table, fewest, &all);
  return all;
}

absl::StatusOr<Series> PickSeries(std::vector<Series> all,
                                  absl::string_view column) {
  if (all.empty()) {
    return absl::NotFoundError(absl::StrCat(
        "no time series, want a column of times that rise and columns of "
        "numbers, ",
        kFewestPoints, " rows or more"));
  }
  if (column.empty() && all.size() == 1) return std::move(all[0]);
  std::vector<std::string> names;
  for (Series& series : all) {
    if (absl::EqualsIgnoreCase(series.value_column, column)) {
      return std::move(series);
    }
    names.push_back(series.value_column);
  }
  const std::string known = absl::StrJoin(names, ", ");
  if (column.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("no column named, want one of ", known));
  }
  return absl::NotFoundError(absl::StrCat(
      "column \"", column, "\": no such series, want one of ", known));
}

}  // namespace footnote
