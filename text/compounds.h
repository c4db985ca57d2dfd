#ifndef FOOTNOTE_TEXT_COMPOUNDS_H_
#define FOOTNOTE_TEXT_COMPOUNDS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "text/language_table.h"

namespace footnote {

// Appends to `parts` views of the parts of the compound `word`, or nothing
// when it is not recognised as one. `word` is in bare form; linking letters
// ("Versicherung-s-vertrag") belong to no part.
//
// A word is a compound when it begins or ends in one of the nouns of a built-in
// list and what is left could be a word: at least four letters and a vowel, or
// itself in the list. At most three parts. Safe from many threads.
void SplitCompound(Compounds compounds, absl::string_view word,
                   std::vector<absl::string_view>* parts);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_COMPOUNDS_H_
