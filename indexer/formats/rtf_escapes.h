// RTF as unrtf can read it.
#ifndef FOOTNOTE_INDEXER_FORMATS_RTF_ESCAPES_H_
#define FOOTNOTE_INDEXER_FORMATS_RTF_ESCAPES_H_

#include <string>

#include "absl/strings/string_view.h"

namespace footnote {

// `rtf` with every Unicode character followed by one stand-in, written \'3f.
// Documents say how many stand-ins follow (\uc0, \uc1 …) and write them as
// letters, too; unrtf takes whatever comes next, up to the end of the word.
// Any bytes are safe; all else stays as it is.
std::string WithPlainEscapes(absl::string_view rtf);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_RTF_ESCAPES_H_
