#include "text/fold.h"

#include <unicode/uchar.h>
#include <unicode/unistr.h>
#include <unicode/unorm2.h>
#include <unicode/uscript.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <iterator>
#include <memory>
#include <vector>

#include "base/utf8.h"
#include "text/han_range.h"
#include "text/simplified_han.inc"

namespace footnote {
namespace {

// Entries of the careful table that are not code points.
constexpr uint16_t kDrop = 0xFFFE;
constexpr uint16_t kAskIcu = 0xFFFF;

// [0, kLowEnd) and [kHighBegin, 0x10000) are in the tables; between them lie
// Han, Yi, Hangul, surrogates and private use, which fold to themselves
// carefully.
constexpr char32_t kLowEnd = 0x3400;
constexpr char32_t kHighBegin = 0xF900;

bool IsDropped(UChar32 c) {
  return c == 0x0640 ||                   // tatweel
         (c >= 0x0610 && c <= 0x061A) ||  // Koranic signs
         (c >= 0x064B && c <= 0x065F) ||  // tashkeel
         c == 0x0670 ||                   // superscript alef
         (c >= 0x06D6 && c <= 0x06DC) || (c >= 0x06DF && c <= 0x06E8) ||
         (c >= 0x06EA && c <= 0x06ED) ||
         (c >= 0x0591 && c <= 0x05BD) ||  // niqqud and cantillation
         c == 0x05BF || c == 0x05C1 || c == 0x05C2 || c == 0x05C4 ||
         c == 0x05C5 || c == 0x05C7;
}

// Marks that compose with the letter before them: the word goes through ICU.
bool Composes(UChar32 c) {
  return (c >= 0x0300 && c <= 0x036F) || (c >= 0x0653 && c <= 0x0655) ||
         c == 0x093C || (c >= 0x1100 && c <= 0x11FF) || c == 0x3099 ||
         c == 0x309A || (c >= 0xFF9E && c <= 0xFF9F);
}

const UNormalizer2* CaseFolder() {
  static const UNormalizer2* const folder = [] {
    UErrorCode status = U_ZERO_ERROR;
    return unorm2_getNFKCCasefoldInstance(&status);
  }();
  return folder;
}

const UNormalizer2* Decomposer() {
  static const UNormalizer2* const decomposer = [] {
    UErrorCode status = U_ZERO_ERROR;
    return unorm2_getNFDInstance(&status);
  }();
  return decomposer;
}

// After ICU's case folding: the additions of our own.
uint16_t Adjust(UChar32 c) {
  if (IsDropped(c)) return kDrop;
  switch (c) {
    case 0x2018:
    case 0x2019:
    case 0x02BC:
    case 0x02B9:
      return '\'';
    case 0x05F3:  // geresh
    case 0x05F4:  // gershayim
      return kDrop;
  }
  if (u_charType(c) == U_DECIMAL_DIGIT_NUMBER) {
    return static_cast<uint16_t>('0' + u_charDigitValue(c));
  }
  return static_cast<uint16_t>(c);
}

struct CarefulTable {
  CarefulTable() {
    for (UChar32 c = 0; c < 0x10000; ++c) {
      if (c >= static_cast<UChar32>(kLowEnd) &&
          c < static_cast<UChar32>(kHighBegin)) {
        continue;
      }
      at(c) = Make(c);
    }
  }

  uint16_t& at(char32_t c) {
    return c < kLowEnd ? low[c] : high[c - kHighBegin];
  }
  uint16_t operator()(char32_t c) const {
    if (c < kLowEnd) return low[c];
    if (c < kHighBegin) return static_cast<uint16_t>(c);
    if (c < 0x10000) return high[c - kHighBegin];
    return kAskIcu;
  }

  static uint16_t Make(UChar32 c) {
    if (IsDropped(c)) return kDrop;
    if (Composes(c)) return kAskIcu;
    if (c < 0x80) {
      return static_cast<uint16_t>(c >= 'A' && c <= 'Z' ? c + 32 : c);
    }
    if (c == 0x0130) return 'i';
    UChar in[2];
    UChar out[32];
    UErrorCode status = U_ZERO_ERROR;
    in[0] = static_cast<UChar>(c);
    const int32_t length =
        unorm2_normalize(CaseFolder(), in, 1, out, 32, &status);
    if (U_FAILURE(status) || length > 1) return kAskIcu;
    if (length == 0) return kDrop;
    return Adjust(out[0]);
  }

