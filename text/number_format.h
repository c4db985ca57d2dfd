// Numbers and periods as readers of a language write them; by ICU's locale
// data. Safe from many threads. An unknown language is written as English.
#ifndef FOOTNOTE_TEXT_NUMBER_FORMAT_H_
#define FOOTNOTE_TEXT_NUMBER_FORMAT_H_

#include <cstdint>
#include <string>

#include "text/language.h"

namespace footnote {

// `value` to six significant digits: "1,234.5", "1.234,5", "١٬٢٣٤٫٥". Below a
// hundred-thousandth, and from 10^15 on, with an exponent.
std::string FormatNumber(double value, Language language);

// A share of 1 as whole percents: "90%", "90 %", "%90".
std::string FormatPercent(double share, Language language);

enum class Period { kSecond, kMinute, kHour, kDay, kWeek, kMonth, kYear };

// "3 months", "3 Monate", "3 miesiące".
std::string FormatPeriod(int64_t count, Period period, Language language);

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_NUMBER_FORMAT_H_
