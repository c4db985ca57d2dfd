// A forecast in words, in the language of the question.
#ifndef FOOTNOTE_GENERATOR_AHEAD_SUMMARY_H_
#define FOOTNOTE_GENERATOR_AHEAD_SUMMARY_H_

#include <cstdint>
#include <string>

#include "proto/footnote/v1/types.pb.h"
#include "text/language.h"
#include "text/number_format.h"

namespace footnote {

// How far on a forecast is.
struct Horizon {
  int64_t count = 1;
  Period period = Period::kDay;
};

// Value and interval of `forecast`, from how many rows, what such forecasts
// erred in the past beside repeating the last value, and whether that is what
// the value is. Numbers as the language writes them; English where it is
// unknown.
std::string Summary(const v1::SeriesForecast& forecast, const Horizon& horizon,
                    Language language);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_AHEAD_SUMMARY_H_
