#include "indexer/formats/pdf_layout.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "indexer/formats/block_writer.h"
#include "indexer/formats/pdf_page.h"
#include "indexer/formats/pdf_runs.h"
#include "indexer/formats/pdf_table.h"
#include "indexer/formats/pdf_tables.h"
#include "indexer/formats/table_rows.h"

namespace footnote {
namespace {

// Of the page's height: where headers and footers stand.
constexpr float kMarginShare = 0.1f;
// Headers repeat on so many pages, and on this share of them.
constexpr int kMinRepeats = 3;
constexpr float kRepeatShare = 0.4f;
constexpr float kHeadingScale = 1.15f;
constexpr size_t kMaxHeadingBytes = 200;
constexpr int kMaxHeadingLevels = 4;
// A longer cell that reaches over rows is not written again on each.
constexpr size_t kMaxRepeatedBytes = 120;
// Columns of a table that goes on over a page begin where they did.
constexpr float kSameEdge = 3;

// A table whose words have become text.
struct TextTable {
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
  std::shared_ptr<const TextTable> table;
};

// "D:20240501100000+02'00'" as 2024-05-01T10:00:00; other text as it is.
std::string DateOf(absl::string_view value) {
  if (!absl::ConsumePrefix(&value, "D:") || value.size() < 8) {
    return std::string(value);
  }
  for (size_t i = 0; i < std::min<size_t>(value.size(), 14); ++i) {
    if (!absl::ascii_isdigit(static_cast<unsigned char>(value[i]))) {
      return std::string(value);
    }
  }
  std::string out = absl::StrCat(value.substr(0, 4), "-", value.substr(4, 2),
                                 "-", value.substr(6, 2));
  if (value.size() >= 14) {
    absl::StrAppend(&out, "T", value.substr(8, 2), ":", value.substr(10, 2),
                    ":", value.substr(12, 2));
  }
  return out;
}

// `box`, of the page as it stands upright, on the page as it lies in the file.
PdfBox TurnBack(const PdfBox& box, const PdfPage& page) {
  switch (page.turn) {
    case 90:
      return {box.y0, page.width - box.x1, box.y1, page.width - box.x0};
    case 180:
      return {page.width - box.x1, page.height - box.y1, page.width - box.x0,
              page.height - box.y0};
    case 270:
      return {page.height - box.y1, box.x0, page.height - box.y0, box.x1};
    default:
      return box;
  }
}

// True when `b` stands on the line of `a`, beside it.
bool OnOneLine(const PdfWord& a, const PdfWord& b) {
  const float overlap =
      std::min(a.box.y1, b.box.y1) - std::max(a.box.y0, b.box.y0);
  const float height = std::min(a.box.height(), b.box.height());
  if (height <= 0 || overlap < height / 2) return false;
  const float size = std::max(a.size, b.size);
  // Columns stand further apart, and words of one line do not overlap.
  const float gap = std::max(b.box.x0 - a.box.x1, a.box.x0 - b.box.x1);
  return gap < 3 * size && gap > -size;
}

bool EndsSentence(absl::string_view word) {
  for (const absl::string_view close :
       {"\"", "'", ")", "]", "”", "’", "»", "」", "』", "）"}) {
    absl::ConsumeSuffix(&word, close);
  }
  for (const absl::string_view end :
       {".", "!", "?", ":", "…", "。", "！", "？", "؟", "।", "۔"}) {
    if (absl::EndsWith(word, end)) return true;
  }
  return false;
}

PdfLine MakeLine(uint32_t page, std::vector<PdfWord> words) {
  const bool has_right_to_left = std::any_of(
      words.begin(), words.end(),
      [](const PdfWord& word) { return HasRightToLeft(word.text); });
  const bool from_right = has_right_to_left && IsReadFromRight(words);
  // poppler's words come from the left, and its spaces too; recognised ones as
  // they are read.
  const bool turns = from_right && words.front().box.x0 < words.back().box.x0;
  if (from_right) {
    std::stable_sort(
        words.begin(), words.end(),
        [](const PdfWord& a, const PdfWord& b) { return a.box.x0 > b.box.x0; });
  }
  if (has_right_to_left) JoinRuns(from_right, &words);
  PdfLine line;
  line.page = page;
  line.box = words[0].box;
  size_t bold = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    const PdfWord& word = words[i];
    line.box.Add(word.box);
    line.size = std::max(line.size, word.size);
    bold += word.bold;
    if (i > 0) {
      const PdfBox& before = words[i - 1].box;
      const float gap =
          std::max(word.box.x0 - before.x1, before.x0 - word.box.x1);
      if (turns ? HasSpaceBetween(word, words[i - 1])
                : words[i - 1].space || gap > word.size * .15f) {
        line.text += " ";
      }
    }
    if (i == 0 || EndsSentence(words[i - 1].text)) {
      line.parts.push_back({line.text.size(), word.box});
    }
    line.parts.back().box.Add(word.box);
    line.text += word.text;
  }
  line.bold = bold == words.size();
  return line;
}

// Appends a line to a text; a hyphen at its end goes where the word goes on.
void AppendLine(absl::string_view line, std::string* text) {
  static constexpr absl::string_view kSoftHyphen = "\xC2\xAD";
  if (absl::EndsWith(*text, kSoftHyphen)) {
    text->resize(text->size() - kSoftHyphen.size());
  } else if (absl::EndsWith(*text, "-") && text->size() > 1 &&
             !absl::ascii_isspace((*text)[text->size() - 2]) && !line.empty() &&
             absl::ascii_islower(static_cast<unsigned char>(line[0]))) {
    text->pop_back();
  } else if (!text->empty()) {
    // A line break between Han or Kana is nothing; the writer knows.
    text->push_back('\n');
  }
  text->append(line.data(), line.size());
}

std::string CellText(const PdfPage& page, const PdfCell& cell) {
  std::string text;
  for (std::vector<size_t> line : cell.lines) {
    const bool from_right = std::any_of(
        line.begin(), line.end(),
        [&page](size_t i) { return HasRightToLeft(page.words[i].text); });
    if (from_right) std::sort(line.begin(), line.end());
    std::vector<PdfWord> words;
    for (size_t k = 0; k < line.size(); ++k) {
      words.push_back(page.words[line[k]]);
      if (k + 1 == line.size()) break;
      // Where poppler has one line end and another begin there is space, and
      // where a long word is drawn over the next.
      const PdfBox& box = words.back().box;
      if (line[k + 1] != line[k] + 1 ||
          page.words[line[k + 1]].box.x0 < box.x1 - words.back().size * .3f) {
        words.back().space = true;
      }
    }
    AppendLine(MakeLine(0, std::move(words)).text, &text);
  }
  return FoldWhiteSpace(text);
}

// True when each name of the header will stand before some cell.
bool HeaderIsUsed(const TextTable& table) {
  std::set<std::pair<size_t, std::string>> names;
  for (size_t r = 0; r < table.header_rows; ++r) {
    for (size_t c = 0; c < table.rows[r].cells.size(); ++c) {
      const std::string& name = table.rows[r].cells[c];
      if (name.empty()) continue;
      if (!names.insert({c, name}).second) return false;
      bool used = false;
      for (size_t b = table.header_rows; b < table.rows.size(); ++b) {
        for (size_t i = 0; i < table.rows[r].columns[c]; ++i) {
          const std::string& cell = table.rows[b].cells[c + i];
          used |= !cell.empty() && cell != name;
        }
      }
      if (!used) return false;
    }
  }
  return true;
}

TextTable MakeTable(const PdfPage& page, uint32_t number,
                    const PdfTable& table) {
  TextTable out;
  out.page = number;
  out.header_rows = table.header_rows;
  out.header_is_shown = table.header_is_shown;
  out.edges = table.edges;
  for (const PdfTableRow& row : table.rows) {
    TextTable::Row made;
    made.box = row.box;
    made.cells.resize(table.columns);
    made.columns.resize(table.columns, 1);
    made.rows.resize(table.columns, 1);
    for (const PdfCell& cell : row.cells) {
      made.cells[cell.column] = CellText(page, cell);
      made.columns[cell.column] = cell.columns;
      made.rows[cell.column] = cell.rows;
      out.tallest = std::max(out.tallest, cell.rows);
    }
    out.rows.push_back(std::move(made));
  }
  if (!HeaderIsUsed(out)) out.header_rows = 0;
  return out;
}

PdfLine MakeTableLine(const PdfPage& page, uint32_t number,
                      const PdfTable& table) {
  auto made = std::make_shared<TextTable>(MakeTable(page, number, table));
  PdfLine line;
  line.page = number;
  line.box = table.box;
  for (const TextTable::Row& row : made->rows) {
    for (const std::string& cell : row.cells) {
      if (cell.empty()) continue;
      if (!line.text.empty()) line.text += " ";
      line.text += cell;
    }
  }
  line.size = page.words[table.rows.back().cells[0].lines[0][0]].size;
  line.table = std::move(made);
  return line;
}

// The lines and tables of a page in reading order: a table stands where its
// first word does.
std::vector<PdfLine> LinesOf(const PdfPage& page, uint32_t number) {
  const std::vector<PdfTable> tables = FindPdfTables(page);
  constexpr size_t kNone = static_cast<size_t>(-1);
  std::vector<size_t> table_of(page.words.size(), kNone);
  for (size_t t = 0; t < tables.size(); ++t) {
    for (const PdfTableRow& row : tables[t].rows) {
      for (const PdfCell& cell : row.cells) {
        for (const std::vector<size_t>& line : cell.lines) {
          for (const size_t word : line) table_of[word] = t;
        }
      }
    }
  }
  std::vector<PdfLine> lines;
  std::vector<PdfWord> words;
  const auto end_line = [&] {
    if (!words.empty()) lines.push_back(MakeLine(number, std::move(words)));
    words.clear();
  };
  size_t next_table = 0;
  for (size_t i = 0; i < page.words.size(); ++i) {
    if (table_of[i] != kNone) {
      end_line();
      if (table_of[i] != next_table) continue;
      lines.push_back(MakeTableLine(page, number, tables[next_table++]));
      continue;
    }
    if (!words.empty() && !OnOneLine(words.back(), page.words[i])) end_line();
    words.push_back(page.words[i]);
  }
  end_line();
  return lines;
}

// Letters as they are, runs of digits as one '#'; no white space.
std::string Shape(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == ' ') continue;
    if (!absl::ascii_isdigit(static_cast<unsigned char>(c))) {
      out.push_back(c);
    } else if (out.empty() || out.back() != '#') {
      out.push_back('#');
    }
  }
  return out;
}

