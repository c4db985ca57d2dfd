// The words of 23 languages that say how far ahead something lies.
#ifndef FOOTNOTE_GENERATOR_AHEAD_HORIZON_WORDS_H_
#define FOOTNOTE_GENERATOR_AHEAD_HORIZON_WORDS_H_

#include "text/language.h"

namespace footnote {

// As people write them, to be folded. Several are divided by "|", and may hold
// blanks. One that ends in "!" can only mean what lies ahead.
struct HorizonWords {
  Language language;
  // Before the count, or between it and the unit.
  const char* before;
  // After the unit.
  const char* after;
  // Say that something will be.
  const char* will;
  // Units, in every form that stands beside a number.
  const char* hour;
  const char* day;
  const char* week;
  const char* month;
  const char* quarter;
  const char* year;
  // Forms that mean two by themselves; the units in the same order, "" for
  // languages that have none.
  const char* dual[6];
};

// One for each language but kUnknown, in the order of their numbers.
const HorizonWords& HorizonWordsOf(Language language);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_AHEAD_HORIZON_WORDS_H_
