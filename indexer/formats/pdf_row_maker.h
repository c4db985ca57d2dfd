// Makes the rows of a table of lines of print whose columns are known.
#ifndef FOOTNOTE_INDEXER_FORMATS_PDF_ROW_MAKER_H_
#define FOOTNOTE_INDEXER_FORMATS_PDF_ROW_MAKER_H_

#include <cstddef>
#include <vector>

#include "indexer/formats/pdf_page.h"
#include "indexer/formats/pdf_strips.h"
#include "indexer/formats/pdf_table.h"

namespace footnote {

// Reads from the page and the columns as long as it lives. Not thread-safe.
class PdfRowMaker {
 public:
  // The columns, from the left; cells are counted from the right where the
  // table is read so.
  PdfRowMaker(const PdfPage& page, const std::vector<PdfSpan>& columns,
              bool right_to_left)
      : page_(page), columns_(columns), right_to_left_(right_to_left) {}

  // Appends the rows of lines that no rule parts. A line belongs to the row
  // above where it has nothing in the first column, or only the rest of a cell,
  // or where rows stand further apart than their lines.
  void Add(const std::vector<PdfStrip>& strips,
           std::vector<PdfTableRow>* rows) const;

  // Appends the lines of a header: one row, or one for each line where a name
  // stands over several columns.
  void AddHeader(const std::vector<PdfStrip>& strips,
                 std::vector<PdfTableRow>* rows) const;

 private:
  // From the left to as it is read.
  size_t Read(size_t column) const {
    return right_to_left_ ? columns_.size() - 1 - column : column;
  }
  void Append(const PdfStrip& strip, PdfTableRow* row) const;
  std::vector<bool> Filled(const PdfStrip& strip) const;
  bool Spans(const PdfStrip& strip) const;
  bool IsSpaced(const std::vector<PdfStrip>& strips, float least) const;
  bool Begins(const std::vector<PdfStrip>& strips, size_t i, float least,
              bool spaced) const;
  bool HasQuantity(const PdfStrip& strip) const;

  const PdfPage& page_;
  const std::vector<PdfSpan>& columns_;
  const bool right_to_left_;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_PDF_ROW_MAKER_H_
