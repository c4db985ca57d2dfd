#include "generator/extractive/misspelling.h"

#include <algorithm>
#include <cstddef>
#include <string>

#include "base/utf8.h"

namespace footnote {
namespace extractive {
namespace {

// The longest code point.
constexpr size_t kMostBytes = 4;

std::u32string Letters(absl::string_view word) {
  std::u32string letters;
  for (size_t at = 0; at < word.size();) {
    int length = 1;
    letters.push_back(DecodeUtf8(word, at, &length));
    at += length;
  }
  return letters;
}

}  // namespace

bool IsMisspelling(absl::string_view a, absl::string_view b) {
  if (a.empty() || b.empty() || a[0] != b[0] || a == b ||
      a.size() > b.size() + kMostBytes || b.size() > a.size() + kMostBytes) {
    return false;
  }
  std::u32string shorter = Letters(a);
  std::u32string longer = Letters(b);
  if (shorter.size() > longer.size()) std::swap(shorter, longer);
  if (shorter[0] != longer[0] || longer.size() > shorter.size() + 1) {
    return false;
  }
  const size_t same =
      std::mismatch(shorter.begin(), shorter.end(), longer.begin()).first -
      shorter.begin();
  const auto ends_alike = [&](size_t from_shorter, size_t from_longer) {
    return std::equal(shorter.begin() + from_shorter, shorter.end(),
                      longer.begin() + from_longer, longer.end());
  };
  if (longer.size() > shorter.size()) return ends_alike(same, same + 1);
  if (ends_alike(same + 1, same + 1)) return true;
  return same + 1 < shorter.size() && shorter[same] == longer[same + 1] &&
         shorter[same + 1] == longer[same] && ends_alike(same + 2, same + 2);
}

}  // namespace extractive
}  // namespace footnote
