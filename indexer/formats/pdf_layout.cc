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
#include "indexer/formats/pdf_lines.h"
#include "indexer/formats/pdf_page.h"
#include "indexer/formats/pdf_runs.h"
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

// What programs put where nobody gave a title: "Microsoft Word - Report.docx".
bool IsFileName(absl::string_view title) {
  constexpr absl::string_view kEndings[] = {
      ".doc", ".docx", ".dvi", ".htm",  ".html", ".indd",
      ".odt", ".pdf",  ".ppt", ".pptx", ".ps",   ".qxd",
      ".rtf", ".tex",  ".txt", ".xls",  ".xlsx"};
  return std::any_of(std::begin(kEndings), std::end(kEndings),
                     [&](absl::string_view ending) {
                       return absl::EndsWithIgnoreCase(title, ending);
                     });
}

class PdfWriter {
 public:
  PdfWriter(PdfFile file, const ExtractLimits& limits)
      : file_(std::move(file)), writer_(limits) {}

  absl::StatusOr<Extracted> Write() {
    std::vector<std::vector<PdfLine>> pages;
    for (size_t i = 0; i < file_.pages.size(); ++i) {
      pages.push_back(PdfLinesOf(file_.pages[i], static_cast<uint32_t>(i + 1)));
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
        if (!IsFileName(property.second)) out.title = property.second;
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
    const PdfTextTable& last = *lines[before].table;
    const PdfTextTable& table = *lines[i].table;
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

  static void AddCells(const PdfTextTable& table, size_t r, bool header,
                       TableRows* out) {
    const PdfTextTable::Row& row = table.rows[r];
    for (size_t c = 0; c < row.cells.size();) {
      if (!row.cells[c].empty()) {
        out->AddCell(row.cells[c], header, static_cast<int>(row.columns[c]), 1);
        c += row.columns[c];
        continue;
      }
      // What reaches down to here.
      std::string above;
      for (size_t up = 1; up <= r && up < table.tallest; ++up) {
        const PdfTextTable::Row& other = table.rows[r - up];
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
    const PdfTextTable& table = *line.table;
    TableRows out;
    const bool goes_on = GoesOnOverPage(lines, i);
    if (!goes_on) named_ = table.header_rows > 0 ? line.table : nullptr;
    std::string head;
    if (named_ != nullptr) {
      const PdfTextTable& named = *named_;
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
      AppendPdfLine(lines[n].text, &text);
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
  std::shared_ptr<const PdfTextTable> named_;
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
