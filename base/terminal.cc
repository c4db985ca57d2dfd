#include "base/terminal.h"

#include <locale.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>
#include <wchar.h>

#include <algorithm>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/utf8.h"

namespace footnote {
namespace {

// libc's own widths, in a locale that every Debian has built in, so that the
// user's LANG=C does not change the layout.
locale_t Utf8Locale() {
  static const locale_t locale = newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr);
  return locale;
}

int WidthOf(char32_t c) {
  if (c < 0x20 || (c >= 0x7f && c < 0xa0)) return 0;
  if (c < 0x300) return c == 0xad ? 0 : 1;
  const locale_t utf8 = Utf8Locale();
  if (utf8 == nullptr) return 1;
  const locale_t before = uselocale(utf8);
  const int width = wcwidth(static_cast<wchar_t>(c));
  uselocale(before);
  return std::max(0, width);
}

bool IsCjk(char32_t c) {
  return (c >= 0x2e80 && c <= 0x9fff) || (c >= 0xf900 && c <= 0xfaff) ||
         (c >= 0xff00 && c <= 0xffef) || (c >= 0x20000 && c <= 0x3ffff);
}

// Signs that must not begin a line: closing brackets, full stops, small kana
// and the mark of long vowels.
bool StaysWithPrevious(char32_t c) {
  static constexpr char32_t kSigns[] =
      U"、。，．：；！？）］｝」』】》〉〕・ーっゃゅょッャュョァィゥェォ々…";
  for (const char32_t sign : kSigns) {
    if (sign == c && c != 0) return true;
  }
  return c == ',' || c == '.' || c == ')' || c == ']' || c == '!' || c == '?';
}

bool StaysWithNext(char32_t c) {
  static constexpr char32_t kSigns[] = U"（［｛「『【《〈〔";
  for (const char32_t sign : kSigns) {
    if (sign == c && c != 0) return true;
  }
  return c == '(' || c == '[';
}

bool IsRtlLetter(char32_t c) {
  return (c >= 0x590 && c <= 0x8ff) || (c >= 0xfb1d && c <= 0xfdff) ||
         (c >= 0xfe70 && c <= 0xfeff) || (c >= 0x10800 && c <= 0x10fff) ||
         (c >= 0x1e800 && c <= 0x1efff);
}

bool IsLtrLetter(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
         (c >= 0xc0 && c < 0x590) || (c >= 0x900 && c < 0x2000) || IsCjk(c) ||
         (c >= 0xac00 && c <= 0xd7a3);
}

// A piece that a line break never cuts, with the spaces before it.
struct Piece {
  absl::string_view spaces;
  absl::string_view text;
};

std::vector<Piece> SplitPieces(absl::string_view line) {
  std::vector<Piece> pieces;
  size_t at = 0;
  while (at < line.size()) {
    const size_t spaces = at;
    while (at < line.size() && (line[at] == ' ' || line[at] == '\t')) ++at;
    const size_t begin = at;
    char32_t previous = 0;
    while (at < line.size() && line[at] != ' ' && line[at] != '\t') {
      int length;
      const char32_t c = DecodeUtf8(line, at, &length);
      const bool may_break = at > begin && WidthOf(c) > 0 &&
                             (IsCjk(c) || IsCjk(previous)) &&
                             !StaysWithPrevious(c) && !StaysWithNext(previous);
      if (may_break) break;
      if (WidthOf(c) > 0) previous = c;
      at += length;
    }
    pieces.push_back(
        {line.substr(spaces, begin - spaces), line.substr(begin, at - begin)});
  }
  return pieces;
}

// The longest prefix of `text` that fits into `columns`, at least one
// character with its marks.
absl::string_view FittingPrefix(absl::string_view text, int columns) {
  size_t at = 0;
  int width = 0;
  while (at < text.size()) {
    int length;
    const int w = WidthOf(DecodeUtf8(text, at, &length));
    if (at > 0 && w > 0 && width + w > columns) break;
    width += w;
    at += length;
  }
  return text.substr(0, at);
}

void WrapLine(absl::string_view line, int columns,
              std::vector<std::string>* out) {
  std::string current;
  int width = 0;
  for (const Piece& piece : SplitPieces(line)) {
    absl::string_view text = piece.text;
    const int gap = static_cast<int>(piece.spaces.size());
    int text_width = DisplayWidth(text);
    if (width > 0 && width + gap + text_width > columns) {
      out->push_back(current);
      current.clear();
      width = 0;
    } else {
      current.append(gap, ' ');
      width += gap;
    }
    while (width + text_width > columns) {
      const absl::string_view head = FittingPrefix(text, columns - width);
      if (head.size() == text.size()) break;
      out->push_back(absl::StrCat(current, head));
      current.clear();
      width = 0;
      text.remove_prefix(head.size());
      text_width = DisplayWidth(text);
    }
    absl::StrAppend(&current, text);
    width += text_width;
  }
  while (!current.empty() && current.back() == ' ') current.pop_back();
  out->push_back(current);
}

}  // namespace

