// What the caller allows to be found, as bits that both arms of a search obey.
#ifndef FOOTNOTE_RETRIEVER_FILTER_FILTER_H_
#define FOOTNOTE_RETRIEVER_FILTER_FILTER_H_

#include <vector>

#include "absl/status/statusor.h"
#include "retriever/filter/allowed.h"
#include "storage/generation.h"

namespace footnote {

namespace v1 {
class Filter;
}

// For each segment of `generation` the passages that are live and that
// `filter` lets through. Looks at every document unless the filter is empty
// and no document has access labels. Safe from many threads.
//   InvalidArgument  a language code that is none of the 23
absl::StatusOr<std::vector<AllowedPassages>> ApplyFilter(
    const Generation& generation, const v1::Filter& filter);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_FILTER_FILTER_H_
