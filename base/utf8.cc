#include "base/utf8.h"

#include <algorithm>
#include <cstring>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace footnote {
namespace {

constexpr size_t kBlockBytes = 1024;

inline bool BeginsCodePoint(char byte) {
  return static_cast<signed char>(byte) >= -64;
}

// The number of leading ASCII bytes of [p, end).
size_t AsciiPrefix(const char* p, const char* end) {
  const char* begin = p;
#if defined(__SSE2__)
  for (; end - p >= 16; p += 16) {
    const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
    const int high = _mm_movemask_epi8(bytes);
    if (high != 0) return p - begin + __builtin_ctz(high);
  }
#endif
  while (p < end && static_cast<signed char>(*p) >= 0) ++p;
  return p - begin;
}

// The length of the well-formed sequence at `p` where a look at its bits tells:
// nearly all letters. 0 elsewhere.
inline int PlainLength(const char* p, const char* end) {
  const auto* s = reinterpret_cast<const unsigned char*>(p);
  if (end - p < 3) return 0;
  if (s[0] >= 0xC2 && s[0] < 0xE0) return (s[1] & 0xC0) == 0x80 ? 2 : 0;
  const bool three = s[0] > 0xE0 && s[0] < 0xED;
  return three && (s[1] & 0xC0) == 0x80 && (s[2] & 0xC0) == 0x80 ? 3 : 0;
}

// The length of the well-formed sequence at `p` (2 to 4; the first byte is
// not ASCII), or minus the length of the maximal invalid part.
int SequenceLength(const char* p, const char* end) {
  const auto* s = reinterpret_cast<const unsigned char*>(p);
  const size_t left = end - p;
  const unsigned char lead = s[0];
  int length;
  unsigned char low = 0x80;
  unsigned char high = 0xBF;
  if (lead < 0xC2) {
    return -1;
  } else if (lead < 0xE0) {
    length = 2;
  } else if (lead < 0xF0) {
    length = 3;
    if (lead == 0xE0) low = 0xA0;
    if (lead == 0xED) high = 0x9F;
  } else if (lead < 0xF5) {
    length = 4;
    if (lead == 0xF0) low = 0x90;
    if (lead == 0xF4) high = 0x8F;
  } else {
    return -1;
  }
  if (left < 2 || s[1] < low || s[1] > high) return -1;
  for (int i = 2; i < length; ++i) {
    if (left <= static_cast<size_t>(i) || (s[i] & 0xC0) != 0x80) return -i;
  }
  return length;
}

}  // namespace

size_t ValidUtf8Prefix(absl::string_view bytes) {
  const char* p = bytes.data();
  const char* end = p + bytes.size();
  while (true) {
    p += AsciiPrefix(p, end);
    // Not ASCII here: stay in the scalar loop while that is so.
    while (p < end && static_cast<signed char>(*p) < 0) {
      if (const int plain = PlainLength(p, end)) {
        p += plain;
        continue;
      }
      const int length = SequenceLength(p, end);
      if (length < 0) return p - bytes.data();
      p += length;
    }
    if (p == end) return bytes.size();
  }
}

bool IsValidUtf8(absl::string_view bytes) {
  return ValidUtf8Prefix(bytes) == bytes.size();
}

std::string ReplaceInvalidUtf8(absl::string_view bytes) {
  std::string valid;
  valid.reserve(bytes.size());
  while (!bytes.empty()) {
    const size_t prefix = ValidUtf8Prefix(bytes);
    valid.append(bytes.data(), prefix);
    bytes.remove_prefix(prefix);
    if (bytes.empty()) break;
    valid.append("\xEF\xBF\xBD");
    bytes.remove_prefix(
        -SequenceLength(bytes.data(), bytes.data() + bytes.size()));
  }
  return valid;
}

