#include "text/number_format.h"

#include <unicode/locid.h>
#include <unicode/measunit.h>
#include <unicode/nounit.h>
#include <unicode/numberformatter.h>
#include <unicode/unistr.h>

#include <cmath>

namespace footnote {
namespace {

using icu::number::LocalizedNumberFormatter;
using icu::number::Notation;
using icu::number::NumberFormatter;
using icu::number::Precision;
using icu::number::Scale;

constexpr int kSignificantDigits = 6;
constexpr double kLeastPlain = 1e-5;
constexpr double kMostPlain = 1e15;

icu::Locale LocaleOf(Language language) {
  return icu::Locale(language == Language::kUnknown
                         ? "en"
                         : std::string(LanguageCode(language)).c_str());
}

std::string Format(const LocalizedNumberFormatter& formatter, double value) {
  UErrorCode error = U_ZERO_ERROR;
  const icu::UnicodeString text =
      formatter.formatDouble(value, error).toString(error);
  std::string utf8;
  if (U_SUCCESS(error)) text.toUTF8String(utf8);
  return utf8;
}

icu::MeasureUnit UnitOf(Period period) {
  switch (period) {
    case Period::kSecond:
      return icu::MeasureUnit::getSecond();
    case Period::kMinute:
      return icu::MeasureUnit::getMinute();
    case Period::kHour:
      return icu::MeasureUnit::getHour();
    case Period::kDay:
      return icu::MeasureUnit::getDay();
    case Period::kWeek:
      return icu::MeasureUnit::getWeek();
    case Period::kMonth:
      return icu::MeasureUnit::getMonth();
    case Period::kYear:
      break;
  }
  return icu::MeasureUnit::getYear();
}

}  // namespace

std::string FormatNumber(double value, Language language) {
  const double size = std::fabs(value);
  const bool plain = value == 0 || (size >= kLeastPlain && size < kMostPlain);
  return Format(
      NumberFormatter::withLocale(LocaleOf(language))
          .notation(plain ? Notation(Notation::simple())
                          : Notation(Notation::scientific()))
          .precision(Precision::minMaxSignificantDigits(1, kSignificantDigits)),
      value);
}

std::string FormatPercent(double share, Language language) {
  return Format(NumberFormatter::withLocale(LocaleOf(language))
                    .unit(icu::NoUnit::percent())
                    .scale(Scale::powerOfTen(2))
                    .precision(Precision::integer()),
                share);
}

std::string FormatPeriod(int64_t count, Period period, Language language) {
  return Format(NumberFormatter::withLocale(LocaleOf(language))
                    .unit(UnitOf(period))
                    .unitWidth(UNUM_UNIT_WIDTH_FULL_NAME),
                static_cast<double>(count));
}

}  // namespace footnote
