#include "indexer/formats/xlsx.h"

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/civil_time.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "indexer/formats/block_writer.h"
#include "indexer/formats/table_rows.h"
#include "indexer/formats/xml_part.h"

namespace footnote {
namespace {

constexpr char kWorkbook[] = "xl/workbook.xml";
// Excel's own limit.
constexpr int kMaxColumns = 16384;
// Empty cells in a row that are kept as columns of their own.
constexpr int kMaxGap = 256;

struct CellPlace {
  int column = -1;  // from 0
  uint32_t row = 0;
};

// "BC12"
CellPlace ParsePlace(absl::string_view name) {
  CellPlace place;
  int column = 0;
  size_t i = 0;
  for (; i < name.size() && absl::ascii_isupper(name[i]); ++i) {
    column = column * 26 + (name[i] - 'A' + 1);
    if (column > kMaxColumns) return place;
  }
  if (i == 0 || !absl::SimpleAtoi(name.substr(i), &place.row)) return place;
  place.column = column - 1;
  return place;
}

std::string ColumnName(int column) {
  std::string out;
  for (++column; column > 0; column = (column - 1) / 26) {
    out.insert(out.begin(), static_cast<char>('A' + (column - 1) % 26));
  }
  return out;
}

// True when a number format shows dates: a y, d or h outside quotes, brackets
// and escapes.
bool IsDateFormat(absl::string_view format) {
  bool quoted = false;
  for (size_t i = 0; i < format.size(); ++i) {
    const char c = absl::ascii_tolower(static_cast<unsigned char>(format[i]));
    if (c == '"') quoted = !quoted;
    if (quoted) continue;
    if (c == '\\' || c == '_') {
      ++i;
    } else if (c == '[') {
      i = std::min(format.find(']', i), format.size());
    } else if (c == 'y' || c == 'd' || c == 'h') {
      return true;
    }
  }
  return false;
}

bool IsBuiltInDate(int id) {
  return (id >= 14 && id <= 22) || (id >= 27 && id <= 36) ||
         (id >= 45 && id <= 47) || (id >= 50 && id <= 58);
}

// Days since the end of 1899 (Excel thinks that 1900 had a February 29), or
// since 1904-01-01.
std::string DateText(double serial, bool from_1904) {
  if (!(serial >= 0 && serial < 3000000)) return "";
  const int64_t days = static_cast<int64_t>(std::floor(serial));
  const int64_t seconds =
      std::llround((serial - static_cast<double>(days)) * 86400);
  const absl::CivilDay begin = from_1904   ? absl::CivilDay(1904, 1, 1)
                               : days < 60 ? absl::CivilDay(1899, 12, 31)
                                           : absl::CivilDay(1899, 12, 30);
  const absl::CivilSecond moment = absl::CivilSecond(begin + days) + seconds;
  const std::string time = absl::StrFormat("%02d:%02d:%02d", moment.hour(),
                                           moment.minute(), moment.second());
  if (days == 0 && !from_1904) return time;
  const std::string date = absl::StrFormat("%04d-%02d-%02d", moment.year(),
                                           moment.month(), moment.day());
  return seconds == 0 ? date : absl::StrCat(date, " ", time);
}

// As people see it: 0.1, not 0.10000000000000001.
std::string NumberText(absl::string_view value) {
  double number;
  if (!absl::SimpleAtod(value, &number)) return std::string(value);
  return absl::StrFormat("%.15g", number);
}

class XlsxReader {
 public:
  XlsxReader(const ZipParts& parts, const ExtractLimits& limits)
      : parts_(parts), limits_(limits), writer_(limits) {}

  absl::StatusOr<Extracted> Read() {
    ASSIGN_OR_RETURN(const auto workbook,
                     ParsePart(parts_, kWorkbook, limits_));
    const pugi::xml_node root = workbook->document_element();
    const absl::string_view date1904 =
        AttributeOf(ChildOf(root, "workbookPr"), "date1904");
    from_1904_ = date1904 == "1" || date1904 == "true";
    ReadSharedStrings();
    ReadFormats();
    const auto relations = RelationsOf(parts_, kWorkbook, limits_);
    for (const pugi::xml_node& sheet : ChildOf(root, "sheets").children()) {
      std::string id;
      for (const pugi::xml_attribute& attribute : sheet.attributes()) {
        if (absl::EndsWith(attribute.name(), ":id")) id = attribute.value();
      }
      const auto part = relations.find(id);
      if (part == relations.end() || parts_.count(part->second) == 0) continue;
      RETURN_IF_ERROR(OnSheet(part->second,
                              ReplaceInvalidUtf8(AttributeOf(sheet, "name"))));
    }
    Extracted out;
    RETURN_IF_ERROR(writer_.Finish(&out));
    out.format = Format::kXlsx;
    const auto core = ParsePart(parts_, "docProps/core.xml", limits_);
    if (core.ok()) ReadDublinCore((*core)->document_element(), &out);
    return out;
  }

