// Words that are one slip of the fingers apart.
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_MISSPELLING_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_MISSPELLING_H_

#include "absl/strings/string_view.h"

namespace footnote {
namespace extractive {

// Whether `a` becomes `b`, both folded (text/fold.h), by one letter more, fewer
// or other, or by two neighbours that change places; their first letters are
// the same. False of equal words. Any bytes are accepted.
bool IsMisspelling(absl::string_view a, absl::string_view b);

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_MISSPELLING_H_
