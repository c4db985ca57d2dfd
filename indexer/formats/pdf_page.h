// What footnote-pdf and footnote-ocr write of a document, read.
#ifndef FOOTNOTE_INDEXER_FORMATS_PDF_PAGE_H_
#define FOOTNOTE_INDEXER_FORMATS_PDF_PAGE_H_

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

// Points from the page's top left.
struct PdfBox {
  float x0 = 0, y0 = 0, x1 = 0, y1 = 0;

  float width() const { return x1 - x0; }
  float height() const { return y1 - y0; }
  void Add(const PdfBox& other) {
    x0 = std::min(x0, other.x0);
    y0 = std::min(y0, other.y0);
    x1 = std::max(x1, other.x1);
    y1 = std::max(y1, other.y1);
  }
};

struct PdfWord {
  PdfBox box;
  float size = 0;
  bool bold = false;
  bool space = false;  // white space follows
  std::string text;    // UTF-8, not white space alone
};

struct PdfPage {
  float width = 0;
  float height = 0;
  // Degrees, clockwise, that made it stand upright.
  int turn = 0;
  // In reading order.
  std::vector<PdfWord> words;
  // Straight lines, upright or level; none of a page that was turned, or that
  // has over 4000.
  std::vector<PdfBox> rules;
};

struct PdfFile {
  std::vector<PdfPage> pages;
  std::vector<std::pair<int, std::string>> outline;
  std::vector<std::pair<std::string, std::string>> properties;
};

// Reads the lines that pdf_layout.h tells. Any bytes are safe: lines of no
// known kind are nothing, numbers that are none are 0. Errors are
// PageRefusal's.
absl::StatusOr<PdfFile> ParsePdfPages(absl::string_view bytes);

// The error that a line "E CODE REASON" tells, without its "E ".
//   InvalidArgument    damaged
//   Unimplemented      encrypted
//   ResourceExhausted  larger than the limits
//   NotFound           what the program needs is missing
absl::Status PageRefusal(absl::string_view line);

// True when `text` has a letter of a script written from right to left.
bool HasRightToLeft(absl::string_view text);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_PDF_PAGE_H_