  std::array<uint16_t, kLowEnd> low;
  std::array<uint16_t, 0x10000 - kHighBegin> high;
};

const CarefulTable& Careful() {
  static const CarefulTable* const table = new CarefulTable;
  return *table;
}

// The bare form of letters that do not decompose.
struct Expansion {
  char32_t from;
  const char* to;  // two letters
};
constexpr Expansion kExpansions[] = {
    {0x00E6, "ae"}, {0x0153, "oe"}, {0x00DF, "ss"}, {0x00FE, "th"}};
constexpr char32_t kSingles[][2] = {
    {0x0142, 'l'},    {0x0111, 'd'},    {0x00F8, 'o'},    {0x0131, 'i'},
    {0x00F0, 'd'},    {0x0127, 'h'},    {0x0167, 't'},    {0x0180, 'b'},
    {0x03C2, 0x03C3},  // final sigma
    {0x0451, 0x0435},  // ё
    {0x0491, 0x0433},  // ґ
    {0x0622, 0x0627}, {0x0623, 0x0627}, {0x0625, 0x0627}, {0x0671, 0x0627},
    {0x0649, 0x064A}, {0x06CC, 0x064A}, {0x06D2, 0x064A}, {0x0626, 0x064A},
    {0x0629, 0x0647}, {0x06C0, 0x0647}, {0x06C1, 0x0647}, {0x06C2, 0x0647},
    {0x06BE, 0x0647}, {0x06D5, 0x0647}, {0x06A9, 0x0643}, {0x0624, 0x0648},
    {0x0901, 0x0902},  // chandrabindu as anusvara
    {0x0929, 0x0928}, {0x0931, 0x0930}, {0x0934, 0x0933}, {0x0958, 0x0915},
    {0x0959, 0x0916}, {0x095A, 0x0917}, {0x095B, 0x091C}, {0x095C, 0x0921},
    {0x095D, 0x0922}, {0x095E, 0x092B}, {0x095F, 0x092F},
};

constexpr char32_t kBareEnd = 0x2000;

struct BareTable {
  BareTable() {
    UErrorCode status = U_ZERO_ERROR;
    for (char32_t c = 0; c < kBareEnd; ++c) {
      single[c] = static_cast<uint16_t>(c);
      const UScriptCode script =
          uscript_getScript(static_cast<UChar32>(c), &status);
      if (c >= 0x80 && (script == USCRIPT_LATIN || script == USCRIPT_GREEK)) {
        const UChar in[1] = {static_cast<UChar>(c)};
        UChar out[8];
        UErrorCode ok = U_ZERO_ERROR;
        const int32_t length =
            unorm2_normalize(Decomposer(), in, 1, out, 8, &ok);
        if (U_SUCCESS(ok) && length > 1) single[c] = out[0];
      } else if ((c >= 0x0300 && c <= 0x036F) || c == 0x093C ||
                 (c >= 0x0653 && c <= 0x0655)) {
        single[c] = kDrop;
      }
    }
    for (const auto& pair : kSingles) {
      single[pair[0]] = static_cast<uint16_t>(pair[1]);
    }
  }

  std::array<uint16_t, kBareEnd> single;
};

const BareTable& Bare() {
  static const BareTable* const table = new BareTable;
  return *table;
}

// kSimplifiedHan is made by write_simplified_han.cc.
static_assert(std::size(kSimplifiedHan) == kHanEnd - kHanBegin,
              "each character has a form, itself or another");

// The code point at `at`, nearly always one of two or three bytes.
// REQUIRES: it is not ASCII
inline char32_t Decode(absl::string_view utf8, size_t at, int* length) {
  const auto* const p =
      reinterpret_cast<const unsigned char*>(utf8.data()) + at;
  const size_t left = utf8.size() - at;
  if (left >= 2 && p[0] >= 0xC2 && p[0] < 0xE0 && (p[1] & 0xC0) == 0x80) {
    *length = 2;
    return static_cast<char32_t>((p[0] & 0x1F) << 6 | (p[1] & 0x3F));
  }
  if (left >= 3 && p[0] > 0xE0 && p[0] < 0xED && (p[1] & 0xC0) == 0x80 &&
      (p[2] & 0xC0) == 0x80) {
    *length = 3;
    return static_cast<char32_t>((p[0] & 0x0F) << 12 | (p[1] & 0x3F) << 6 |
                                 (p[2] & 0x3F));
  }
  return DecodeUtf8(utf8, at, length);
}

// `c` is no surrogate.
inline char* Write(uint16_t c, char* to) {
  if (c < 0x80) {
    *to++ = static_cast<char>(c);
  } else if (c < 0x800) {
    *to++ = static_cast<char>(0xC0 | c >> 6);
    *to++ = static_cast<char>(0x80 | (c & 0x3F));
  } else {
    *to++ = static_cast<char>(0xE0 | c >> 12);
    *to++ = static_cast<char>(0x80 | (c >> 6 & 0x3F));
    *to++ = static_cast<char>(0x80 | (c & 0x3F));
  }
  return to;
}

// No byte becomes more: a damaged one becomes U+FFFD.
constexpr size_t kMostOfAByte = 3;

// Room for what a text becomes: of a word, and most are, on the stack.
class Room {
 public:
  explicit Room(size_t bytes) {
    if (bytes * kMostOfAByte > sizeof(small_)) {
      large_.reset(new char[bytes * kMostOfAByte]);
    }
  }
  char* begin() { return large_ == nullptr ? small_ : large_.get(); }