bool InMargin(const PdfLine& line, const PdfPage& page) {
  return line.box.y1 < page.height * kMarginShare ||
         line.box.y0 > page.height * (1 - kMarginShare);
}

// Takes out headers and footers.
void DropRepeated(const PdfFile& file,
                  std::vector<std::vector<PdfLine>>* pages) {
  std::map<std::string, int> shapes;
  for (size_t i = 0; i < pages->size(); ++i) {
    std::set<std::string> seen;
    for (const PdfLine& line : (*pages)[i]) {
      if (InMargin(line, file.pages[i])) seen.insert(Shape(line.text));
    }
    for (const std::string& shape : seen) ++shapes[shape];
  }
  const int least = std::max(
      kMinRepeats,
      static_cast<int>(static_cast<float>(pages->size()) * kRepeatShare));
  for (size_t i = 0; i < pages->size(); ++i) {
    std::vector<PdfLine>& lines = (*pages)[i];
    lines.erase(std::remove_if(lines.begin(), lines.end(),
                               [&](const PdfLine& line) {
                                 return InMargin(line, file.pages[i]) &&
                                        shapes[Shape(line.text)] >= least;
                               }),
                lines.end());
  }
}

// The type size of most characters.
float BodySize(const std::vector<PdfLine>& lines) {
  std::map<int, size_t> bytes;
  for (const PdfLine& line : lines) {
    bytes[static_cast<int>(std::lround(line.size * 2))] += line.text.size();
  }
  int best = 0;
  size_t most = 0;
  for (const auto& entry : bytes) {
    if (entry.second > most) {
      most = entry.second;
      best = entry.first;
    }
  }
  return static_cast<float>(best) / 2;
}

