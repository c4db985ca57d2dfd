// Names made of letters and digits: article numbers, error codes, versions.
#ifndef FOOTNOTE_GENERATOR_EXTRACTIVE_CODES_H_
#define FOOTNOTE_GENERATOR_EXTRACTIVE_CODES_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "text/span.h"

namespace footnote {
namespace extractive {

// The runs of letters, digits and "-", "_", "/", "." in `text` that begin with
// a letter and hold a digit: "ERR-4012", "v2.3.1", "CO2". Letters of Latin,
// Greek and Cyrillic: those of Hebrew and Arabic stand before a number as words
// of their own. In their order; any bytes are accepted.
std::vector<TextSpan> FindCodes(absl::string_view text);

// Words that `code` may be written as instead, in the order of how sure that
// is: "AS206" for "AS-206"; "2.3.1" for "v2.3.1"; "206" for "AS206". Also of a
// version without a letter: "v2.3.1" for "2.3.1".
std::vector<std::string> OtherWritings(absl::string_view code);

}  // namespace extractive
}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_EXTRACTIVE_CODES_H_
