#include "text/script_census.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <vector>

#include "text/scan.h"

namespace footnote {
namespace {

constexpr double ScriptCensus::*kParts[] = {
    &ScriptCensus::latin,    &ScriptCensus::greek,
    &ScriptCensus::cyrillic, &ScriptCensus::hebrew,
    &ScriptCensus::arabic,   &ScriptCensus::devanagari,
    &ScriptCensus::hangul,   &ScriptCensus::han,
    &ScriptCensus::kana,     &ScriptCensus::other,
    &ScriptCensus::persian,  &ScriptCensus::arabic_only,
    &ScriptCensus::urdu,     &ScriptCensus::ukrainian,
    &ScriptCensus::russian,  &ScriptCensus::other_cyrillic,
    &ScriptCensus::spanish};

bool IsSame(const ScriptCensus& a, const ScriptCensus& b) {
  return std::all_of(std::begin(kParts), std::end(kParts),
                     [&](auto part) { return a.*part == b.*part; });
}

void Add(const ScriptCensus& one, uint32_t times, ScriptCensus* census) {
  for (const auto part : kParts) census->*part += one.*part * times;
}

void CountCyrillic(char32_t c, ScriptCensus* census) {
  switch (c) {
    case 0x0456:  // і
    case 0x0406:
    case 0x0457:  // ї
    case 0x0407:
    case 0x0454:  // є
    case 0x0404:
    case 0x0491:  // ґ
    case 0x0490:
      census->ukrainian += 1;
      break;
    case 0x044B:  // ы
    case 0x042B:
    case 0x044D:  // э
    case 0x042D:
    case 0x0451:  // ё
    case 0x0401:
    case 0x044A:  // ъ
    case 0x042A:
      census->russian += 1;
      break;
    case 0x045E:  // ў, Belarusian
    case 0x040E:
    case 0x0458:  // ј and others, Serbian and Macedonian
    case 0x0459:
    case 0x045A:
    case 0x0452:
    case 0x045B:
    case 0x045F:
      census->other_cyrillic += 1;
      break;
    default:
      break;
  }
}

void CountArabic(char32_t c, ScriptCensus* census) {
  switch (c) {
    case 0x067E:  // peh
    case 0x0686:  // tcheh
    case 0x0698:  // jeh
    case 0x06AF:  // gaf
    case 0x06A9:  // keheh
    case 0x06CC:  // Farsi yeh
      census->persian += 1;
      break;
    case 0x0643:  // kaf
    case 0x064A:  // yeh
    case 0x0629:  // teh marbuta
    case 0x0649:  // alef maksura
    case 0x0625:  // alef with hamza below
    case 0x0623:
      census->arabic_only += 1;
      break;
    case 0x0679:  // tteh
    case 0x0688:  // ddal
    case 0x0691:  // rreh
    case 0x06BA:  // noon ghunna
    case 0x06D2:  // yeh barree
    case 0x06BE:  // heh doachashmee
      census->urdu += 1;
      break;
    default:
      break;
  }
}

void Count(char32_t c, uint8_t cls, ScriptCensus* census) {
  const uint8_t kind = cls & kCharKindMask;
  if (c == 0x00BF || c == 0x00A1) census->spanish += 1;  // ¿ ¡
  if (kind == kCharCjk) {
    ((c >= 0x3041 && c <= 0x30FF) || (c >= 0xFF66 && c <= 0xFF9F)
         ? census->kana
         : census->han) += 1;
    return;
  }
  if (kind == kCharMark && c == 0x200C) census->persian += 1;
  if (c >= 0x06F0 && c <= 0x06F9) census->persian += 0.5;
  if (kind != kCharLetter) return;
  if ((cls & kCharLatin) != 0) {
    census->latin += 1;
  } else if ((cls & kCharHangul) != 0) {
    census->hangul += 1;
  } else if (c >= 0x0370 && c <= 0x03FF) {
    census->greek += 1;
  } else if (c >= 0x1F00 && c <= 0x1FFF) {
    census->greek += 1;
  } else if (c >= 0x0400 && c <= 0x052F) {
    census->cyrillic += 1;
    CountCyrillic(c, census);
  } else if (c >= 0x05D0 && c <= 0x05F2) {
    census->hebrew += 1;
  } else if (c >= 0x0620 && c <= 0x077F) {
    census->arabic += 1;
    CountArabic(c, census);
  } else if (c >= 0x0900 && c <= 0x097F) {
    census->devanagari += 1;
  } else {
    census->other += 1;
  }
}

// Of eight bytes those before the first that is not ASCII, together.
struct AsciiBytes {
  explicit AsciiBytes(const unsigned char* p) {
    constexpr uint64_t kOnes = 0x0101010101010101;
    constexpr uint64_t kHigh = kOnes * 0x80;
    uint64_t bytes;
    std::memcpy(&bytes, p, sizeof(bytes));
    const uint64_t high = bytes & kHigh;
    count = high == 0 ? 8 : static_cast<uint32_t>(__builtin_ctzll(high)) / 8;
    // The bits below the first other's.
    const uint64_t before = high == 0 ? ~uint64_t{0} : (high & -high) - 1;
    // As in scan_internal::AsciiLetters.
    const uint64_t lower = (bytes | kOnes * 0x20) & ~kHigh;
    const uint64_t are_letters = (lower + kOnes * (0x80 - 'a')) &
                                 ~(lower + kOnes * (0x7f - 'z')) & kHigh &
                                 before;
    letters = static_cast<uint32_t>(((are_letters >> 7) * kOnes) >> 56);
  }

