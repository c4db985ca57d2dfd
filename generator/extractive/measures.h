// Words that ask for a measure, and the units that answer: what costs is told
// in euros, what lasts in days, and neither sentence says "cost" or "last".
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_MEASURES_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_MEASURES_H_

#include <cstdint>
#include <vector>

#include "text/language.h"

namespace footnote {
namespace extractive {

// The keys (Token::key) of the units that answer a question with the word whose
// surface has `key`, and of the words that ask for the same: "Preis" for
// "kostet". Null: it asks for no measure that is known. Safe from many threads.
const std::vector<uint64_t>* UnitsAskedFor(uint64_t key, Language language);

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_MEASURES_H_
