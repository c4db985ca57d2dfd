// Words that are read against the direction of their line.
#ifndef FOOTNOTE_INDEXER_FORMATS_PDF_RUNS_H_
#define FOOTNOTE_INDEXER_FORMATS_PDF_RUNS_H_

#include <vector>

#include "indexer/formats/pdf_page.h"

namespace footnote {

// True when most letters of a line are of scripts written from right to left.
bool IsReadFromRight(const std::vector<PdfWord>& line);

// Makes one word of words that follow each other against the direction of their
// line, in the order that they are read: "New York" in a line of Hebrew, with
// the numbers beside ("Windows 10"), and Hebrew in a line of English. The line
// is from the right where it is read so, else from the left; runs of it that
// stand as they are read keep their order.
void JoinRuns(bool from_right, std::vector<PdfWord>* line);

// True when white space parts `left` from `right` in a run from the right that
// is drawn from the left. poppler sees more of it than there is where letters
// are drawn one by one.
bool HasSpaceBetween(const PdfWord& left, const PdfWord& right);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_PDF_RUNS_H_
