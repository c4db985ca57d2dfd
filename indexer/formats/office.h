// Word, Excel, PowerPoint, OpenDocument and EPUB files.
#ifndef FOOTNOTE_INDEXER_FORMATS_OFFICE_H_
#define FOOTNOTE_INDEXER_FORMATS_OFFICE_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"

namespace footnote {

// Reads a document that is a ZIP archive inside, its kind found by its parts:
//   DOCX, ODT   headings by style and outline level, lists, tables, footnotes
//               in brackets where they are called; headers, footers, deleted
//               text and comments are left out. Block::line counts paragraphs.
//   XLSX, ODS   a section for each sheet, a line for each row with the names
//               of the first row beside its cells; dates as ISO dates.
//               Block::line is the row, its place "SHEET!A5:D5".
//   PPTX, ODP   a section for each slide that has a title, notes last;
//               place "slide=3".
//   EPUB        the chapters in reading order; place "chapter.xhtml#anchor".
// Title, language, author and dates come from the file's own properties.
//   InvalidArgument     damaged, or parts of it are missing
//   Unimplemented       encrypted, or an archive of another kind
//   ResourceExhausted   larger than the limits, or a bomb
absl::StatusOr<Extracted> ExtractOffice(absl::string_view bytes,
                                        const ExtractLimits& limits);

// True when `bytes` begins as a ZIP archive does.
bool IsZip(absl::string_view bytes);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_OFFICE_H_
