// Who waits when there is not enough processor for all.
#ifndef FOOTNOTE_BASE_PRIORITY_H_
#define FOOTNOTE_BASE_PRIORITY_H_

namespace footnote {

// Somebody waits for what this thread does, as long as it lives. Ends in the
// thread in which it began.
class SearchUnderWay {
 public:
  SearchUnderWay();
  ~SearchUnderWay();
  SearchUnderWay(const SearchUnderWay&) = delete;
  SearchUnderWay& operator=(const SearchUnderWay&) = delete;
};

// Called by ingestion and merging every millisecond or so of work: waits while
// a search of this process is under way. Never long: a thread works a third of
// the time at least, however much is searched. Costs nothing when nobody does,
// nor in the thread of a search.
void YieldToSearches();

// The calling thread, and those that it begins, get what others leave of a
// processor, from now on.
void WorkInBackground();

}  // namespace footnote

#endif  // FOOTNOTE_BASE_PRIORITY_H_
