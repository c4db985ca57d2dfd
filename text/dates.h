// Dates in running text, however they are written.
#ifndef FOOTNOTE_TEXT_DATES_H_
#define FOOTNOTE_TEXT_DATES_H_

#include <cstddef>
#include <limits>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "text/language.h"
#include "text/span.h"

namespace footnote {

// Of the calendar that the text has. 0: not said.
struct Date {
  int year = 0;
  int month = 0;  // 1 to 12
  int day = 0;    // 1 to 31
};

struct DateInText {
  // Bytes of the text.
  TextSpan span;
  Date date;
  // Day and month may be the other way round, as in 04/06/2026.
  bool may_be_swapped = false;
};

// So many dates of a question are looked for in other notations; who names more
// asks for none of them.
constexpr size_t kMostDatesAsked = 16;
constexpr size_t kAllDates = std::numeric_limits<size_t>::max();

// The dates in `utf8` that name a month and a day or a year, in their order:
// "2026-03-31", "31.03.2026", "3/31/2026", "31. März", "March 31st, 2026",
// "31 de marzo de 2026", "2026年3月31日", "tháng 3 năm 2026". Months by their
// names (or the beginnings of these) in `language` and in English, by ICU.
// No more than the first `most`. Any bytes are accepted. Safe from many
// threads.
std::vector<DateInText> FindDates(absl::string_view utf8, Language language,
                                  size_t most = kAllDates);

// How far a text with `there` speaks of the day, or the month, that is asked
// for: 1, or .5 where it does not say which year, or 0.
float SameDate(const DateInText& asked, const DateInText& there);

// How else the date may be written, in `language` and in digits alone.
std::vector<std::string> DateWritings(const DateInText& date,
                                      Language language);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_DATES_H_
