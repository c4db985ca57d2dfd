// What the terminal is like, and how wide a text is on it.
//
// Every function may be called from many threads.
#ifndef FOOTNOTE_BASE_TERMINAL_H_
#define FOOTNOTE_BASE_TERMINAL_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace footnote {

// True when file descriptor `fd` (1 output, 2 error) is a terminal.
bool IsTerminal(int fd);

// Columns of the terminal at `fd`; of COLUMNS when it is none; else 80.
int TerminalColumns(int fd);

// True when colours are wanted on `fd`: it is a terminal, TERM is not "dumb"
// and NO_COLOR is not set.
bool WantsColour(int fd);

enum class Colour { kPlain, kBold, kDim, kRed, kGreen, kYellow, kBlue };

// `text` in `colour`, or as it is when `on` is false.
std::string Paint(absl::string_view text, Colour colour, bool on);

// Columns that `utf8` takes: two for East Asian wide characters and emoji,
// none for combining marks and control characters.
int DisplayWidth(absl::string_view utf8);

// Breaks `utf8` into lines of at most `columns`: at spaces, beside ideographs
// and kana, and inside a word only when the word alone is too long. A newline
// in `utf8` ends a line. Never splits a code point from its combining marks.
// Spaces at breaks are dropped. REQUIRES: columns >= 2.
std::vector<std::string> WrapText(absl::string_view utf8, int columns);

// True when the first character with a direction is read from right to left.
bool IsRightToLeft(absl::string_view utf8);

// `utf8` with control characters (C0 except newline and tab, DEL, C1, and the
// bidirectional overrides) replaced by U+FFFD, so that a document can't write
// to the reader's terminal what it likes.
std::string Printable(absl::string_view utf8);

}  // namespace footnote

#endif  // FOOTNOTE_BASE_TERMINAL_H_