 private:
  char small_[kMostOfAByte * 256];
  std::unique_ptr<char[]> large_;
};

// Writes what the tables make of `utf8`, and returns its end; null where they
// do not hold all of it.
char* WriteCarefully(absl::string_view utf8, bool turkish, char* to) {
  const CarefulTable& table = Careful();
  for (size_t at = 0; at < utf8.size();) {
    const auto lead = static_cast<unsigned char>(utf8[at]);
    if (lead < 0x80 && !(turkish && lead == 'I')) {
      *to++ = static_cast<char>(table.low[lead]);
      ++at;
      continue;
    }
    if (lead == 'I') {
      // Decomposed "İ" is composed.
      if (utf8.substr(at + 1, 2) != "\xCC\x87") {
        to = Write(0x0131, to);
        at += 1;
        continue;
      }
      *to++ = 'i';
      at += 3;
      continue;
    }
    int length;
    const uint16_t mapped = table(Decode(utf8, at, &length));
    if (mapped == kAskIcu) return nullptr;
    if (mapped != kDrop) to = Write(mapped, to);
    at += length;
  }
  return to;
}

// The way through ICU, for what the tables do not hold.
void AppendCarefullyByIcu(absl::string_view utf8, bool turkish,
                          std::string* out) {
  icu::UnicodeString text;
  for (size_t at = 0; at < utf8.size();) {
    int length;
    char32_t c = DecodeUtf8(utf8, at, &length);
    at += length;
    if (c == 0x0130) c = 'i';
    if (turkish && c == 'I') c = 0x0131;
    text.append(static_cast<UChar32>(c));
  }
  std::vector<UChar> folded(text.length() * 2 + 32);
  int32_t length = 0;
  for (int attempt = 0; attempt < 2; ++attempt) {
    UErrorCode status = U_ZERO_ERROR;
    length = unorm2_normalize(CaseFolder(), text.getBuffer(), text.length(),
                              folded.data(),
                              static_cast<int32_t>(folded.size()), &status);
    if (status != U_BUFFER_OVERFLOW_ERROR) {
      if (U_FAILURE(status)) length = 0;
      break;
    }
    folded.resize(length);
  }
  for (int32_t i = 0; i < length;) {
    UChar32 c;
    U16_NEXT(folded.data(), i, length, c);
    if (c >= 0x10000) {
      AppendUtf8(c, out);
      continue;
    }
    const uint16_t adjusted = Adjust(c);
    if (adjusted != kDrop) AppendUtf8(adjusted, out);
  }
}

}  // namespace

std::string FoldCarefully(absl::string_view utf8, Language language) {
  const bool turkish = language == Language::kTr;
  Room room(utf8.size());
  const char* const end = WriteCarefully(utf8, turkish, room.begin());
  if (end != nullptr) return std::string(room.begin(), end - room.begin());
  // Composition looks back, so the whole text goes that way.
  std::string careful;
  AppendCarefullyByIcu(utf8, turkish, &careful);
  return careful;
}

char32_t BareCodePoint(char32_t code_point) {
  const uint16_t careful = Careful()(code_point);
  if (careful == kAskIcu || careful == kDrop) return code_point;
  const char32_t c = careful;
  if (c >= kHanBegin && c < kHanEnd) return kSimplifiedHan[c - kHanBegin];
  if (c < kBareEnd && Bare().single[c] != kDrop) return Bare().single[c];
  return c;
}

void AppendBare(absl::string_view careful, std::string* out) {
  const BareTable& table = Bare();
  Room room(careful.size());
  char* to = room.begin();
  for (size_t at = 0; at < careful.size();) {
    const auto lead = static_cast<unsigned char>(careful[at]);
    if (lead < 0x80) {
      *to++ = static_cast<char>(lead);
      ++at;
      continue;
    }
    int length;
    const char32_t c = Decode(careful, at, &length);
    const absl::string_view source = careful.substr(at, length);
    at += length;
    if (c < kBareEnd) {
      const uint16_t single = table.single[c];
      if (single == kDrop) continue;
      if (single != c) {
        to = Write(single, to);
        continue;
      }
      const auto* const entry =
          std::find_if(std::begin(kExpansions), std::end(kExpansions),
                       [c](const Expansion& one) { return one.from == c; });
      if (entry != std::end(kExpansions)) {
        to = std::copy(entry->to, entry->to + 2, to);
        continue;
      }
    } else if (c >= kHanBegin && c < kHanEnd) {
      to = Write(kSimplifiedHan[c - kHanBegin], to);
      continue;
    }
    to = c == 0xFFFD ? Write(0xFFFD, to)
                     : std::copy(source.begin(), source.end(), to);
  }
  out->append(room.begin(), to - room.begin());
}

std::string Fold(absl::string_view utf8, Language language) {
  std::string bare;
  bare.reserve(utf8.size());
  AppendBare(FoldCarefully(utf8, language), &bare);
  return bare;
}

}  // namespace footnote
