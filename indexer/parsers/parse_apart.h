// Files that are read in a process of their own.
#ifndef FOOTNOTE_INDEXER_PARSERS_PARSE_APART_H_
#define FOOTNOTE_INDEXER_PARSERS_PARSE_APART_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"
#include "indexer/parsers/markup_parser.h"
#include "indexer/parsers/parsed.h"
#include "indexer/parsers/scan_reader.h"
#include "text/language.h"

namespace footnote {

// True for files that ParseApart reads: archives, office documents, e-books,
// e-mail, PDF, RTF and images. `head` is the begin of the file, 512 bytes or
// more of it.
bool IsReadApart(absl::string_view head);

// True for those of them that may hold scanned pages: images, PDF, e-mail, and
// whatever is packed as an archive, office documents and e-books too.
bool CanHoldScans(absl::string_view head);

// Runs the parser program for `bytes` (footnote-pdf for PDF, footnote-rtf for
// RTF, whose output `markup` reads, footnote-ocr for images and for pages of
// PDF without text, footnote-parse for everything else) and calls `each` for
// every document in them. `language` is what the caller says of the file.
// Whatever the file does to the program costs this file alone: the error says
// what became of it.
//   NotFound           the program is not installed
//   InvalidArgument    an archive without any document
//   Unimplemented      an image, and `ocr` is off
// What OcrOptions::stop ended comes to `each` as Cancelled.
//   and those of RunParser, ReadParsed and `each`
absl::Status ParseApart(
    absl::string_view bytes, const ExtractLimits& limits, const OcrOptions& ocr,
    Language language, MarkupParser* markup,
    const std::function<absl::Status(ParsedDocument)>& each);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_PARSE_APART_H_
