// How stems of one word differ by rule: vowels that come and go (uk "рік",
// "року"; cs "účet", "účtu"), vowels and consonants that change (pl "ręka",
// "rąk", "ręce"; ro "poartă", "porți").
#ifndef FOOTNOTE_TEXT_STEM_SHIFTS_H_
#define FOOTNOTE_TEXT_STEM_SHIFTS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "text/language.h"

namespace footnote {

// A word with its stem.
struct StemmedWord {
  // In careful form (see text/fold.h): its accents tell what may change.
  absl::string_view careful;
  absl::string_view bare;
  // The analyser's, bare.
  absl::string_view stem;
  bool is_capitalised = false;
};

// True when a language has such rules: cs, pl, ro, ru, uk.
bool HasStemShifts(Language language);

// Appends what other forms of `word` may have for a stem, the likeliest first,
// each once and none of them its own; at most kMostStemShifts. Most are stems
// of nothing: what a collection does not hold is to be passed over. No rule of
// another part of speech, and none for irregular words (see
// text/other_stems.h). Safe from many threads.
constexpr size_t kMostStemShifts = 8;
void ShiftStem(Language language, const StemmedWord& word,
               std::vector<std::string>* out);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_STEM_SHIFTS_H_
