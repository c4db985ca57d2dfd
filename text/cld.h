// CLD2's word for the language of a text.
#ifndef FOOTNOTE_TEXT_CLD_H_
#define FOOTNOTE_TEXT_CLD_H_

#include "absl/strings/string_view.h"
#include "text/language.h"

namespace footnote {

struct CldResult {
  Language language = Language::kUnknown;
  // Slovak for Czech, Galician for Portuguese: not quite what was said.
  bool relative = false;
  // Its code when it is a language that is none of ours.
  bool foreign = false;
  bool reliable = false;
  double share = 0;
};

// Asks CLD2. Safe from many threads.
// REQUIRES: `utf8` is UTF-8 of less than 2 GiB
CldResult AskCld(absl::string_view utf8);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_CLD_H_
