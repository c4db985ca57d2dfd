// How many bytes of a text are of a kind.
#ifndef FOOTNOTE_BASE_COUNT_BYTES_H_
#define FOOTNOTE_BASE_COUNT_BYTES_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/strings/string_view.h"

namespace footnote {

// The number of bytes for which `holds` says so. It is called with one uint8_t
// and with sixteen side by side, of which GCC and Clang make SSE2 or NEON: a
// generic function of comparisons, joined by & and |:
//
//   CountBytes(text, [](auto byte) { return (byte < 9) | (byte == 0x7f); })
template <typename Holds>
size_t CountBytes(absl::string_view text, Holds holds) {
  typedef uint8_t Bytes __attribute__((vector_size(16)));
  size_t count = 0;
  size_t at = 0;
  while (text.size() - at >= sizeof(Bytes)) {
    // Each of the counters holds at most 255.
    const size_t rounds =
        std::min<size_t>((text.size() - at) / sizeof(Bytes), 255);
    Bytes counters = {};
    for (size_t i = 0; i < rounds; ++i, at += sizeof(Bytes)) {
      Bytes bytes;
      std::memcpy(&bytes, text.data() + at, sizeof(bytes));
      // Comparisons give -1 where they hold.
      counters -= reinterpret_cast<Bytes>(holds(bytes));
    }
    for (size_t lane = 0; lane < sizeof(Bytes); ++lane) count += counters[lane];
  }
  for (; at < text.size(); ++at) {
    count += holds(static_cast<uint8_t>(text[at])) ? 1 : 0;
  }
  return count;
}

}  // namespace footnote

#endif  // FOOTNOTE_BASE_COUNT_BYTES_H_
