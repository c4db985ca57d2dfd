// What a question speaks of and no passage does: why an answer is withheld, in
// the asker's own words.
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_MISSING_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_MISSING_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "generator/extractive/candidates.h"
#include "generator/extractive/question.h"

namespace footnote {
namespace extractive {

// The words of `text`, which `question` was read from, that say what it is
// about and that no candidate, title or heading holds, not even something like
// them; of scripts without spaces the runs of characters. Words that ask are
// none of them. Each once, in its order, as it is written there; views of
// `text`.
std::vector<absl::string_view> MissingWords(absl::string_view text,
                                            const Question& question,
                                            const Candidates& candidates);

// Says for people why an answer from `passages` passages is withheld, naming
// the first three of `missing`, and of a long one its beginning; where there is
// none, that the best passage speaks of it only.
std::string TellMissing(const std::vector<absl::string_view>& missing,
                        size_t passages);

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_MISSING_H_