 private:
  void ReadSharedStrings() {
    const auto strings = ParsePart(parts_, "xl/sharedStrings.xml", limits_);
    if (!strings.ok()) return;
    for (const pugi::xml_node& item :
         (*strings)->document_element().children()) {
      if (LocalName(item) == "si") strings_.push_back(StringOf(item));
    }
  }

  // The runs of a string, without the readings of its characters.
  static std::string StringOf(const pugi::xml_node& item) {
    std::string out;
    WalkElements(item, [&out](const pugi::xml_node& node) {
      const absl::string_view name = LocalName(node);
      if (name == "t") out += ReplaceInvalidUtf8(node.text().get());
      return name != "rPh";
    });
    return FoldWhiteSpace(out);
  }

  void ReadFormats() {
    const auto styles = ParsePart(parts_, "xl/styles.xml", limits_);
    if (!styles.ok()) return;
    const pugi::xml_node root = (*styles)->document_element();
    std::set<int> dates;
    for (const pugi::xml_node& format : ChildOf(root, "numFmts").children()) {
      int id;
      if (absl::SimpleAtoi(AttributeOf(format, "numFmtId"), &id) &&
          IsDateFormat(AttributeOf(format, "formatCode"))) {
        dates.insert(id);
      }
    }
    for (const pugi::xml_node& style : ChildOf(root, "cellXfs").children()) {
      int id = 0;
      is_date_.push_back(
          absl::SimpleAtoi(AttributeOf(style, "numFmtId"), &id) &&
          (IsBuiltInDate(id) || dates.count(id) > 0));
    }
  }

  absl::Status OnSheet(const std::string& part, const std::string& name) {
    ASSIGN_OR_RETURN(const auto sheet, ParsePart(parts_, part, limits_));
    writer_.LeaveTo(0);
    writer_.SetPlace(name);
    writer_.Begin(BlockKind::kHeading, 1);
    writer_.SetHeading(1, name);
    writer_.Text(name);
    writer_.End();
    TableRows rows;
    bool header = true;
    uint32_t row_number = 0;
    const pugi::xml_node data = ChildOf(sheet->document_element(), "sheetData");
    for (const pugi::xml_node& row : data.children()) {
      if (LocalName(row) != "row") continue;
      uint32_t given = 0;
      row_number = absl::SimpleAtoi(AttributeOf(row, "r"), &given)
                       ? given
                       : row_number + 1;
      header = OnRow(row, name, row_number, header, &rows) && header;
    }
    rows.Write(&writer_);
    return absl::OkStatus();
  }

  // True when the row held nothing.
  bool OnRow(const pugi::xml_node& row, const std::string& sheet,
             uint32_t number, bool header, TableRows* rows) {
    std::vector<std::string> cells;
    int first = -1, last = -1;
    for (const pugi::xml_node& cell : row.children()) {
      if (LocalName(cell) != "c") continue;
      int column = ParsePlace(AttributeOf(cell, "r")).column;
      if (column < 0) column = static_cast<int>(cells.size());
      const std::string text = CellText(cell);
      if (text.empty() || column >= kMaxColumns) continue;
      if (first < 0) first = column;
      // What lies far to the right of all else is put beside it.
      const int place =
          std::min(column, static_cast<int>(cells.size()) + kMaxGap);
      if (static_cast<int>(cells.size()) <= place) cells.resize(place + 1);
      cells[place] = text;
      last = column;
    }
    if (first < 0) return true;
    rows->BeginRow(number, absl::StrCat(sheet, "!", ColumnName(first), number,
                                        ":", ColumnName(last), number));
    for (std::string& cell : cells)
      rows->AddCell(std::move(cell), header, 1, 1);
    return false;
  }

  std::string CellText(const pugi::xml_node& cell) const {
    const absl::string_view type = AttributeOf(cell, "t");
    if (type == "inlineStr") return StringOf(ChildOf(cell, "is"));
    const std::string value = TextBelow(ChildOf(cell, "v"));
    if (type == "s") {
      size_t index;
      return absl::SimpleAtoi(value, &index) && index < strings_.size()
                 ? strings_[index]
                 : "";
    }
    if (type == "b")
      return value.empty() ? "" : value == "0" ? "FALSE" : "TRUE";
    if (type == "str" || type == "e" || type == "d") return value;
    size_t style = 0;
    double serial;
    if (absl::SimpleAtoi(AttributeOf(cell, "s"), &style) &&
        style < is_date_.size() && is_date_[style] &&
        absl::SimpleAtod(value, &serial)) {
      return DateText(serial, from_1904_);
    }
    return NumberText(value);
  }

  const ZipParts& parts_;
  const ExtractLimits limits_;
  BlockWriter writer_;
  std::vector<std::string> strings_;
  std::vector<bool> is_date_;  // by cell style
  bool from_1904_ = false;
};

}  // namespace

absl::StatusOr<Extracted> ExtractXlsx(const ZipParts& parts,
                                      const ExtractLimits& limits) {
  return XlsxReader(parts, limits).Read();
}

}  // namespace footnote