class PdfWriter {
 public:
  PdfWriter(PdfFile file, const ExtractLimits& limits)
      : file_(std::move(file)), writer_(limits) {}

  absl::StatusOr<Extracted> Write() {
    std::vector<std::vector<PdfLine>> pages;
    for (size_t i = 0; i < file_.pages.size(); ++i) {
      pages.push_back(LinesOf(file_.pages[i], static_cast<uint32_t>(i + 1)));
      file_.pages[i].words = {};
    }
    DropRepeated(file_, &pages);
    std::vector<PdfLine> lines;
    for (std::vector<PdfLine>& page : pages) {
      std::move(page.begin(), page.end(), std::back_inserter(lines));
    }
    body_size_ = BodySize(lines);
    FindHeadingSizes(lines);
    if (!file_.outline.empty()) {
      for (const PdfLine& line : lines) shapes_.push_back(Shape(line.text));
      for (const auto& entry : file_.outline) {
        titles_.push_back(Shape(entry.second));
      }
    }
    for (size_t i = 0; i < lines.size();) i = WriteBlock(lines, i);
    Extracted out;
    RETURN_IF_ERROR(writer_.Finish(&out));
    out.format = Format::kPdf;
    for (const auto& property : file_.properties) {
      if (property.first == "title") {
        out.title = property.second;
      } else {
        const bool date =
            property.first == "created" || property.first == "modified";
        out.metadata.emplace_back(
            property.first, date ? DateOf(property.second) : property.second);
      }
    }
    return out;
  }

