// Where the bytes of a quote come from.
#ifndef FOOTNOTE_BASE_QUOTE_H_
#define FOOTNOTE_BASE_QUOTE_H_

#include <vector>

#include "absl/strings/string_view.h"

namespace footnote {

enum class QuoteOrigin {
  kCited,      // it is the cited stretch, byte for byte
  kElsewhere,  // it stands in one of the sources, whole, but not there
  kStitched,   // it is made of parts that each stand in some source
  kNowhere,    // some part of it stands in none
};

// Compares `quote` with `cited`, the stretch that it claims to be, then looks
// for it in `sources`. A stitched quote's parts are at least 12 bytes long (a
// shorter one is found almost anywhere); white space may stand between them.
// An empty quote is kNowhere. Deterministic; safe from many threads.
QuoteOrigin FindQuoteOrigin(absl::string_view quote, absl::string_view cited,
                            const std::vector<absl::string_view>& sources);

}  // namespace footnote

#endif  // FOOTNOTE_BASE_QUOTE_H_
