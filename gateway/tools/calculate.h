// Arithmetic that language models are bad at.
#ifndef FOOTNOTE_GATEWAY_TOOLS_CALCULATE_H_
#define FOOTNOTE_GATEWAY_TOOLS_CALCULATE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

// The value of `expression`, at most 1,000 bytes: numbers ("12", "1.5", "2e3",
// "40%"), + - * / ^ and parentheses, × ÷ − for * / -; sqrt, abs, round, floor,
// ceil, exp, ln, log10, min(…, …), max(…, …); pi, e. ^ goes from right to left.
//   InvalidArgument  what is wrong, and at which byte
//   OutOfRange       a division by zero, or a value that is no finite number
absl::StatusOr<double> Calculate(absl::string_view expression);

// "31 * 3.5 = 108.5": what a model is shown, and may quote. Where the value has
// more than one decimal, the rounded one follows in parentheses.
absl::StatusOr<std::string> CalculatedText(absl::string_view expression);

}  // namespace footnote

#endif  // FOOTNOTE_GATEWAY_TOOLS_CALCULATE_H_
