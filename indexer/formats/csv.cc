#include "indexer/formats/csv.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "indexer/formats/block_writer.h"

namespace footnote {
namespace {

constexpr char kSeparators[] = {'\t', ';', ','};
constexpr size_t kRowsToJudge = 12;
constexpr size_t kBytesToJudge = 64 << 10;
constexpr size_t kMeanCellBytes = 60;

// A row's cells, folded, one behind the other: a file may be of nothing but
// separators, and an empty cell is to take no more room than one.
class CsvRow {
 public:
  void Begin(uint32_t line) {
    line_ = line;
    text_.clear();
    ends_.clear();
  }
  void Add(absl::string_view cell) {
    text_.append(cell.data(), cell.size());
    ends_.push_back(static_cast<uint32_t>(text_.size()));
  }

  uint32_t line() const { return line_; }
  // Cells, and the bytes in them.
  size_t size() const { return ends_.size(); }
  size_t bytes() const { return text_.size(); }
  absl::string_view cell(size_t i) const {
    const size_t begin = i == 0 ? 0 : ends_[i - 1];
    return absl::string_view(text_).substr(begin, ends_[i] - begin);
  }

 private:
  uint32_t line_ = 0;
  std::string text_;
  std::vector<uint32_t> ends_;
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
    row->Begin(line_);
    while (TakeCell(row)) {
    }
    return true;
  }

 private:
  // True when another cell follows in the row.
  bool TakeCell(CsvRow* row) {
    cell_.clear();
    bool quoted = at_ < text_.size() && text_[at_] == '"';
    if (quoted) ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (quoted) {
        ++at_;
        line_ += c == '\n';
        if (c != '"') {
          cell_.push_back(c);
        } else if (at_ < text_.size() && text_[at_] == '"') {
          cell_.push_back('"');
          ++at_;
        } else {
          quoted = false;
        }
        continue;
      }
      if (c == separator_ || c == '\n') break;
      if (c != '\r') cell_.push_back(c);
      ++at_;
    }
    row->Add(FoldWhiteSpace(cell_));
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
  std::string cell_;
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
    if (count++ == 0) columns = one.size();
    if (one.size() != columns) return 0;
    bytes += one.bytes();
  }
  const size_t least = separator == ',' ? 3 : 2;
  if (count < 3 || columns < least ||
      bytes > count * columns * kMeanCellBytes) {
    return 0;
  }
  return columns;
}

bool NamesColumns(const CsvRow& row) {
  for (size_t c = 0; c < row.size(); ++c) {
    double number;
    if (row.cell(c).empty() || absl::SimpleAtod(row.cell(c), &number)) {
      return false;
    }
  }
  return row.size() > 1;
}

// "Name: cell | Name: cell". False for a row that holds nothing.
bool WriteRow(const CsvRow& row, uint32_t number, const CsvRow& names,
              BlockWriter* writer) {
  if (row.bytes() == 0) return false;
  writer->SetPlace(absl::StrCat("row=", number));
  writer->Begin(BlockKind::kTableRow, row.line());
  const char* separator = "";
  for (size_t c = 0; c < row.size(); ++c) {
    const absl::string_view cell = row.cell(c);
    if (cell.empty()) continue;
    writer->Text(separator);
    if (c < names.size() && names.cell(c) != cell) {
      writer->Text(names.cell(c));
      writer->Text(": ");
    }
    writer->Text(cell);
    separator = " | ";
  }
  return true;
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
  CsvRows rows(utf8, separator);
  CsvRow names, row;
  bool any = false;
  for (uint32_t number = 1; !writer.full() && rows.Next(&row); ++number) {
    if (number == 1 && NamesColumns(row)) {
      names = std::move(row);
    } else {
      any = WriteRow(row, number, names, &writer) || any;
    }
  }
  // Names that nothing follows are a line of their own.
  if (!any) WriteRow(names, 1, CsvRow(), &writer);
  Extracted out;
  RETURN_IF_ERROR(writer.Finish(&out));
  out.format = separator == '\t' ? Format::kTsv : Format::kCsv;
  return out;
}

}  // namespace footnote
