// Answers questions about what a series will do, from the rows of a table in a
// document: the value, its interval, what such forecasts were worth in the
// past, and the rows that they were made from, quoted.
#ifndef FOOTNOTE_GENERATOR_AHEAD_ANSWER_H_
#define FOOTNOTE_GENERATOR_AHEAD_ANSWER_H_

#include <functional>

#include "generator/ahead/question.h"
#include "proto/footnote/v1/generator.pb.h"
#include "text/language.h"

namespace footnote {

// Names in `draft->wants()` the documents of request.passages() that hold rows
// of a series: at most three, best first.
void WantTexts(const v1::GenerateRequest& request, v1::Draft* draft);

// Fills `draft` with the forecast of that series in request.texts() whose
// column the question names; its text is the newest rows, each cited. False,
// with `draft` untouched, where there is no such series, the time asked for is
// past or too far, or `is_cancelled`, which is asked on the way, says so: of
// tens of thousands of rows a far time takes minutes.
bool AnswerAhead(const v1::GenerateRequest& request, const AheadQuestion& ahead,
                 Language language, const std::function<bool()>& is_cancelled,
                 v1::Draft* draft);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_AHEAD_ANSWER_H_
