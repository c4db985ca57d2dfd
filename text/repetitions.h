// A text that says its sentences again and again.
#ifndef FOOTNOTE_TEXT_REPETITIONS_H_
#define FOOTNOTE_TEXT_REPETITIONS_H_

#include <string>

#include "absl/strings/string_view.h"

namespace footnote {

// `utf8` without the sentences and lines whose words have all come before,
// where they are half of it or more; else empty. Safe from many threads.
std::string WithoutRepetitions(absl::string_view utf8);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_REPETITIONS_H_
