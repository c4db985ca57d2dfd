// A question that asks two things: "Who won, and in what year?"
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_TWO_ASKS_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_TWO_ASKS_H_

#include <string>

#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "text/language.h"

namespace footnote {
namespace extractive {

// One of the two, as it is written, and the same without the words that ask.
struct Ask {
  absl::string_view text;
  std::string about;
};

struct TwoAsks {
  Ask first;
  Ask second;
};

// The two questions of `question`, on either side of the word for "and", of a
// question mark, or in Chinese, Japanese and Korean of a comma; each has to
// have question words (answer_type.h), the second at its beginning in languages
// that put them there. None where it asks one thing, or in a language without a
// table. Views of `question`. Any bytes are accepted; long texts ask one thing.
// Safe from many threads.
absl::optional<TwoAsks> FindTwoAsks(absl::string_view question,
                                    Language language);

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_TWO_ASKS_H_
