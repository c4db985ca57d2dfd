#include "indexer/formats/plain.h"

#include <algorithm>
#include <cstdint>
#include <vector>

#include "absl/strings/match.h"
#include "base/status_macros.h"
#include "indexer/formats/block_writer.h"

namespace footnote {
namespace {

// Nobody wraps lines wider than this; a file with longer lines has one
// paragraph on each.
constexpr size_t kWidestWrap = 130;
constexpr size_t kNarrowestWrap = 50;

struct Line {
  absl::string_view text;  // without white space at its end
  size_t indent = 0;       // columns; a tab is four
  size_t columns = 0;      // on a terminal; Han and Kana fill two

  bool empty() const { return text.empty(); }
  absl::string_view content() const {
    size_t i = 0;
    while (i < text.size() && (text[i] == ' ' || text[i] == '\t')) ++i;
    return text.substr(i);
  }
};

// Without branches, and in blocks whose sum is a byte: the compiler makes
// vectors of it.
size_t Columns(absl::string_view text) {
  constexpr size_t kBlock = 127;
  size_t columns = 0;
  while (!text.empty()) {
    uint8_t sum = 0;
    for (char c : text.substr(0, kBlock)) {
      const uint8_t byte = static_cast<uint8_t>(c);
      sum += static_cast<uint8_t>((byte & 0xc0) != 0x80);
      // Lead bytes of U+3000 to U+9FFF.
      sum += static_cast<uint8_t>(byte >= 0xe3) &
             static_cast<uint8_t>(byte <= 0xe9);
    }
    columns += sum;
    text.remove_prefix(std::min(text.size(), kBlock));
  }
  return columns;
}

// Where lines end. Each byte that ends one is looked for alone: a file may have
// many of one and none of another.
class LineEnds {
 public:
  explicit LineEnds(absl::string_view text) : text_(text) {
    for (Next& end : ends_) end.at = Find(end.byte, 0);
  }

  // The first at or behind `at`, which never falls; the size where none is.
  size_t From(size_t at) {
    size_t next = text_.size();
    for (Next& end : ends_) {
      if (end.at < at) end.at = Find(end.byte, at);
      next = std::min(next, end.at);
    }
    return next;
  }

 private:
  struct Next {
    char byte;
    size_t at = 0;
  };

  size_t Find(char byte, size_t from) const {
    return std::min(text_.find(byte, from), text_.size());
  }

