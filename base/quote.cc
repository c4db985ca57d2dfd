#include "base/quote.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/ascii.h"

namespace footnote {
namespace {

constexpr size_t kShortestPart = 12;

// The length of the longest beginning of `rest` that stands in a source; 0
// when it is shorter than kShortestPart.
size_t LongestPart(absl::string_view rest,
                   const std::vector<absl::string_view>& sources) {
  if (rest.size() < kShortestPart) return 0;
  const absl::string_view seed = rest.substr(0, kShortestPart);
  size_t longest = 0;
  for (const absl::string_view source : sources) {
    for (size_t at = source.find(seed); at != absl::string_view::npos;
         at = source.find(seed, at + 1)) {
      const absl::string_view there = source.substr(at);
      const auto end = std::mismatch(
          rest.begin(), rest.begin() + std::min(rest.size(), there.size()),
          there.begin());
      longest = std::max<size_t>(longest, end.first - rest.begin());
    }
  }
  return longest;
}

bool IsStitched(absl::string_view quote,
                const std::vector<absl::string_view>& sources) {
  absl::string_view rest = absl::StripAsciiWhitespace(quote);
  while (!rest.empty()) {
    const size_t part = LongestPart(rest, sources);
    if (part == 0) return false;
    rest = absl::StripLeadingAsciiWhitespace(rest.substr(part));
  }
  return true;
}

}  // namespace

QuoteOrigin FindQuoteOrigin(absl::string_view quote, absl::string_view cited,
                            const std::vector<absl::string_view>& sources) {
  if (quote.empty()) return QuoteOrigin::kNowhere;
  if (quote == cited) return QuoteOrigin::kCited;
  const bool elsewhere = std::any_of(
      sources.begin(), sources.end(), [quote](absl::string_view source) {
        return source.find(quote) != absl::string_view::npos;
      });
  if (elsewhere) return QuoteOrigin::kElsewhere;
  return IsStitched(quote, sources) ? QuoteOrigin::kStitched
                                    : QuoteOrigin::kNowhere;
}

}  // namespace footnote
