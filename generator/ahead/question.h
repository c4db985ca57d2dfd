// Questions about what comes next: "What will sales be next week?"
#ifndef FOOTNOTE_GENERATOR_AHEAD_QUESTION_H_
#define FOOTNOTE_GENERATOR_AHEAD_QUESTION_H_

#include <string>

#include "absl/strings/string_view.h"
#include "forecast/times.h"
#include "generator/ahead/horizon.h"
#include "text/language.h"

namespace footnote {

// What a question asks about the future.
struct AheadQuestion {
  // How far on: so many of a unit. kStep is one step of the series itself,
  // whatever that is ("the forecast").
  using Unit = HorizonUnit;
  Unit unit = Unit::kStep;
  int count = 1;
  // Where a date is named instead ("in May 2027"); unit and count then do not
  // count.
  bool has_time = false;
  Time time;
};

// Whether `question` asks what will be: it names a coming period ("next week",
// "tomorrow", "nächsten Monat", "来年"), says how far on ("in 3 weeks", "через
// три недели", "3か月後"; only in `language`) or in English when ("in May
// 2027"), or asks for a forecast. 23 languages; periods and the words for a
// forecast are tried in all of them.
bool AsksAhead(absl::string_view question, Language language,
               AheadQuestion* ahead);

// Steps of a series from its last time to the time asked for; at least 1.
// False where that lies more than `most` steps on, or before the last time.
bool StepsAhead(const AheadQuestion& ahead, const Cadence& cadence,
                const Time& last, int most, int* steps);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_AHEAD_QUESTION_H_
