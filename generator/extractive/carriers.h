// Words that carry a question and say nothing of what it is about: of "What is
// said to happen when the valve closes?" "said" and "happen".
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_CARRIERS_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_CARRIERS_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "text/language.h"
#include "text/span.h"

namespace footnote {
namespace extractive {

// Where they stand in `question`, in its order. None of a language without a
// table. Accents may be left out. Any bytes are accepted. Safe from many
// threads.
std::vector<TextSpan> FindCarriers(absl::string_view question,
                                   Language language);

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_CARRIERS_H_