 private:
  void FindHeadingSizes(const std::vector<PdfLine>& lines) {
    std::set<int, std::greater<int>> sizes;
    for (const PdfLine& line : lines) {
      if (IsLarge(line)) sizes.insert(static_cast<int>(std::lround(line.size)));
    }
    int level = 0;
    for (const int size : sizes) {
      level = std::min(level + 1, kMaxHeadingLevels);
      levels_[size] = level;
    }
  }

  bool IsLarge(const PdfLine& line) const {
    return line.table == nullptr && line.size > body_size_ * kHeadingScale &&
           line.text.size() <= kMaxHeadingBytes;
  }

  // The level of the heading that the lines from `i` on are, and how many they
  // are; 0 when they are none.
  int HeadingAt(const std::vector<PdfLine>& lines, size_t i,
                size_t* count) const {
    *count = 1;
    if (lines[i].table != nullptr) return 0;
    if (!file_.outline.empty()) {
      // Titles are looked for in their order, a few ahead: not each is there.
      constexpr size_t kAhead = 5;
      std::string text;
      for (size_t n = 0; n < 3 && i + n < lines.size(); ++n) {
        if (lines[i + n].table != nullptr) break;
        text += shapes_[i + n];
        for (size_t t = next_title_;
             t < std::min(next_title_ + kAhead, titles_.size()); ++t) {
          if (titles_[t].empty() || !SameTitle(text, titles_[t])) continue;
          *count = n + 1;
          next_title_ = t + 1;
          return std::max(file_.outline[t].first, 1);
        }
      }
      return 0;
    }
    if (!IsLarge(lines[i])) return 0;
    while (i + *count < lines.size() && *count < 3 &&
           std::fabs(lines[i + *count].size - lines[i].size) < .5f &&
           Continues(lines[i + *count - 1], lines[i + *count])) {
      ++*count;
    }
    return levels_.at(static_cast<int>(std::lround(lines[i].size)));
  }

  // Chapter numbers may be in one and not in the other.
  static bool SameTitle(absl::string_view text, absl::string_view title) {
    const auto bare = [](absl::string_view shape) {
      const size_t at = shape.find_first_not_of("#.");
      return at == absl::string_view::npos ? shape : shape.substr(at);
    };
    return bare(text) == bare(title);
  }

