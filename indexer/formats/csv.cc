#include "indexer/formats/csv.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "indexer/formats/block_writer.h"
#include "indexer/formats/table_rows.h"

namespace footnote {
namespace {

constexpr char kSeparators[] = {'\t', ';', ','};
constexpr size_t kRowsToJudge = 12;
constexpr size_t kBytesToJudge = 64 << 10;
constexpr size_t kMeanCellBytes = 60;

struct CsvRow {
  uint32_t line = 0;
  std::vector<std::string> cells;
};

// Takes row after row off a text.
class CsvRows {
 public:
  CsvRows(absl::string_view text, char separator)
      : text_(text), separator_(separator) {}

  // False at the end. Lines without anything are passed over.
  bool Next(CsvRow* row) {
    while (at_ < text_.size() && (text_[at_] == '\n' || text_[at_] == '\r')) {
      line_ += text_[at_++] == '\n';
    }
    if (at_ >= text_.size()) return false;
    row->line = line_;
    row->cells.clear();
    while (TakeCell(row)) {
    }
    return true;
  }

 private:
  // True when another cell follows in the row.
  bool TakeCell(CsvRow* row) {
    std::string cell;
    bool quoted = at_ < text_.size() && text_[at_] == '"';
    if (quoted) ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (quoted) {
        ++at_;
        line_ += c == '\n';
        if (c != '"') {
          cell.push_back(c);
        } else if (at_ < text_.size() && text_[at_] == '"') {
          cell.push_back('"');
          ++at_;
        } else {
          quoted = false;
        }
        continue;
      }
      if (c == separator_ || c == '\n') break;
      if (c != '\r') cell.push_back(c);
      ++at_;
    }
    row->cells.push_back(FoldWhiteSpace(cell));
    if (at_ < text_.size() && text_[at_] == separator_) {
      ++at_;
      return true;
    }
    return false;
  }

  const absl::string_view text_;
  const char separator_;
  size_t at_ = 0;
  uint32_t line_ = 1;
};

// How many columns the first rows have when parted so; 0 when they differ.
size_t ColumnsWith(absl::string_view head, bool whole, char separator) {
  CsvRows rows(head, separator);
  CsvRow row;
  size_t columns = 0, count = 0, bytes = 0;
  std::vector<CsvRow> read;
  while (read.size() < kRowsToJudge && rows.Next(&row)) read.push_back(row);
  // The last row may be cut.
  if (!whole && read.size() < kRowsToJudge && !read.empty()) read.pop_back();
  for (const CsvRow& one : read) {
    if (count++ == 0) columns = one.cells.size();
    if (one.cells.size() != columns) return 0;
    for (const std::string& cell : one.cells) bytes += cell.size();
  }
  const size_t least = separator == ',' ? 3 : 2;
  if (count < 3 || columns < least ||
      bytes > count * columns * kMeanCellBytes) {
    return 0;
  }
  return columns;
}

bool NamesColumns(const CsvRow& row) {
  return row.cells.size() > 1 &&
         std::none_of(row.cells.begin(), row.cells.end(),
                      [](const std::string& cell) {
                        double number;
                        return cell.empty() || absl::SimpleAtod(cell, &number);
                      });
}

}  // namespace

char DetectSeparator(absl::string_view utf8) {
  const absl::string_view head = utf8.substr(0, kBytesToJudge);
  char best = 0;
  size_t most = 0;
  for (const char separator : kSeparators) {
    const size_t columns =
        ColumnsWith(head, head.size() == utf8.size(), separator);
    if (columns > most) {
      most = columns;
      best = separator;
    }
  }
  return best;
}

absl::StatusOr<Extracted> ExtractCsv(absl::string_view utf8, char separator,
                                     const ExtractLimits& limits) {
  if (separator == 0) separator = DetectSeparator(utf8);
  if (separator == 0) separator = ',';
  BlockWriter writer(limits);
  TableRows table;
  CsvRows rows(utf8, separator);
  CsvRow row;
  uint32_t number = 0;
  while (rows.Next(&row)) {
    ++number;
    const bool header = number == 1 && NamesColumns(row);
    table.BeginRow(row.line, absl::StrCat("row=", number));
    for (std::string& cell : row.cells) {
      table.AddCell(std::move(cell), header, 1, 1);
    }
  }
  table.Write(&writer);
  Extracted out;
  RETURN_IF_ERROR(writer.Finish(&out));
  out.format = separator == '\t' ? Format::kTsv : Format::kCsv;
  return out;
}

}  // namespace footnote