size_t CountCodePoints(absl::string_view utf8) {
  const char* p = utf8.data();
  const char* end = p + utf8.size();
  size_t count = 0;
#if defined(__SSE2__)
  const __m128i last_continuation = _mm_set1_epi8(-65);
  const __m128i zero = _mm_setzero_si128();
  while (end - p >= 16) {
    // Each of the 16 counters holds at most 255.
    const size_t rounds = std::min<size_t>((end - p) / 16, 255);
    __m128i counters = zero;
    for (size_t i = 0; i < rounds; ++i, p += 16) {
      const __m128i bytes =
          _mm_loadu_si128(reinterpret_cast<const __m128i*>(p));
      counters =
          _mm_sub_epi8(counters, _mm_cmpgt_epi8(bytes, last_continuation));
    }
    const __m128i sums = _mm_sad_epu8(counters, zero);
    count +=
        static_cast<size_t>(_mm_cvtsi128_si64(sums)) +
        static_cast<size_t>(_mm_cvtsi128_si64(_mm_unpackhi_epi64(sums, sums)));
  }
#endif
  for (; p < end; ++p) count += BeginsCodePoint(*p);
  return count;
}

size_t CodePointOffset(absl::string_view utf8, size_t byte_offset) {
  return CountCodePoints(utf8.substr(0, byte_offset));
}

size_t ByteOffset(absl::string_view utf8, size_t code_point) {
  size_t at = 0;
  while (utf8.size() - at >= kBlockBytes) {
    const size_t count = CountCodePoints(utf8.substr(at, kBlockBytes));
    if (count > code_point) break;
    code_point -= count;
    at += kBlockBytes;
  }
  for (; at < utf8.size(); ++at) {
    if (!BeginsCodePoint(utf8[at])) continue;
    if (code_point == 0) return at;
    --code_point;
  }
  return utf8.size();
}

size_t FloorToCodePoint(absl::string_view utf8, size_t byte_offset) {
  if (byte_offset >= utf8.size()) return utf8.size();
  while (byte_offset > 0 && !BeginsCodePoint(utf8[byte_offset])) --byte_offset;
  return byte_offset;
}

char32_t DecodeUtf8(absl::string_view utf8, size_t offset, int* length) {
  const char* p = utf8.data() + offset;
  const auto* s = reinterpret_cast<const unsigned char*>(p);
  if (s[0] < 0x80) {
    *length = 1;
    return s[0];
  }
  const int n = SequenceLength(p, utf8.data() + utf8.size());
  if (n < 0) {
    *length = -n;
    return 0xFFFD;
  }
  *length = n;
  char32_t code_point = s[0] & (0x7F >> n);
  for (int i = 1; i < n; ++i) code_point = code_point << 6 | (s[i] & 0x3F);
  return code_point;
}

void AppendUtf8(char32_t code_point, std::string* out) {
  if (code_point > 0x10FFFF || (code_point >= 0xD800 && code_point <= 0xDFFF)) {
    code_point = 0xFFFD;
  }
  if (code_point < 0x80) {
    out->push_back(static_cast<char>(code_point));
    return;
  }
  char bytes[4];
  int n = code_point < 0x800 ? 2 : code_point < 0x10000 ? 3 : 4;
  for (int i = n - 1; i > 0; --i, code_point >>= 6) {
    bytes[i] = static_cast<char>(0x80 | (code_point & 0x3F));
  }
  bytes[0] = static_cast<char>((0xF00 >> n & 0xFF) | code_point);
  out->append(bytes, n);
}

CodePointIndex::CodePointIndex(absl::string_view utf8) : utf8_(utf8) {
  before_.reserve(utf8.size() / kBlockBytes + 1);
  for (size_t at = 0; at < utf8.size(); at += kBlockBytes) {
    before_.push_back(size_);
    size_ += CountCodePoints(utf8.substr(at, kBlockBytes));
  }
  if (before_.empty()) before_.push_back(0);
}

size_t CodePointIndex::CodePointOffset(size_t byte_offset) const {
  if (byte_offset >= utf8_.size()) return size_;
  const size_t block = byte_offset / kBlockBytes;
  return before_[block] +
         CountCodePoints(utf8_.substr(block * kBlockBytes,
                                      byte_offset - block * kBlockBytes));
}

size_t CodePointIndex::ByteOffset(size_t code_point) const {
  if (code_point >= size_) return utf8_.size();
  const size_t block =
      std::upper_bound(before_.begin(), before_.end(), code_point) -
      before_.begin() - 1;
  const size_t at = block * kBlockBytes;
  return at + footnote::ByteOffset(utf8_.substr(at, kBlockBytes),
                                   code_point - before_[block]);
}

}  // namespace footnote