  // True when `next` goes on with the paragraph of `line`.
  bool Continues(const PdfLine& line, const PdfLine& next) const {
    if (line.table != nullptr || next.table != nullptr) return false;
    if (std::fabs(line.size - next.size) > line.size * .12f) return false;
    if (line.page != next.page) return GoesOn(line.text, next.text);
    const float step = next.box.y0 - line.box.y0;
    if (step <= 0) return GoesOn(line.text, next.text);  // the next column
    if (step > line.box.height() * 1.75f) return false;
    // An indent begins a paragraph.
    const bool left = !HasRightToLeft(next.text);
    const float indent =
        left ? next.box.x0 - line.box.x0 : line.box.x1 - next.box.x1;
    return indent < line.size * .9f || GoesOn(line.text, next.text);
  }

  // Over a page or column: no end of a sentence, and no new one.
  static bool GoesOn(absl::string_view text, absl::string_view next) {
    return !text.empty() && !next.empty() &&
           (absl::EndsWith(text, "-") || absl::EndsWith(text, ",") ||
            absl::ascii_islower(static_cast<unsigned char>(next[0])));
  }

  static bool IsItem(absl::string_view text) {
    for (absl::string_view bullet : {"•", "–", "▪", "◦", "‣", "●", "-"}) {
      if (absl::StartsWith(text, absl::StrCat(bullet, " "))) return true;
    }
    size_t digits = 0;
    while (digits < text.size() && absl::ascii_isdigit(text[digits])) ++digits;
    return digits > 0 && digits <= 2 && text.size() > digits + 1 &&
           (text[digits] == '.' || text[digits] == ')') &&
           text[digits + 1] == ' ';
  }

  // "page=3&box=72,90,540,120".
  std::string PlaceOf(uint32_t page, const PdfBox& box) const {
    return absl::StrCat("page=", page, "&box=", BoxText(page, box));
  }

  std::string BoxText(uint32_t page, const PdfBox& upright) const {
    const PdfBox box = TurnBack(upright, file_.pages[page - 1]);
    return absl::StrCat(std::lround(std::floor(box.x0)), ",",
                        std::lround(std::floor(box.y0)), ",",
                        std::lround(std::ceil(box.x1)), ",",
                        std::lround(std::ceil(box.y1)));
  }

  // True when the table at `i` goes on with the one that ends the page before,
  // so that the header of `named_` stands for it too.
  bool GoesOnOverPage(const std::vector<PdfLine>& lines, size_t i) const {
    if (named_ == nullptr) return false;
    size_t before = i;
    do {
      if (before == 0) return false;
      --before;
    } while (lines[before].table == nullptr &&
             InMargin(lines[before], file_.pages[lines[before].page - 1]));
    if (lines[before].table == nullptr ||
        lines[before].page + 1 != lines[i].page) {
      return false;
    }
    const TextTable& last = *lines[before].table;
    const TextTable& table = *lines[i].table;
    if (table.header_is_shown || last.edges.size() != table.edges.size()) {
      return false;
    }
    // A header is drawn again; or another, which no page shows to be one
    // either.
    if (table.header_rows > 0 &&
        (!named_->header_is_shown ||
         named_->rows[0].cells == table.rows[0].cells)) {
      return false;
    }
    for (size_t c = 0; c < table.edges.size(); ++c) {
      if (std::fabs(last.edges[c] - table.edges[c]) > kSameEdge) return false;
    }
    return true;
  }

  static void AddCells(const TextTable& table, size_t r, bool header,
                       TableRows* out) {
    const TextTable::Row& row = table.rows[r];
    for (size_t c = 0; c < row.cells.size();) {
      if (!row.cells[c].empty()) {
        out->AddCell(row.cells[c], header, static_cast<int>(row.columns[c]), 1);
        c += row.columns[c];
        continue;
      }
      // What reaches down to here.
      std::string above;
      for (size_t up = 1; up <= r && up < table.tallest; ++up) {
        const TextTable::Row& other = table.rows[r - up];
        if (other.cells[c].empty()) continue;
        if (other.rows[c] > up && other.cells[c].size() <= kMaxRepeatedBytes) {
          above = other.cells[c];
        }
        break;
      }
      out->AddCell(above, header, 1, 1);
      ++c;
    }
  }

