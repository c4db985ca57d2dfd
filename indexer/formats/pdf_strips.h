// The words of a page, or of a part of it, as lines of print across it, and the
// columns that they stand in.
#ifndef FOOTNOTE_INDEXER_FORMATS_PDF_STRIPS_H_
#define FOOTNOTE_INDEXER_FORMATS_PDF_STRIPS_H_

#include <cstddef>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "indexer/formats/pdf_page.h"

namespace footnote {

// Words that no wide gap parts; indices of PdfPage::words, from the left.
struct PdfPiece {
  PdfBox box;
  float size = 0;  // of its largest type
  std::vector<size_t> words;
};

// What stands on one level, from the left, however far apart.
struct PdfStrip {
  PdfBox box;
  std::vector<PdfPiece> pieces;
};

struct PdfSpan {
  float x0 = 0, x1 = 0;
};

// The strips of `words` from the top down. Pieces stand apart by at least `gap`
// times their type size. Words that run up or down the page are in none.
std::vector<PdfStrip> StripsOf(const PdfPage& page,
                               const std::vector<size_t>& words, float gap);

// What the pieces of strips with two or more cover, from the left: columns that
// no such piece reaches out of.
std::vector<PdfSpan> ColumnsOf(const std::vector<PdfStrip>& strips);

// The columns, first to last, that `box` reaches into; of a box between two,
// the nearer. REQUIRES: columns are not empty, and from the left.
std::pair<size_t, size_t> ColumnsUnder(const std::vector<PdfSpan>& columns,
                                       const PdfBox& box);

// What a text is made of, in characters.
struct PdfCharacters {
  size_t digits = 0;  // of any script
  size_t letters = 0;
  size_t others = 0;  // but white space
};
PdfCharacters CharactersOf(absl::string_view text);

// "12", "1,204.5", "12 %", "3 kB", "٢٫٥", "-".
bool IsQuantity(absl::string_view text);

// "1.", "(a)", "[12]", "iv)", "•", "–": what stands before an item of a list.
bool IsItemLabel(absl::string_view text);

// The number that `text` is, in digits of any script, at most one letter behind
// it ("4R"); -1 when it is none below a million.
int NumberOf(absl::string_view text);

// Dots, points and dashes in a row that lead the eye over a page.
bool IsLeader(absl::string_view text);

// True when the words with letters have one width for every character.
bool IsTypewritten(const PdfPage& page, const std::vector<size_t>& words);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_PDF_STRIPS_H_
