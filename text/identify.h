#ifndef FOOTNOTE_TEXT_IDENTIFY_H_
#define FOOTNOTE_TEXT_IDENTIFY_H_

#include "absl/strings/string_view.h"
#include "text/language.h"

namespace footnote {

struct Identified {
  // kUnknown when the text has no letters or is in none of the 23 languages.
  Language language = Language::kUnknown;
  // 0 (a guess) to 1 (certain). Below 0.5 a caller should not rely on it.
  float confidence = 0;
};

// The language that most of `utf8` is written in. Good for whole documents
// and for questions of a few words: scripts that one language owns decide at
// once, then function words and letters typical of one language are counted,
// and CLD2 is asked for documents and for what is left. Only the first 16 KiB
// are read.
// Any bytes are accepted. Safe from many threads.
Identified IdentifyLanguage(absl::string_view utf8);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_IDENTIFY_H_