  void WriteTable(const std::vector<PdfLine>& lines, size_t i) {
    const PdfLine& line = lines[i];
    const TextTable& table = *line.table;
    TableRows out;
    const bool goes_on = GoesOnOverPage(lines, i);
    if (!goes_on) named_ = table.header_rows > 0 ? line.table : nullptr;
    std::string head;
    if (named_ != nullptr) {
      const TextTable& named = *named_;
      PdfBox box = named.rows[0].box;
      for (size_t r = 0; r < named.header_rows; ++r) {
        box.Add(named.rows[r].box);
        out.BeginRow(named.page);
        AddCells(named, r, true, &out);
      }
      head =
          absl::StrCat(goes_on ? absl::StrCat("&head_page=", named.page) : "",
                       "&head=", BoxText(named.page, box));
    }
    for (size_t r = goes_on ? 0 : table.header_rows; r < table.rows.size();
         ++r) {
      out.BeginRow(line.page,
                   absl::StrCat(PlaceOf(line.page, table.rows[r].box), head));
      AddCells(table, r, false, &out);
    }
    out.Write(&writer_);
  }

  size_t WriteBlock(const std::vector<PdfLine>& lines, size_t i) {
    if (lines[i].table != nullptr) {
      WriteTable(lines, i);
      return i + 1;
    }
    size_t count;
    const int level = HeadingAt(lines, i, &count);
    size_t end = i + count;
    if (level == 0) {
      while (end < lines.size() && Continues(lines[end - 1], lines[end]) &&
             !IsItem(lines[end].text)) {
        size_t ignored;
        const size_t title = next_title_;
        const bool heading = HeadingAt(lines, end, &ignored) != 0;
        next_title_ = title;
        if (heading) break;
        ++end;
      }
    }
    PdfBox box = lines[i].box;
    for (size_t n = i + 1; n < end; ++n) {
      // In one column.
      if (lines[n].page == lines[i].page) box.Add(lines[n].box);
    }
    writer_.SetPlace(PlaceOf(lines[i].page, box));
    writer_.Begin(level > 0               ? BlockKind::kHeading
                  : IsItem(lines[i].text) ? BlockKind::kListItem
                                          : BlockKind::kParagraph,
                  lines[i].page);
    if (level > 0) writer_.SetHeading(level, "");
    WriteLines(lines, i, end);
    writer_.End();
    return end;
  }

  // The text of lines [begin, end), each part of it with its place.
  void WriteLines(const std::vector<PdfLine>& lines, size_t begin, size_t end) {
    std::string text;
    std::vector<PdfLine::Part> parts;
    std::vector<uint32_t> pages;
    for (size_t n = begin; n < end; ++n) {
      AppendLine(lines[n].text, &text);
      const size_t at = text.size() - lines[n].text.size();
      for (const PdfLine::Part& part : lines[n].parts) {
        parts.push_back({at + part.begin, part.box});
        pages.push_back(lines[n].page);
      }
    }
    for (size_t k = 0; k < parts.size(); ++k) {
      const size_t next =
          k + 1 < parts.size() ? parts[k + 1].begin : text.size();
      writer_.StartPart(pages[k], PlaceOf(pages[k], parts[k].box));
      writer_.Text(absl::string_view(text).substr(parts[k].begin,
                                                  next - parts[k].begin));
    }
  }

  PdfFile file_;
  BlockWriter writer_;
  // Shapes of the lines and of the outline's titles, where there is an outline.
  std::vector<std::string> shapes_;
  std::vector<std::string> titles_;
  float body_size_ = 0;
  std::map<int, int> levels_;
  mutable size_t next_title_ = 0;
  // The table whose header names the columns of the last one; null where it
  // has no names.
  std::shared_ptr<const TextTable> named_;
};

}  // namespace

absl::StatusOr<Extracted> ExtractPdfPages(absl::string_view pages,
                                          const ExtractLimits& limits) {
  ASSIGN_OR_RETURN(PdfFile file, ParsePdfPages(pages));
  const size_t page_count = file.pages.size();
  ASSIGN_OR_RETURN(Extracted out, PdfWriter(std::move(file), limits).Write());
  if (out.text.empty()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "PDF: no text on its ", page_count,
        " pages, want text (scanned pages are read with --ocr LANGUAGES)"));
  }
  return out;
}

}  // namespace footnote
