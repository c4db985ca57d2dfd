// Mallard, the help format of GNOME.
#ifndef FOOTNOTE_INDEXER_FORMATS_MALLARD_H_
#define FOOTNOTE_INDEXER_FORMATS_MALLARD_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"

namespace footnote {

// Reads `utf8` (valid) as a Mallard page or a part of one. Notes are boxes,
// steps and list items one line each; keys pressed together read "Ctrl+C",
// menus "File ▸ Open". Of variants for several platforms the first is read.
// Credits, revisions and links to other pages are left out; the page's
// description becomes metadata. Errors as ExtractXml.
absl::StatusOr<Extracted> ExtractMallard(absl::string_view utf8,
                                         const ExtractLimits& limits);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_MALLARD_H_