  const absl::string_view text_;
  Next ends_[3] = {{'\n'}, {'\f'}, {'\r'}};
};

std::vector<Line> SplitLines(absl::string_view utf8) {
  std::vector<Line> lines;
  LineEnds ends(utf8);
  for (size_t begin = 0; begin < utf8.size();) {
    const size_t end = ends.From(begin);
    absl::string_view text = utf8.substr(begin, end - begin);
    const bool crlf =
        end + 1 < utf8.size() && utf8[end] == '\r' && utf8[end + 1] == '\n';
    begin = end + 1 + crlf;
    while (!text.empty() && static_cast<unsigned char>(text.back()) <= ' ') {
      text.remove_suffix(1);
    }
    Line line;
    line.text = text;
    for (char c : text) {
      if (c != ' ' && c != '\t') break;
      line.indent += c == '\t' ? 4 : 1;
    }
    line.columns = Columns(text);
    lines.push_back(line);
  }
  return lines;
}

bool EndsASentence(absl::string_view line) {
  switch (line.empty() ? '\0' : line.back()) {
    case '.':
    case '!':
    case '?':
    case ':':
    case ';':
      return true;
    case '\x82':
      return absl::EndsWith(line, "\xe3\x80\x82");
    case '\xa4':
      return absl::EndsWith(line, "\xe0\xa5\xa4");
    case '\x9f':
      return absl::EndsWith(line, "\xd8\x9f") ||
             absl::EndsWith(line, "\xef\xbc\x9f");
    default:
      return false;
  }
}

// The column at which the file's lines were wrapped; 0 when they were not.
// A file wrapped by an editor has most lines near one width, a few long ones
// that had no space to break at, and few that end with a sentence.
size_t WrapColumn(const std::vector<Line>& lines) {
  std::vector<size_t> widths;  // of lines that another line follows
  size_t ends_of_sentences = 0;
  for (size_t i = 0; i + 1 < lines.size(); ++i) {
    if (!lines[i].empty() && !lines[i + 1].empty()) {
      widths.push_back(lines[i].columns);
      ends_of_sentences += EndsASentence(lines[i].text);
    }
  }
  if (widths.empty() || ends_of_sentences * 2 > widths.size()) return 0;
  const auto nearly_widest = widths.begin() + (widths.size() - 1) * 19 / 20;
  std::nth_element(widths.begin(), nearly_widest, widths.end());
  const auto common = widths.begin() + (widths.size() - 1) * 3 / 4;
  std::nth_element(widths.begin(), common, nearly_widest);
  if (*nearly_widest > kWidestWrap || *common < kNarrowestWrap) return 0;
  return *common;
}

bool IsAsciiDigit(char c) { return c >= '0' && c <= '9'; }

// "- ", "* ", "• ", "1. ", "12) ".
bool IsListItem(absl::string_view content) {
  switch (content.empty() ? '\0' : content[0]) {
    case '-':
    case '*':
    case '+':
      return content.size() > 1 && content[1] == ' ';
    case '\xe2':
      return absl::StartsWith(content, "\xe2\x80\xa2 ") ||
             absl::StartsWith(content, "\xe2\x80\x93 ");
    case '\xc2':
      return absl::StartsWith(content, "\xc2\xb7 ");
    default:
      break;
  }
  size_t digits = 0;
  while (digits < content.size() && IsAsciiDigit(content[digits])) ++digits;
  return digits >= 1 && digits <= 3 && digits + 1 < content.size() &&
         (content[digits] == '.' || content[digits] == ')') &&
         content[digits + 1] == ' ';
}

bool IsUnderline(const Line& line, char c) {
  return line.text.size() >= 3 &&
         line.text.find_first_not_of(c) == absl::string_view::npos;
}

bool WasWrapped(const Line& line, const Line& next, size_t wrap_column) {
  if (wrap_column == 0) return false;
  const absl::string_view content = next.content();
  const absl::string_view first_word =
      content.substr(0, content.find_first_of(" \t"));
  // Scripts without spaces break anywhere.
  if (!first_word.empty() &&
      static_cast<unsigned char>(first_word[0]) >= 0xe3) {
    return line.columns + 4 > wrap_column;
  }
  return line.columns + 1 + Columns(first_word) > wrap_column;
}

}  // namespace

absl::StatusOr<Extracted> ExtractPlain(absl::string_view utf8,
                                       const ExtractLimits& limits) {
  const std::vector<Line> lines = SplitLines(utf8);
  const size_t wrap_column = WrapColumn(lines);
  BlockWriter writer(limits);
  bool after_empty = true;
  for (size_t i = 0; i < lines.size() && !writer.full(); ++i) {
    const Line& line = lines[i];
    const uint32_t number = static_cast<uint32_t>(i + 1);
    if (line.empty()) {
      writer.End();
      after_empty = true;
      continue;
    }
    const bool in_code = writer.open() && writer.kind() == BlockKind::kCode;
    if (line.indent >= 4 && (after_empty || in_code) &&
        !IsListItem(line.content())) {
      if (!in_code) writer.Begin(BlockKind::kCode, number);
      writer.Text(line.text);
      writer.Text("\n");
      after_empty = false;
      continue;
    }
    if (after_empty && i + 1 < lines.size() &&
        line.columns <= wrap_column + 80 &&
        (IsUnderline(lines[i + 1], '=') || IsUnderline(lines[i + 1], '-'))) {
      writer.Begin(BlockKind::kHeading, number);
      writer.SetHeading(lines[i + 1].text[0] == '=' ? 1 : 2, "");
      writer.Text(line.text);
      writer.End();
      ++i;
      after_empty = true;
      continue;
    }
    const bool item = IsListItem(line.content());
    const bool continues = writer.open() && !in_code && !item && i > 0 &&
                           WasWrapped(lines[i - 1], line, wrap_column);
    if (!continues) {
      writer.Begin(item ? BlockKind::kListItem : BlockKind::kParagraph, number);
    }
    writer.TextOfLines(line.text, number);
    writer.Text("\n");
    after_empty = false;
  }
  Extracted out;
  RETURN_IF_ERROR(writer.Finish(&out));
  out.format = Format::kPlain;
  return out;
}

}  // namespace footnote
