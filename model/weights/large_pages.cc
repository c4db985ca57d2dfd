#include "model/weights/large_pages.h"

#include <sys/mman.h>

namespace footnote {

void PreferLargePages(absl::string_view mapped) {
#ifdef MADV_HUGEPAGE
  if (!mapped.empty()) {
    // A wish: what becomes of it does not matter.
    (void)madvise(const_cast<char*>(mapped.data()), mapped.size(),
                  MADV_HUGEPAGE);
  }
#endif
}

}  // namespace footnote
