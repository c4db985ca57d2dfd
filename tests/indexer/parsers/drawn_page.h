// Pages drawn from known text, for tests of character recognition.
#ifndef FOOTNOTE_TESTS_INDEXER_PARSERS_DRAWN_PAGE_H_
#define FOOTNOTE_TESTS_INDEXER_PARSERS_DRAWN_PAGE_H_

#include <string>
#include <vector>

namespace footnote {

// Paragraphs are drawn at this resolution, in letters of 11 points.
constexpr int kDrawnDpi = 300;

struct DrawnWord {
  std::string text;
  // Pixels from the page's top left.
  int x0 = 0, y0 = 0, x1 = 0, y1 = 0;
};

struct DrawnPage {
  int width = 0;
  int height = 0;
  // One byte a pixel.
  std::string grey;
  // What white space separates.
  std::vector<DrawnWord> words;
  // False where this machine has no font for some character.
  bool has_fonts = true;
};

// Draws `paragraphs` below one another.
DrawnPage DrawPage(const std::vector<std::string>& paragraphs);

// The page turned clockwise by 90, 180 or 270 degrees; the words stay what they
// were.
DrawnPage TurnPage(const DrawnPage& page, int degrees);

// Image files that say nothing of their resolution.
std::string ToPng(const DrawnPage& page);
std::string ToJpeg(const DrawnPage& page);

// The same in ink without paper: black, and as opaque as it is dark.
std::string ToTransparentPng(const DrawnPage& page);

// Image files that say kDrawnDpi.
std::string ToTiff(const std::vector<DrawnPage>& pages);

// A PDF document whose pages are pictures and nothing else.
std::string ToScannedPdf(const std::vector<DrawnPage>& pages);

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_INDEXER_PARSERS_DRAWN_PAGE_H_
