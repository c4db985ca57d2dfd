#include "text/cjk_words.h"

#include <unicode/ubrk.h>
#include <unicode/ucharstrie.h>
#include <unicode/udata.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

#include "text/scan.h"
#include "text/scripts.h"

namespace footnote {
namespace {

// What one thread keeps between runs for ICU's iterator.
struct Cutter {
  struct CloseIterator {
    void operator()(UBreakIterator* iterator) const { ubrk_close(iterator); }
  };

  Cutter() {
    UErrorCode status = U_ZERO_ERROR;
    // The dictionary is the same for Chinese and Japanese.
    iterator.reset(ubrk_open(UBRK_WORD, "ja", nullptr, 0, &status));
    if (U_FAILURE(status)) iterator.reset();
  }

  std::unique_ptr<UBreakIterator, CloseIterator> iterator;
  std::vector<UChar> units;
  // The byte at which each UTF-16 unit begins, and the end of the run.
  std::vector<uint32_t> bytes;
};

// ICU's dictionary of Chinese and Japanese words with their costs (minus
// logarithms of frequency), as `icu-devtools` writes it: eight numbers, then a
// UCharsTrie.
class Dictionary {
 public:
  static constexpr char32_t kBegin = 0x3000;
  static constexpr char32_t kEnd = 0xA000;

  Dictionary() {
    UErrorCode status = U_ZERO_ERROR;
    memory_ = udata_open(U_ICUDATA_NAME "-brkitr", "dict", "cjdict", &status);
    if (U_FAILURE(status)) return;
    const auto* const indexes =
        static_cast<const int32_t*>(udata_getMemory(memory_));
    constexpr int kTrieOffset = 0;
    constexpr int kTrieType = 4;
    constexpr int32_t kUCharsWithValues = 9;
    if (indexes[kTrieType] != kUCharsWithValues) return;
    trie_ = reinterpret_cast<const char16_t*>(
        reinterpret_cast<const char*>(indexes) + indexes[kTrieOffset]);
    first_.resize(kEnd - kBegin, 0);
    icu::UCharsTrie trie(trie_);
    for (char32_t c = kBegin; c < kEnd; ++c) {
      // The root has thousands of branches: remember where each leads.
      if (trie.first(static_cast<int32_t>(c)) == USTRINGTRIE_NO_MATCH) continue;
      first_[c - kBegin] = trie.getState64() + 1;
    }
  }

  bool ok() const { return trie_ != nullptr; }
  const char16_t* trie() const { return trie_; }
  // 0 when no word begins with `c`, else the trie's state after it, plus one.
  uint64_t First(char32_t c) const { return first_[c - kBegin]; }

 private:
  // Never closed: the dictionary lives as long as the program.
  UDataMemory* memory_ = nullptr;
  const char16_t* trie_ = nullptr;
  std::vector<uint64_t> first_;
};

const Dictionary& CjkDictionary() {
  static const Dictionary* const dictionary = new Dictionary;
  return *dictionary;
}

// Characters that are their own NFKC form; others go to ICU.
bool IsPlain(char32_t c) {
  return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3041 && c <= 0x3096) ||
         (c >= 0x30A1 && c <= 0x30FA) || c == 0x30FC || c == 0x3005 ||
         c == 0x3007 || c == 0x309D || c == 0x309E || c == 0x30FD ||
         c == 0x30FE || (c >= 0x3400 && c <= 0x4DBF);
}

// ICU's constants: the longest word looked up, the cost of a character that is
// no word, and of a run of Katakana by its length.
constexpr size_t kMaxWord = 20;
constexpr uint32_t kUnknownCost = 255;
constexpr size_t kMaxKatakanaGroup = 20;
constexpr uint32_t kNoCost = std::numeric_limits<uint32_t>::max();

uint32_t KatakanaCost(size_t length) {
  constexpr uint32_t kCosts[] = {8192, 984, 408, 240, 204, 252, 300, 372, 480};
  return length < std::size(kCosts) ? kCosts[length] : 8192;
}

// The cheapest way through a run, word by word (Viterbi), as ICU finds it.
class Lattice {
 public:
  explicit Lattice(const Dictionary& dictionary)
      : dictionary_(dictionary), trie_(dictionary.trie()) {}

  // Decodes `run`; false when ICU must look at it.
  bool Load(absl::string_view run) {
    const auto* const begin =
        reinterpret_cast<const unsigned char*>(run.data());
    const unsigned char* const end = begin + run.size();
    letters_.clear();
    // Plain characters are three bytes long.
    if (run.size() % 3 != 0) return false;
    for (const unsigned char* p = begin; p < end; p += 3) {
      const scan_internal::CodePoint c = scan_internal::Decode(p, end);
      if (c.length != 3 || !IsPlain(c.value)) return false;
      letters_.push_back(c.value);
    }
    return true;
  }

