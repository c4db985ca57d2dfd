// Says whether rows and columns are a table, and which rows name its columns.
#ifndef FOOTNOTE_INDEXER_FORMATS_PDF_TABLE_JUDGE_H_
#define FOOTNOTE_INDEXER_FORMATS_PDF_TABLE_JUDGE_H_

#include <cstddef>

#include "indexer/formats/pdf_page.h"
#include "indexer/formats/pdf_table.h"

namespace footnote {

// How a page tells that there is a table.
enum class PdfRuling {
  kOpen,   // by nothing but how its words stand
  kLevel,  // by level lines above, below and between
  kGrid,   // by lines around its cells
};

// Sets the header of `table`, of which `shown` rows stand above a line, and
// returns true; false when it is no table but prose in columns, a list,
// contents, an index, a listing, a formula, or nothing that is plain. The less
// the ruling tells, the more the words must.
bool AcceptPdfTable(const PdfPage& page, PdfRuling ruling, size_t shown,
                    PdfTable* table);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_PDF_TABLE_JUDGE_H_
