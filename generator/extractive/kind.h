// What kind of thing a question names by its id.
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_KIND_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_KIND_H_

#include "absl/strings/string_view.h"

namespace footnote {
namespace extractive {

// Of document "in/tickets.jsonl#T-1042", a line of JSON: "tickets", where
// `question` names it by `heading` ("T-1042", what the line calls itself). Who
// asks of ticket T-1042 says what its file says and its text does not. Else
// empty. A view of `document`.
absl::string_view KindOf(absl::string_view question, absl::string_view heading,
                         absl::string_view document);

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_KIND_H_