  void Cut(std::vector<TextSpan>* out) {
    const size_t n = letters_.size();
    cost_.assign(n + 1, kNoCost);
    from_.resize(n + 1);
    cost_[0] = 0;
    bool after_katakana = false;
    for (size_t i = 0; i < n; ++i) {
      const char32_t c = letters_[i];
      const bool katakana = IsKatakana(c);
      if (cost_[i] != kNoCost) {
        const uint32_t cost = cost_[i];
        if (!Look(i, cost)) Reach(i + 1, i, cost + kUnknownCost);
        if (katakana && !after_katakana) {
          size_t end = i + 1;
          while (end < n && end - i < kMaxKatakanaGroup &&
                 IsKatakana(letters_[end])) {
            ++end;
          }
          if (end - i < kMaxKatakanaGroup) {
            Reach(end, i, cost + KatakanaCost(end - i));
          }
        }
        after_katakana = katakana;
      }
    }
    const size_t first = out->size();
    for (size_t to = n; to > 0; to = from_[to]) {
      out->push_back({3 * from_[to], static_cast<uint32_t>(3 * to)});
    }
    std::reverse(out->begin() + first, out->end());
  }

 private:
  void Reach(size_t to, size_t from, uint32_t cost) {
    if (cost < cost_[to]) {
      cost_[to] = cost;
      from_[to] = static_cast<uint32_t>(from);
    }
  }

  // Reaches out with every word that begins at `i`; false when the single
  // character is none.
  bool Look(size_t i, uint32_t cost) {
    const uint64_t state = dictionary_.First(letters_[i]);
    if (state == 0) return false;
    trie_.resetToState64(state - 1);
    UStringTrieResult result = trie_.current();
    bool single = false;
    const size_t limit = std::min(letters_.size(), i + kMaxWord);
    for (size_t end = i + 1;; ++end) {
      if (USTRINGTRIE_HAS_VALUE(result)) {
        if (end == i + 1) single = true;
        Reach(end, i, cost + static_cast<uint32_t>(trie_.getValue()));
      }
      if (result == USTRINGTRIE_FINAL_VALUE || result == USTRINGTRIE_NO_MATCH ||
          end == limit) {
        return single;
      }
      result = trie_.next(static_cast<int32_t>(letters_[end]));
    }
  }

  const Dictionary& dictionary_;
  icu::UCharsTrie trie_;
  std::vector<char32_t> letters_;
  // [i]: the cost of the cheapest way to the border before letter i, and where
  // its last word begins.
  std::vector<uint32_t> cost_;
  std::vector<uint32_t> from_;
};

}  // namespace

void CjkWordsByIcu(absl::string_view run, std::vector<TextSpan>* out) {
  static thread_local Cutter cutter;
  cutter.units.clear();
  cutter.bytes.clear();
  const auto* const begin = reinterpret_cast<const unsigned char*>(run.data());
  const unsigned char* const end = begin + run.size();
  for (const unsigned char* p = begin; p < end;) {
    const scan_internal::CodePoint c = scan_internal::Decode(p, end);
    const uint32_t at = static_cast<uint32_t>(p - begin);
    if (c.value < 0x10000) {
      cutter.units.push_back(static_cast<UChar>(c.value));
      cutter.bytes.push_back(at);
    } else {
      cutter.units.push_back(static_cast<UChar>(0xD7C0 + (c.value >> 10)));
      cutter.units.push_back(static_cast<UChar>(0xDC00 | (c.value & 0x3FF)));
      cutter.bytes.push_back(at);
      cutter.bytes.push_back(at);
    }
    p += c.length;
  }
  cutter.bytes.push_back(static_cast<uint32_t>(run.size()));

  UErrorCode status = U_ZERO_ERROR;
  if (cutter.iterator != nullptr) {
    ubrk_setText(cutter.iterator.get(), cutter.units.data(),
                 static_cast<int32_t>(cutter.units.size()), &status);
  }
  if (cutter.iterator == nullptr || U_FAILURE(status)) {
    // Without the dictionary (ICU built without data) every character is one.
    for (size_t i = 0; i + 1 < cutter.bytes.size(); ++i) {
      if (cutter.bytes[i] == cutter.bytes[i + 1]) continue;
      out->push_back({cutter.bytes[i], cutter.bytes[i + 1]});
    }
    return;
  }
  int32_t from = ubrk_first(cutter.iterator.get());
  for (int32_t to = ubrk_next(cutter.iterator.get()); to != UBRK_DONE;
       from = to, to = ubrk_next(cutter.iterator.get())) {
    if (cutter.bytes[from] == cutter.bytes[to]) continue;
    out->push_back({cutter.bytes[from], cutter.bytes[to]});
  }
}

void CjkWords(absl::string_view run, std::vector<TextSpan>* out) {
  const Dictionary& dictionary = CjkDictionary();
  if (dictionary.ok()) {
    static thread_local Lattice lattice(dictionary);
    if (lattice.Load(run)) {
      lattice.Cut(out);
      return;
    }
  }
  CjkWordsByIcu(run, out);
}

}  // namespace footnote