bool IsTerminal(int fd) { return isatty(fd) == 1; }

int TerminalColumns(int fd) {
  winsize size;
  if (ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  const char* columns = getenv("COLUMNS");
  int value = 0;
  if (columns != nullptr && absl::SimpleAtoi(columns, &value) && value > 0) {
    return value;
  }
  return 80;
}

bool WantsColour(int fd) {
  const char* no_color = getenv("NO_COLOR");
  if (no_color != nullptr && no_color[0] != '\0') return false;
  const char* term = getenv("TERM");
  if (term == nullptr || absl::string_view(term) == "dumb") return false;
  return IsTerminal(fd);
}

std::string Paint(absl::string_view text, Colour colour, bool on) {
  if (!on || colour == Colour::kPlain || text.empty()) return std::string(text);
  const char* code = "";
  switch (colour) {
    case Colour::kPlain:
      break;
    case Colour::kBold:
      code = "1";
      break;
    case Colour::kDim:
      code = "2";
      break;
    case Colour::kRed:
      code = "31";
      break;
    case Colour::kGreen:
      code = "32";
      break;
    case Colour::kYellow:
      code = "33";
      break;
    case Colour::kBlue:
      code = "34";
      break;
  }
  return absl::StrCat("\x1b[", code, "m", text, "\x1b[0m");
}

int DisplayWidth(absl::string_view utf8) {
  int width = 0;
  for (size_t at = 0; at < utf8.size();) {
    int length;
    width += WidthOf(DecodeUtf8(utf8, at, &length));
    at += length;
  }
  return width;
}

std::vector<std::string> WrapText(absl::string_view utf8, int columns) {
  std::vector<std::string> lines;
  while (true) {
    const size_t newline = utf8.find('\n');
    WrapLine(utf8.substr(0, newline), columns, &lines);
    if (newline == absl::string_view::npos) return lines;
    utf8.remove_prefix(newline + 1);
  }
}

bool IsRightToLeft(absl::string_view utf8) {
  for (size_t at = 0; at < utf8.size();) {
    int length;
    const char32_t c = DecodeUtf8(utf8, at, &length);
    if (IsRtlLetter(c)) return true;
    if (IsLtrLetter(c)) return false;
    at += length;
  }
  return false;
}

std::string Printable(absl::string_view utf8) {
  std::string out;
  out.reserve(utf8.size());
  for (size_t at = 0; at < utf8.size();) {
    int length;
    const char32_t c = DecodeUtf8(utf8, at, &length);
    const bool control = (c < 0x20 && c != '\n' && c != '\t') ||
                         (c >= 0x7f && c < 0xa0) ||
                         (c >= 0x202a && c <= 0x202e);
    AppendUtf8(control ? 0xfffd : c, &out);
    at += length;
  }
  return out;
}

}  // namespace footnote
