// Large pages for mapped weights.
#ifndef FOOTNOTE_MODEL_WEIGHTS_LARGE_PAGES_H_
#define FOOTNOTE_MODEL_WEIGHTS_LARGE_PAGES_H_

#include "absl/strings/string_view.h"

namespace footnote {

// Asks the system to hold the file that is mapped at `mapped` in pages of 2 MB
// instead of 4 KB: a decoder goes through all weights for every token, and
// looking up small pages takes a share of that time. Nothing is copied. A wish
// that comes true where the file system has large pages (ext4 on Linux 6.18)
// and transparent huge pages are allowed, for what is not yet in the system's
// cache in small ones. REQUIRES: `mapped` begins where the mapping begins.
void PreferLargePages(absl::string_view mapped);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_WEIGHTS_LARGE_PAGES_H_
