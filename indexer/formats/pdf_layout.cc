#include "indexer/formats/pdf_layout.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "indexer/formats/block_writer.h"

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
constexpr float kMaxCoordinate = 1e6f;

struct Box {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;

  float height() const { return y1 - y0; }
  void Add(const Box& other) {
    x0 = std::min(x0, other.x0);
    y0 = std::min(y0, other.y0);
    x1 = std::max(x1, other.x1);
    y1 = std::max(y1, other.y1);
  }
};

struct PdfWord {
  Box box;
  float size = 0;
  bool bold = false;
  bool space = false;
  std::string text;
};

struct PdfLine {
  uint32_t page = 0;  // from 1
  Box box;
  float size = 0;
  bool bold = false;
  std::string text;
};

struct PdfPage {
  float width = 0;
  float height = 0;
  // Degrees, clockwise, that made it stand upright.
  int turn = 0;
  std::vector<PdfWord> words;
};

struct PdfFile {
  std::vector<PdfPage> pages;
  std::vector<std::pair<int, std::string>> outline;
  std::vector<std::pair<std::string, std::string>> properties;
};

// Takes the next field off `line`.
absl::string_view TakeField(absl::string_view* line) {
  const size_t end = std::min(line->find(' '), line->size());
  const absl::string_view field = line->substr(0, end);
  line->remove_prefix(std::min(end + 1, line->size()));
  return field;
}

// Numbers as footnote-pdf writes them: up to five digits, a point, a digit.
bool ReadTenths(absl::string_view field, float* value) {
  const bool negative = absl::ConsumePrefix(&field, "-");
  if (field.size() < 3 || field.size() > 7 || field[field.size() - 2] != '.') {
    return false;
  }
  int tenths = 0;
  for (size_t i = 0; i < field.size(); ++i) {
    if (i == field.size() - 2) continue;
    if (!absl::ascii_isdigit(static_cast<unsigned char>(field[i]))) {
      return false;
    }
    tenths = tenths * 10 + (field[i] - '0');
  }
  *value = static_cast<float>((negative ? -tenths : tenths) / 10.0);
  return true;
}

float TakeNumber(absl::string_view* line) {
  const absl::string_view field = TakeField(line);
  float value = 0;
  if (ReadTenths(field, &value)) return value;
  if (!absl::SimpleAtof(field, &value) ||
      !(std::fabs(value) < kMaxCoordinate)) {
    return 0;
  }
  return value;
}

absl::StatusOr<PdfFile> ParsePages(absl::string_view bytes) {
  PdfFile file;
  while (!bytes.empty()) {
    const size_t end = std::min(bytes.find('\n'), bytes.size());
    absl::string_view line = bytes.substr(0, end);
    bytes.remove_prefix(std::min(end + 1, bytes.size()));
    const absl::string_view kind = TakeField(&line);
    if (kind == "E") return PageRefusal(line);
    if (kind == "M") {
      std::string key = ReplaceInvalidUtf8(TakeField(&line));
      file.properties.emplace_back(std::move(key), ReplaceInvalidUtf8(line));
    } else if (kind == "T") {
      const int depth = static_cast<int>(TakeNumber(&line));
      file.outline.emplace_back(depth, ReplaceInvalidUtf8(line));
    } else if (kind == "P") {
      PdfPage page;
      page.width = TakeNumber(&line);
      page.height = TakeNumber(&line);
      file.pages.push_back(std::move(page));
    } else if (kind == "R" && !file.pages.empty()) {
      const float turn = TakeNumber(&line);
      for (const int known : {90, 180, 270}) {
        if (turn == static_cast<float>(known)) file.pages.back().turn = known;
      }
    } else if (kind == "W" && !file.pages.empty()) {
      PdfWord word;
      word.box.x0 = TakeNumber(&line);
      word.box.y0 = TakeNumber(&line);
      word.box.x1 = std::max(TakeNumber(&line), word.box.x0);
      word.box.y1 = std::max(TakeNumber(&line), word.box.y0);
      word.size = TakeNumber(&line);
      word.bold = TakeField(&line) == "1";
      word.space = TakeField(&line) == "1";
      word.text = ReplaceInvalidUtf8(line);
      if (word.size <= 0) word.size = word.box.height();
      file.pages.back().words.push_back(std::move(word));
    }
  }
  return file;
}

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

bool IsRightToLeft(char32_t c) {
  return (c >= 0x0590 && c <= 0x08FF) || (c >= 0xFB1D && c <= 0xFDFF) ||
         (c >= 0xFE70 && c <= 0xFEFF);
}

bool IsRightToLeft(absl::string_view text) {
  for (size_t at = 0; at < text.size();) {
    int length;
    if (IsRightToLeft(DecodeUtf8(text, at, &length))) return true;
    at += length;
  }
  return false;
}

