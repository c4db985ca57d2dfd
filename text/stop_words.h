#ifndef FOOTNOTE_TEXT_STOP_WORDS_H_
#define FOOTNOTE_TEXT_STOP_WORDS_H_

#include "absl/strings/string_view.h"
#include "text/language.h"

namespace footnote {

// True when `folded`, in bare form (see text/fold.h) and without apostrophes,
// is in the stop-word list of `language`'s row. Safe from many threads.
bool IsFoldedStopWord(absl::string_view folded, Language language);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_STOP_WORDS_H_
