#include "retriever/translation/sound_key.h"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "base/utf8.h"

namespace footnote {
namespace {

// Letters and what they sound like. Those that are nowhere here are silent.
struct Sounds {
  const char* letters;
  const char* sound;
};
constexpr Sounds kSounds[] = {
    {"p b п б Π π Β β פ ף ב ب پ प फ ब भ", "P"},
    {"f v ф в Φ φ ف  व", "F"},
    {"t d т д Τ τ Δ δ Θ θ ט ת ד ت ط د ض ث ذ ظ ट ठ ड ढ त थ द ध ð þ", "T"},
    {"k g q ğ к г ґ х Κ κ Γ γ Χ χ ק כ ך ג ك ک ق خ غ گ क ख ग घ", "K"},
    {"s z j ç ş ș ţ š ž č ć ś ź ż с з ш щ ж ч ц Σ σ ς Ζ ζ ס ש ז צ ץ س ش ز ص ج "
     "چ ژ स श ष ज झ च छ ß",
     "S"},
    {"x Ξ ξ", "KS"},
    {"ψ Ψ", "PS"},
    {"l ł л Λ λ ל ل ल ळ", "L"},
    {"r ř р Ρ ρ ר ر र ऋ", "R"},
    {"m м Μ μ מ ם م म", "M"},
    {"n ñ ň ń н Ν ν נ ן ن न ण ञ ङ ं ँ", "N"},
};

const absl::flat_hash_map<char32_t, absl::string_view>& SoundOf() {
  static const auto* const sounds = [] {
    auto* map = new absl::flat_hash_map<char32_t, absl::string_view>;
    for (const Sounds& row : kSounds) {
      for (absl::string_view letter :
           absl::StrSplit(row.letters, ' ', absl::SkipEmpty())) {
        // Of two code points: the first would do for the second's letter.
        int length = 1;
        const char32_t c = DecodeUtf8(letter, 0, &length);
        if (length == static_cast<int>(letter.size())) (*map)[c] = row.sound;
      }
    }
    return map;
  }();
  return *sounds;
}

char32_t Lower(char32_t c) {
  if (c >= 'A' && c <= 'Z') return c + 32;
  if (c >= 0x0410 && c <= 0x042F) return c + 32;               // Cyrillic
  if (c >= 0x0100 && c <= 0x017F && c % 2 == 0) return c + 1;  // Latin
  if (c >= 0x00C0 && c <= 0x00DE) return c + 32;
  return c;
}

// What Latin letters together sound like; longest first.
struct Cluster {
  absl::string_view letters;
  absl::string_view sound;
};
constexpr Cluster kClusters[] = {
    {"sch", "S"}, {"tch", "S"}, {"chr", "KR"}, {"chl", "KL"}, {"sh", "S"},
    {"ch", "S"},  {"zh", "S"},  {"th", "T"},   {"ph", "F"},   {"gh", ""},
    {"kh", "K"},  {"ck", "K"},  {"ce", "S"},   {"ci", "S"},   {"cy", "S"},
    {"dj", "S"},  {"ge", "K"},  {"c", "K"},
};

}  // namespace

std::string SoundKey(absl::string_view word) {
  std::string key;
  const auto add = [&key](absl::string_view sound) {
    for (const char c : sound) {
      if (key.empty() || key.back() != c) key.push_back(c);
    }
  };
  std::string lower;
  for (const char c : word) {
    lower.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c);
  }
  absl::string_view rest = lower;
  // The article of Arabic is written with its word.
  if (absl::StartsWith(rest, "ال")) rest.remove_prefix(strlen("ال"));
  while (!rest.empty()) {
    const auto cluster = std::find_if(
        std::begin(kClusters), std::end(kClusters),
        [&](const Cluster& c) { return absl::StartsWith(rest, c.letters); });
    if (cluster != std::end(kClusters)) {
      add(cluster->sound);
      rest.remove_prefix(cluster->letters.size());
      continue;
    }
    int length = 1;
    const char32_t c = Lower(DecodeUtf8(rest, 0, &length));
    rest.remove_prefix(length);
    const auto sound = SoundOf().find(c);
    if (sound != SoundOf().end()) add(sound->second);
  }
  return key;
}

bool SoundAlike(absl::string_view a, absl::string_view b) {
  if (a.size() > b.size()) std::swap(a, b);
  if (a == b) return a.size() >= 3;
  if (a.size() < 4 || b.size() - a.size() > 1) return false;
  const auto [in_a, in_b] =
      std::mismatch(a.begin(), a.end(), b.begin(), b.end());
  const absl::string_view rest_a = a.substr(in_a - a.begin());
  const absl::string_view rest_b = b.substr(in_b - b.begin());
  // One more in `b`, or another at the place where they part.
  return a.size() == b.size() ? rest_a.substr(1) == rest_b.substr(1)
                              : rest_a == rest_b.substr(1);
}

}  // namespace footnote
