// Times as people write them in tables, and the steps between them.
#ifndef FOOTNOTE_FORECAST_TIMES_H_
#define FOOTNOTE_FORECAST_TIMES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace footnote {

// How exact a time is written, and so what it is counted in.
enum class TimeUnit { kYear, kQuarter, kMonth, kDay, kSecond };

struct Time {
  TimeUnit unit = TimeUnit::kDay;
  // Years, quarters or months since year 0; days or seconds since 1970-01-01.
  int64_t count = 0;
};

// Whether "3/4/2020" is the 3rd of April or of March; decided for a column.
enum class DateOrder { kDayFirst, kMonthFirst };

// "2024", "2024-Q3", "Q3 2024", "2024-05", "May 2024", "2024-05-17",
// "2024/05/17", "17.05.2024", "17/05/2024", "17 May 2024", "May 17, 2024", with
// a time of day after any of the days: "T12:30", " 12:30:05", "Z", "+02:00"
// (offsets are applied), fractions of seconds are cut. English month names;
// digits of ASCII. False for anything else, impossible days too.
bool ParseTime(absl::string_view text, DateOrder order, Time* time);

// "2024-05-17", "2024-Q3", "2024-05-17T12:30:05".
std::string FormatTime(const Time& time);

// The regular step of a series.
struct Cadence {
  TimeUnit unit = TimeUnit::kDay;
  // So many units a step: 7 days, 900 seconds.
  int64_t every = 1;
  // Days of the week without Saturdays and Sundays.
  bool business_days = false;

  // Steps from one time to the next, a fraction where it falls between.
  double Steps(const Time& from, const Time& to) const;
  // The time `steps` after `from`.
  Time After(const Time& from, int steps) const;
  // Seasons that the calendar suggests, in steps: 12 for months.
  std::vector<int> Seasons() const;
  // "month", "7 days", for people.
  std::string Name() const;
};

// The step of times that rise strictly, all of one unit: the commonest
// difference. Days that are all the first, or all the last, of their month
// become months in `times`.
// REQUIRES: times->size() >= 2
Cadence FindCadence(std::vector<Time>* times);

}  // namespace footnote

#endif  // FOOTNOTE_FORECAST_TIMES_H_
