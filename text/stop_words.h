#ifndef FOOTNOTE_TEXT_STOP_WORDS_H_
#define FOOTNOTE_TEXT_STOP_WORDS_H_

#include "absl/strings/string_view.h"
#include "text/language.h"

namespace footnote {

// True when `folded`, in bare form (see text/fold.h) and without apostrophes,
// is in the stop-word list of `language`'s row. Safe from many threads.
bool IsFoldedStopWord(absl::string_view folded, Language language);

// The same of a word of a text, in its two forms, both without apostrophes.
// Accents of Latin letters count where they are written: "cua" may be "của",
// "cửa" is a door, and "ändere" is not "andere".
bool IsStopWord(absl::string_view careful, absl::string_view bare,
                Language language);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_STOP_WORDS_H_
