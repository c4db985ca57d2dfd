#ifndef FOOTNOTE_TEXT_SPAN_H_
#define FOOTNOTE_TEXT_SPAN_H_

#include <cstdint>

namespace footnote {

// Bytes [begin, end) of a text, half open. A span made by this room never
// splits a code point of valid UTF-8.
struct TextSpan {
  uint32_t begin = 0;
  uint32_t end = 0;

  uint32_t size() const { return end - begin; }
  bool empty() const { return begin == end; }
};

inline bool operator==(const TextSpan& a, const TextSpan& b) {
  return a.begin == b.begin && a.end == b.end;
}
inline bool operator!=(const TextSpan& a, const TextSpan& b) {
  return !(a == b);
}

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_SPAN_H_
