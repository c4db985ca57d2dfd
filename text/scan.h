#ifndef FOOTNOTE_TEXT_SCAN_H_
#define FOOTNOTE_TEXT_SCAN_H_

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/base/attributes.h"
#include "absl/strings/string_view.h"
#include "text/char_class.h"
#include "text/word.h"

namespace footnote {

// Where words begin and end; the one loop under Words() and the Analyzer.
//
// Calls `sink.OnWord(begin, end, flags)` for every word written with spaces
// and `sink.OnCjk(begin, end)` for every run of Han and Kana, in order; `flags`
// are WordFlags. One pass, no memory. A word is cut after kMaxWordBytes, a run
// after kMaxRunBytes.
//
// The borders are those of UAX #29 but for these, which serve search: "_" and
// ":" part words; "." joins letters only between single ones ("U.S.", "z.B.",
// not "www.debian.org"); Hangul parts from digits and from other scripts
// ("2015년", "IBM은").
constexpr size_t kMaxWordBytes = 255;
constexpr size_t kMaxRunBytes = 3 * 1024;

namespace scan_internal {

struct CodePoint {
  char32_t value;
  uint32_t length;
};

// The code point at `p`; a damaged one is U+FFFD (kCharOther) of one byte.
ABSL_ATTRIBUTE_ALWAYS_INLINE inline CodePoint Decode(const unsigned char* p,
                                                     const unsigned char* end) {
  const unsigned char lead = p[0];
  if (lead < 0x80) return {lead, 1};
  const size_t left = end - p;
  if (lead < 0xE0) {
    if (lead >= 0xC2 && left >= 2 && (p[1] & 0xC0) == 0x80) {
      return {static_cast<char32_t>((lead & 0x1F) << 6 | (p[1] & 0x3F)), 2};
    }
  } else if (lead < 0xF0) {
    if (left >= 3 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80) {
      const char32_t value =
          (lead & 0x0F) << 12 | (p[1] & 0x3F) << 6 | (p[2] & 0x3F);
      // Surrogates decode here and are kCharOther in the table.
      if (value >= 0x800) return {value, 3};
    }
  } else if (lead < 0xF5) {
    if (left >= 4 && (p[1] & 0xC0) == 0x80 && (p[2] & 0xC0) == 0x80 &&
        (p[3] & 0xC0) == 0x80) {
      const char32_t value = (lead & 0x07) << 18 | (p[1] & 0x3F) << 12 |
                             (p[2] & 0x3F) << 6 | (p[3] & 0x3F);
      if (value >= 0x10000 && value <= 0x10FFFF) return {value, 4};
    }
  }
  return {0xFFFD, 1};
}

// Of eight bytes those before the first that is no ASCII letter, together:
// where a word ends no processor can foretell.
struct AsciiLetters {
  ABSL_ATTRIBUTE_ALWAYS_INLINE explicit AsciiLetters(const unsigned char* p) {
    constexpr uint64_t kOnes = 0x0101010101010101;
    constexpr uint64_t kHigh = kOnes * 0x80;
    uint64_t bytes;
    std::memcpy(&bytes, p, sizeof(bytes));
    // Sums of seven bits: whether a letter is at least 'a', and beyond 'z',
    // stands in the highest bit of its byte.
    const uint64_t lower = (bytes | kOnes * 0x20) & ~kHigh;
    const uint64_t others = ((lower + kOnes * (0x80 - 'a')) ^ kHigh) |
                            (lower + kOnes * (0x7f - 'z')) | bytes;
    const uint64_t first = others & kHigh;
    // The bits below the first other's.
    const uint64_t before = first == 0 ? ~uint64_t{0} : (first & -first) - 1;
    count = first == 0 ? 8 : static_cast<uint32_t>(__builtin_ctzll(first)) / 8;
    const uint64_t upper = ~bytes << 2 & kHigh & before;
    uppers = static_cast<uint32_t>(((upper >> 7) * kOnes) >> 56);
  }