  uint32_t count;
  uint32_t letters;
};

// What a character counts for, by number: few characters count differently.
class CensusTable {
 public:
  CensusTable() {
    const uint8_t* const classes = CharClassTable();
    for (char32_t c = 0; c < kinds_.size(); ++c) {
      ScriptCensus one;
      Count(c, classes[c], &one);
      const auto known = std::find_if(
          units_.begin(), units_.end(),
          [&one](const ScriptCensus& unit) { return IsSame(unit, one); });
      kinds_[c] = static_cast<uint8_t>(known - units_.begin());
      if (known == units_.end()) units_.push_back(one);
    }
  }

  // `valid` is UTF-8.
  ScriptCensus Take(absl::string_view valid) const {
    std::array<uint32_t, 256> counts = {};
    uint32_t ascii_letters = 0;
    ScriptCensus census;
    const auto count = [&](scan_internal::CodePoint c) {
      if (c.value < kinds_.size()) {
        ++counts[kinds_[c.value]];
      } else {
        Count(c.value, SupplementaryCharClass(c.value), &census);
      }
    };
    const auto* at = reinterpret_cast<const unsigned char*>(valid.data());
    const unsigned char* const end = at + valid.size();
    while (at < end) {
      if (end - at < 8) {
        const scan_internal::CodePoint c = scan_internal::Decode(at, end);
        at += c.length;
        count(c);
        continue;
      }
      const AsciiBytes eight(at);
      ascii_letters += eight.letters;
      at += eight.count;
      if (eight.count == 8) continue;
      do {
        const scan_internal::CodePoint c = scan_internal::Decode(at, end);
        at += c.length;
        count(c);
      } while (at < end && *at >= 0x80);
    }
    counts[kinds_['a']] += ascii_letters;
    for (size_t kind = 0; kind < units_.size(); ++kind) {
      if (counts[kind] > 0) Add(units_[kind], counts[kind], &census);
    }
    return census;
  }

  static const CensusTable& Get() {
    static const CensusTable* const table = new CensusTable;
    return *table;
  }

 private:
  std::array<uint8_t, 0x10000> kinds_;
  // One of each kind.
  std::vector<ScriptCensus> units_;
};

}  // namespace

ScriptCensus TakeScriptCensus(absl::string_view valid) {
  return CensusTable::Get().Take(valid);
}

}  // namespace footnote
