// How far on a question asks: "in 3 months", "через три недели", "3か月後".
#ifndef FOOTNOTE_GENERATOR_AHEAD_HORIZON_H_
#define FOOTNOTE_GENERATOR_AHEAD_HORIZON_H_

#include "absl/strings/string_view.h"
#include "text/language.h"

namespace footnote {

enum class HorizonUnit { kStep, kHour, kDay, kWeek, kMonth, kQuarter, kYear };

// Finds a count and a unit of time in `folded`, a question as Fold gives it for
// `language`, beside a word that says that they lie ahead: one that can't mean
// anything else ("the next 3 weeks"), or one that may ("in 3 weeks") where the
// question also says that something will be. Counts are digits or words, 1 to
// 1,000. False for kUnknown.
bool FindHorizon(absl::string_view folded, Language language, HorizonUnit* unit,
                 int* count);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_AHEAD_HORIZON_H_