  uint32_t count;
  uint32_t uppers;
};

}  // namespace scan_internal

template <typename Sink>
void ScanWords(absl::string_view utf8, Sink& sink) {
  using scan_internal::CodePoint;
  using scan_internal::Decode;
  const uint8_t* const table = CharClassTable();
  const auto* const begin = reinterpret_cast<const unsigned char*>(utf8.data());
  const unsigned char* const end = begin + utf8.size();
  const unsigned char* p = begin;

  const auto class_at = [&](const unsigned char* at) -> uint8_t {
    return at < end ? CharClass(table, Decode(at, end).value) : 0;
  };

  while (p < end) {
    CodePoint c = Decode(p, end);
    uint8_t cls = CharClass(table, c.value);
    uint8_t kind = cls & kCharKindMask;
    if (kind == kCharCjk) {
      const unsigned char* const run = p;
      do {
        p += c.length;
        if (p - run > static_cast<ptrdiff_t>(kMaxRunBytes - 4) || p >= end) {
          break;
        }
        c = Decode(p, end);
        kind = CharClass(table, c.value) & kCharKindMask;
        // Variation selectors and combining voice marks stay in the run.
      } while (kind == kCharCjk || kind == kCharMark);
      sink.OnCjk(static_cast<uint32_t>(run - begin),
                 static_cast<uint32_t>(p - begin));
      continue;
    }
    if (kind != kCharLetter && kind != kCharDigit) {
      p += c.length;
      continue;
    }

    const unsigned char* const word = p;
    const unsigned char* const word_end =
        end - p > static_cast<ptrdiff_t>(kMaxWordBytes) ? p + kMaxWordBytes
                                                        : end;
    uint8_t flags = kind == kCharDigit        ? kWordNumber
                    : (cls & kCharUpper) != 0 ? kWordCapitalised
                                              : 0;
    uint32_t letters = 0;
    uint32_t uppers = 0;
    // Letters since the last point: "U.S." is one word, "end.Next" is two.
    uint32_t part_letters = 0;
    uint8_t last = 0;
    while (true) {
      // Here `c`, `cls` and `kind` describe the code point at `p`, accepted.
      if (kind == kCharLetter) {
        ++letters;
        ++part_letters;
        uppers += (cls & kCharUpper) != 0;
        flags |= (cls & kCharLatin) != 0    ? kWordLatin
                 : (cls & kCharHangul) != 0 ? kWordHangul
                                            : 0;
        last = cls;
      } else if (kind == kCharDigit) {
        flags |= kWordHasDigit;
        last = cls;
      }
      p += c.length;
      // Most words are ASCII letters: no decoding, no rules.
      if ((last & kCharHangul) == 0 && p < word_end && *p < 0x80) {
        const unsigned char* const run = p;
        bool goes_on = true;
        while (goes_on && word_end - p >= 8) {
          const scan_internal::AsciiLetters ascii(p);
          uppers += ascii.uppers;
          p += ascii.count;
          goes_on = ascii.count == 8;
        }
        uint8_t ascii;
        while (goes_on && p < word_end && *p < 0x80 &&
               ((ascii = table[*p]) & kCharKindMask) == kCharLetter) {
          uppers += (ascii & kCharUpper) != 0;
          ++p;
        }
        if (p != run) {
          letters += static_cast<uint32_t>(p - run);
          part_letters += static_cast<uint32_t>(p - run);
          flags |= kWordLatin;
          last = kCharLetter | kCharLatin;
        }
      }
      if (p >= end) break;
      c = Decode(p, end);
      if (p + c.length > word_end) break;
      cls = CharClass(table, c.value);
      kind = cls & kCharKindMask;
      if (kind == kCharLetter) {
        if (((cls ^ last) & kCharHangul) != 0) break;
        continue;
      }
      if (kind == kCharDigit) {
        if ((last & kCharHangul) != 0) break;
        continue;
      }
      if (kind == kCharMark) continue;
      if (kind == kCharOther || kind == kCharCjk) break;
      // A joining sign: needs the right company on both sides.
      const uint8_t next = class_at(p + c.length);
      const uint8_t next_kind = next & kCharKindMask;
      const uint8_t last_kind = last & kCharKindMask;
      bool joins = false;
      if (kind == kCharApostrophe) {
        joins = last_kind == kCharLetter && next_kind == kCharLetter &&
                ((last | next) & kCharHangul) == 0;
      } else if (kind == kCharGershayim) {
        joins = (last & next & kCharHebrew) != 0;
      } else if (last_kind == kCharDigit && next_kind == kCharDigit) {
        joins = true;
      } else if (kind == kCharPoint && last_kind == kCharLetter &&
                 next_kind == kCharLetter && part_letters == 1 &&
                 ((last | next) & kCharHangul) == 0) {
        const unsigned char* const letter = p + c.length;
        const uint8_t after =
            class_at(letter + (letter < end ? Decode(letter, end).length : 0)) &
            kCharKindMask;
        joins = after != kCharLetter && after != kCharDigit;
        part_letters = 0;
      }
      if (!joins ||
          p + c.length + 4 - word > static_cast<ptrdiff_t>(kMaxWordBytes)) {
        break;
      }
      p += c.length;
      c = Decode(p, end);
      cls = next;
      kind = next_kind;
    }
    if (letters >= 2 && uppers == letters) flags |= kWordAllCaps;
    sink.OnWord(static_cast<uint32_t>(word - begin),
                static_cast<uint32_t>(p - begin), flags);
  }
}

}  // namespace footnote

#endif  // FOOTNOTE_TEXT_SCAN_H_
