// Where the pages of a TIFF file begin.
#ifndef FOOTNOTE_INDEXER_PARSERS_TIFF_PAGES_H_
#define FOOTNOTE_INDEXER_PARSERS_TIFF_PAGES_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"

namespace footnote {

// So many pages are looked for.
constexpr size_t kMaxTiffPages = 10000;

// True for TIFF of either byte order; not for BigTIFF.
bool IsTiff(absl::string_view head);

// The offsets at which the pages of the TIFF file `bytes` are described, in
// their order; a chain that is broken or comes back to itself ends there. Any
// bytes are safe.
std::vector<size_t> TiffPages(absl::string_view bytes);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_TIFF_PAGES_H_
