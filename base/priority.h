// Who waits when there is not enough processor for all.
#ifndef FOOTNOTE_BASE_PRIORITY_H_
#define FOOTNOTE_BASE_PRIORITY_H_

namespace footnote {

// The calling thread steps back for threads that answer somebody: it gets what
// they leave, and a little in any case. For ingestion and merging; it can't be
// taken back.
void YieldToSearches();

}  // namespace footnote

#endif  // FOOTNOTE_BASE_PRIORITY_H_