// `box`, of the page as it stands upright, on the page as it lies in the file.
Box TurnBack(const Box& box, const PdfPage& page) {
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

PdfLine MakeLine(uint32_t page, std::vector<PdfWord> words) {
  size_t right_to_left = 0;
  for (const PdfWord& word : words) right_to_left += IsRightToLeft(word.text);
  const bool from_right = right_to_left * 2 > words.size();
  // poppler's words come from the left, and its spaces too; recognised ones as
  // they are read.
  const bool turns = from_right && words.front().box.x0 < words.back().box.x0;
  if (from_right) {
    std::stable_sort(
        words.begin(), words.end(),
        [](const PdfWord& a, const PdfWord& b) { return a.box.x0 > b.box.x0; });
  }
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
      const Box& before = words[i - 1].box;
      const float gap =
          std::max(word.box.x0 - before.x1, before.x0 - word.box.x1);
      // Where letters are drawn one by one from the right, poppler sees more
      // space than there is.
      const bool space = turns ? word.space && gap > word.size * .05f
                               : words[i - 1].space;
      if (space || gap > word.size * .15f) {
        line.text += " ";
      }
    }
    line.text += word.text;
  }
  line.bold = bold == words.size();
  return line;
}

std::vector<PdfLine> LinesOf(std::vector<PdfWord> page, uint32_t number) {
  std::vector<PdfLine> lines;
  std::vector<PdfWord> words;
  for (PdfWord& word : page) {
    if (!words.empty() && !OnOneLine(words.back(), word)) {
      lines.push_back(MakeLine(number, std::move(words)));
      words.clear();
    }
    words.push_back(std::move(word));
  }
  if (!words.empty()) lines.push_back(MakeLine(number, std::move(words)));
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
      pages.push_back(LinesOf(std::move(file_.pages[i].words),
                              static_cast<uint32_t>(i + 1)));
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
    return line.size > body_size_ * kHeadingScale &&
           line.text.size() <= kMaxHeadingBytes;
  }

  // The level of the heading that the lines from `i` on are, and how many they
  // are; 0 when they are none.
  int HeadingAt(const std::vector<PdfLine>& lines, size_t i,
                size_t* count) const {
    *count = 1;
    if (!file_.outline.empty()) {
      // Titles are looked for in their order, a few ahead: not each is there.
      constexpr size_t kAhead = 5;
      std::string text;
      for (size_t n = 0; n < 3 && i + n < lines.size(); ++n) {
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
    if (std::fabs(line.size - next.size) > line.size * .12f) return false;
    if (line.page != next.page) return GoesOn(line.text, next.text);
    const float step = next.box.y0 - line.box.y0;
    if (step <= 0) return GoesOn(line.text, next.text);  // the next column
    if (step > line.box.height() * 1.75f) return false;
    // An indent begins a paragraph.
    const bool left = !IsRightToLeft(next.text);
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

  size_t WriteBlock(const std::vector<PdfLine>& lines, size_t i) {
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
    Box box = lines[i].box;
    for (size_t n = i + 1; n < end; ++n) {
      // In one column.
      if (lines[n].page == lines[i].page) box.Add(lines[n].box);
    }
    box = TurnBack(box, file_.pages[lines[i].page - 1]);
    writer_.SetPlace(absl::StrCat(
        "page=", lines[i].page, "&box=", std::lround(std::floor(box.x0)), ",",
        std::lround(std::floor(box.y0)), ",", std::lround(std::ceil(box.x1)),
        ",", std::lround(std::ceil(box.y1))));
    writer_.Begin(level > 0               ? BlockKind::kHeading
                  : IsItem(lines[i].text) ? BlockKind::kListItem
                                          : BlockKind::kParagraph,
                  lines[i].page);
    if (level > 0) writer_.SetHeading(level, "");
    std::string text;
    for (size_t n = i; n < end; ++n) AppendLine(lines[n].text, &text);
    writer_.Text(text);
    writer_.End();
    return end;
  }

  static void AppendLine(absl::string_view line, std::string* text) {
    static constexpr absl::string_view kSoftHyphen = "\xC2\xAD";
    if (absl::EndsWith(*text, kSoftHyphen)) {
      text->resize(text->size() - kSoftHyphen.size());
    } else if (absl::EndsWith(*text, "-") && text->size() > 1 &&
               !absl::ascii_isspace((*text)[text->size() - 2]) &&
               !line.empty() &&
               absl::ascii_islower(static_cast<unsigned char>(line[0]))) {
      text->pop_back();
    } else if (!text->empty()) {
      // A line break between Han or Kana is nothing; the writer knows.
      text->push_back('\n');
    }
    text->append(line.data(), line.size());
  }

  PdfFile file_;
  BlockWriter writer_;
  // Shapes of the lines and of the outline's titles, where there is an outline.
  std::vector<std::string> shapes_;
  std::vector<std::string> titles_;
  float body_size_ = 0;
  std::map<int, int> levels_;
  mutable size_t next_title_ = 0;
};

}  // namespace

absl::Status PageRefusal(absl::string_view line) {
  const absl::string_view code = TakeField(&line);
  if (code == "locked") return absl::UnimplementedError(line);
  if (code == "large") return absl::ResourceExhaustedError(line);
  if (code == "missing") return absl::NotFoundError(line);
  return absl::InvalidArgumentError(line);
}

absl::StatusOr<Extracted> ExtractPdfPages(absl::string_view pages,
                                          const ExtractLimits& limits) {
  ASSIGN_OR_RETURN(PdfFile file, ParsePages(pages));
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
