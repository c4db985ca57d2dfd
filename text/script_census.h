// How much of a text each script has.
#ifndef FOOTNOTE_TEXT_SCRIPT_CENSUS_H_
#define FOOTNOTE_TEXT_SCRIPT_CENSUS_H_

#include "absl/strings/string_view.h"

namespace footnote {

// Letters of the scripts that our languages are written in; of Han and Kana
// characters.
struct ScriptCensus {
  double latin = 0;
  double greek = 0;
  double cyrillic = 0;
  double hebrew = 0;
  double arabic = 0;
  double devanagari = 0;
  double hangul = 0;
  double han = 0;
  double kana = 0;
  double other = 0;
  // Letters and signs that one language inside a script has, or not.
  double persian = 0;
  double arabic_only = 0;
  double urdu = 0;
  double ukrainian = 0;
  double russian = 0;
  double other_cyrillic = 0;
  double spanish = 0;
};

// Of `valid`, which is UTF-8: one pass, eight bytes of ASCII at a time. Safe
// from many threads.
ScriptCensus TakeScriptCensus(absl::string_view valid);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_SCRIPT_CENSUS_H_
