#include "forecast/times.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace footnote {
namespace {

constexpr int64_t kDaySeconds = 86400;
constexpr std::array<absl::string_view, 12> kMonths = {
    "jan", "feb", "mar", "apr", "may", "jun",
    "jul", "aug", "sep", "oct", "nov", "dec"};
constexpr std::array<absl::string_view, 12> kLongMonths = {
    "january", "february", "march",     "april",   "may",      "june",
    "july",    "august",   "september", "october", "november", "december"};

// Days since 1970-01-01, by counting from 1 March of year 0.
int64_t DaysOf(int64_t year, int month, int day) {
  year -= month <= 2;
  const int64_t era = (year >= 0 ? year : year - 399) / 400;
  const int64_t of_era = year - era * 400;
  const int64_t of_year =
      (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year -
         719468;
}

void DateOf(int64_t days, int64_t* year, int* month, int* day) {
  days += 719468;
  const int64_t era = (days >= 0 ? days : days - 146096) / 146097;
  const int64_t of_era = days - era * 146097;
  const int64_t years =
      (of_era - of_era / 1460 + of_era / 36524 - of_era / 146096) / 365;
  const int64_t of_year = of_era - (365 * years + years / 4 - years / 100);
  const int64_t shifted = (5 * of_year + 2) / 153;
  *day = static_cast<int>(of_year - (153 * shifted + 2) / 5 + 1);
  *month = static_cast<int>(shifted < 10 ? shifted + 3 : shifted - 9);
  *year = years + era * 400 + (*month <= 2);
}

bool DateExists(int64_t year, int month, int day) {
  if (year < 1000 || year > 2999 || month < 1 || month > 12 || day < 1) {
    return false;
  }
  int64_t y;
  int m, d;
  DateOf(DaysOf(year, month, day), &y, &m, &d);
  return y == year && m == month && d == day;
}

// Reads what stands at the front of a text, bit by bit.
class Reader {
 public:
  explicit Reader(absl::string_view text) : text_(text) {}

  bool empty() const { return text_.empty(); }
  bool Take(char c) {
    if (text_.empty() || text_[0] != c) return false;
    text_.remove_prefix(1);
    return true;
  }
  bool TakeAny(absl::string_view chars, char* taken) {
    if (text_.empty() || chars.find(text_[0]) == absl::string_view::npos) {
      return false;
    }
    *taken = text_[0];
    text_.remove_prefix(1);
    return true;
  }
  // A number of `least` to `most` digits, all that stand there.
  bool Digits(size_t least, size_t most, int* value) {
    size_t size = 0;
    while (size < text_.size() && absl::ascii_isdigit(text_[size])) ++size;
    if (size < least || size > most) return false;
    *value = 0;
    for (size_t i = 0; i < size; ++i) *value = *value * 10 + (text_[i] - '0');
    digits_ = size;
    text_.remove_prefix(size);
    return true;
  }
  size_t digits() const { return digits_; }
  bool Month(int* month) {
    size_t size = 0;
    while (size < text_.size() && absl::ascii_isalpha(text_[size])) ++size;
    const std::string word = absl::AsciiStrToLower(text_.substr(0, size));
    for (int i = 0; i < 12; ++i) {
      if (word != kMonths[i] && word != kLongMonths[i]) continue;
      *month = i + 1;
      text_.remove_prefix(size);
      Take('.');
      return true;
    }
    return false;
  }
  void Spaces() {
    while (Take(' ')) {
    }
  }

 private:
  absl::string_view text_;
  size_t digits_ = 0;
};

// Nothing more, or a time of day.
bool FinishDay(Reader reader, int64_t year, int month, int day, Time* time) {
  if (!DateExists(year, month, day)) return false;
  const int64_t days = DaysOf(year, month, day);
  if (reader.empty()) {
    *time = {TimeUnit::kDay, days};
    return true;
  }
  char c;
  if (!reader.TakeAny("T ", &c)) return false;
  reader.Spaces();
  int hour = 0, minute = 0, second = 0;
  if (!reader.Digits(1, 2, &hour) || hour > 23 || !reader.Take(':') ||
      !reader.Digits(2, 2, &minute) || minute > 59) {
    return false;
  }
  if (reader.Take(':')) {
    if (!reader.Digits(2, 2, &second) || second > 60) return false;
    int fraction;
    if (reader.TakeAny(".,", &c) && !reader.Digits(1, 9, &fraction))
      return false;
  }
  int64_t offset = 0;
  reader.Spaces();
  if (!reader.Take('Z') && reader.TakeAny("+-", &c)) {
    int hours = 0, minutes = 0;
    if (!reader.Digits(2, 2, &hours)) return false;
    reader.Take(':');
    if (!reader.empty() && !reader.Digits(2, 2, &minutes)) return false;
    offset = (c == '+' ? -1 : 1) * (hours * 3600 + minutes * 60);
  }
  if (!reader.empty()) return false;
  *time = {TimeUnit::kSecond,
           days * kDaySeconds + hour * 3600 + minute * 60 + second + offset};
  return true;
}

bool FromYear(Reader reader, int year, Time* time) {
  if (year < 1000 || year > 2999) return false;
  if (reader.empty()) {
    *time = {TimeUnit::kYear, year};
    return true;
  }
  char between;
  if (!reader.TakeAny("-/. ", &between)) return false;
  int number = 0;
  char q;
  if (reader.TakeAny("Qq", &q)) {
    if (!reader.Digits(1, 1, &number) || number < 1 || number > 4 ||
        !reader.empty()) {
      return false;
    }
    *time = {TimeUnit::kQuarter, year * int64_t{4} + number - 1};
    return true;
  }
  if (!reader.Digits(1, 2, &number) && !reader.Month(&number)) return false;
  if (number < 1 || number > 12) return false;
  if (reader.empty()) {
    *time = {TimeUnit::kMonth, year * int64_t{12} + number - 1};
    return true;
  }
  int day = 0;
  if (!reader.Take(between) || !reader.Digits(1, 2, &day)) return false;
  return FinishDay(reader, year, number, day, time);
}

}  // namespace

bool ParseTime(absl::string_view text, DateOrder order, Time* time) {
  text = absl::StripAsciiWhitespace(text);
  if (text.size() > 40) return false;
  Reader reader(text);
  int first = 0, month = 0, year = 0;
  char c;
  if (reader.TakeAny("Qq", &c)) {
    if (!reader.Digits(1, 1, &first) || first < 1 || first > 4 ||
        !reader.TakeAny("-/ ", &c) || !reader.Digits(4, 4, &year) ||
        year < 1000 || year > 2999 || !reader.empty()) {
      return false;
    }
    *time = {TimeUnit::kQuarter, year * int64_t{4} + first - 1};
    return true;
  }
  if (reader.Month(&month)) {
    reader.TakeAny("-/ ", &c);
    if (!reader.Digits(1, 4, &first)) return false;
    if (reader.digits() == 4) {
      if (!reader.empty() || first < 1000 || first > 2999) return false;
      *time = {TimeUnit::kMonth, first * int64_t{12} + month - 1};
      return true;
    }
    if (reader.digits() > 2) return false;
    reader.Take(',');
    reader.Spaces();
    if (!reader.Digits(4, 4, &year)) return false;
    return FinishDay(reader, year, month, first, time);
  }
  if (!reader.Digits(1, 4, &first)) return false;
  if (reader.digits() == 4) return FromYear(reader, first, time);
  if (reader.digits() > 2) return false;
  if (!reader.TakeAny("./- ", &c)) return false;
  if (reader.Month(&month)) {
    reader.TakeAny("-/ ", &c);
    if (!reader.Digits(4, 4, &year)) return false;
    return FinishDay(reader, year, month, first, time);
  }
  if (!reader.Digits(1, 2, &month) || !reader.Take(c) ||
      !reader.Digits(4, 4, &year)) {
    return false;
  }
  if (c == '/' && order == DateOrder::kMonthFirst) std::swap(first, month);
  return FinishDay(reader, year, month, first, time);
}

std::string FormatTime(const Time& time) {
  switch (time.unit) {
    case TimeUnit::kYear:
      return absl::StrCat(time.count);
    case TimeUnit::kQuarter:
      return absl::StrCat(time.count / 4, "-Q", time.count % 4 + 1);
    case TimeUnit::kMonth:
      return absl::StrFormat("%04d-%02d", time.count / 12, time.count % 12 + 1);
    case TimeUnit::kDay:
    case TimeUnit::kSecond:
      break;
  }
  const bool day_only = time.unit == TimeUnit::kDay;
  int64_t days = time.count;
  int64_t seconds = 0;
  if (!day_only) {
    days = time.count >= 0 ? time.count / kDaySeconds
                           : -((kDaySeconds - 1 - time.count) / kDaySeconds);
    seconds = time.count - days * kDaySeconds;
  }
  int64_t year;
  int month, day;
  DateOf(days, &year, &month, &day);
  std::string text = absl::StrFormat("%04d-%02d-%02d", year, month, day);
  if (day_only) return text;
  absl::StrAppendFormat(&text, "T%02d:%02d", seconds / 3600, seconds / 60 % 60);
  if (seconds % 60 != 0) absl::StrAppendFormat(&text, ":%02d", seconds % 60);
  return text;
}

namespace {

// 0 for Monday … 6 for Sunday.
int Weekday(int64_t days) { return static_cast<int>(((days + 3) % 7 + 7) % 7); }

// Business days from the Monday of 1969-12-29.
int64_t BusinessDay(int64_t days) {
  const int64_t since = days + 3;
  const int64_t week = since >= 0 ? since / 7 : -((6 - since) / 7);
  return week * 5 + std::min<int64_t>(since - week * 7, 5);
}

}  // namespace

double Cadence::Steps(const Time& from, const Time& to) const {
  if (business_days) {
    return static_cast<double>(BusinessDay(to.count) - BusinessDay(from.count));
  }
  return static_cast<double>(to.count - from.count) / every;
}

Time Cadence::After(const Time& from, int steps) const {
  if (!business_days) return {from.unit, from.count + steps * every};
  Time time = from;
  for (int i = 0; i < steps; ++i) {
    do {
      ++time.count;
    } while (Weekday(time.count) >= 5);
  }
  return time;
}

std::vector<int> Cadence::Seasons() const {
  if (business_days) return {5, 21};
  switch (unit) {
    case TimeUnit::kYear:
      return {};
    case TimeUnit::kQuarter:
      return every == 1 ? std::vector<int>{4} : std::vector<int>{};
    case TimeUnit::kMonth:
      return every < 12 && 12 % every == 0 && every <= 6
                 ? std::vector<int>{static_cast<int>(12 / every)}
                 : std::vector<int>{};
    case TimeUnit::kDay:
      if (every == 1) return {7, 365};
      if (every == 7) return {52};
      return {};
    case TimeUnit::kSecond:
      break;
  }
  std::vector<int> seasons;
  for (const int64_t length : {int64_t{3600}, kDaySeconds, 7 * kDaySeconds}) {
    if (length % every != 0 || length / every < 2 || length / every > 512) {
      continue;
    }
    seasons.push_back(static_cast<int>(length / every));
  }
  return seasons;
}

std::string Cadence::Name() const {
  if (business_days) return "business day";
  const auto name = [this](absl::string_view one, int64_t number) {
    return number == 1 ? std::string(one) : absl::StrCat(number, " ", one, "s");
  };
  switch (unit) {
    case TimeUnit::kYear:
      return name("year", every);
    case TimeUnit::kQuarter:
      return name("quarter", every);
    case TimeUnit::kMonth:
      return every % 12 == 0 ? name("year", every / 12) : name("month", every);
    case TimeUnit::kDay:
      return every % 7 == 0 ? name("week", every / 7) : name("day", every);
    case TimeUnit::kSecond:
      break;
  }
  if (every % kDaySeconds == 0) return name("day", every / kDaySeconds);
  if (every % 3600 == 0) return name("hour", every / 3600);
  if (every % 60 == 0) return name("minute", every / 60);
  return name("second", every);
}

Cadence FindCadence(std::vector<Time>* given) {
  std::vector<Time>& times = *given;
  Cadence cadence;
  cadence.unit = times[0].unit;
  if (cadence.unit == TimeUnit::kDay && times.size() >= 3) {
    bool first = true, last = true;
    std::vector<Time> months;
    for (const Time& time : times) {
      int64_t year;
      int month, day;
      DateOf(time.count + 1, &year, &month, &day);
      last = last && day == 1;
      DateOf(time.count, &year, &month, &day);
      first = first && day == 1;
      months.push_back({TimeUnit::kMonth, year * 12 + month - 1});
    }
    if (first || last) {
      times = std::move(months);
      cadence.unit = TimeUnit::kMonth;
    }
  }
  std::map<int64_t, int> steps;
  bool weekends = false;
  for (size_t i = 0; i < times.size(); ++i) {
    if (cadence.unit == TimeUnit::kDay) {
      weekends = weekends || Weekday(times[i].count) >= 5;
    }
    if (i > 0) ++steps[times[i].count - times[i - 1].count];
  }
  const auto commonest = std::max_element(
      steps.begin(), steps.end(),
      [](const auto& a, const auto& b) { return a.second < b.second; });
  cadence.every = std::max<int64_t>(commonest->first, 1);
  cadence.business_days = cadence.unit == TimeUnit::kDay &&
                          cadence.every == 1 && !weekends && times.size() >= 8;
  return cadence;
}

}  // namespace footnote
