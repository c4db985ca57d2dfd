// DocBook 4 and 5.
#ifndef FOOTNOTE_INDEXER_FORMATS_DOCBOOK_H_
#define FOOTNOTE_INDEXER_FORMATS_DOCBOOK_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"

namespace footnote {

// Reads `utf8` (valid) as a DocBook book or any part of one, manual pages
// included. Admonitions and sidebars are boxes; footnotes stand in brackets
// where they are called; index terms, remarks and images are left out. Errors
// as ExtractXml.
absl::StatusOr<Extracted> ExtractDocBook(absl::string_view utf8,
                                         const ExtractLimits& limits);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_DOCBOOK_H_
