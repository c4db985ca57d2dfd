#include "indexer/signature.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <tuple>

#include "absl/strings/ascii.h"
#include "base/utf8.h"
#include "text/char_class.h"

namespace footnote {
namespace {

constexpr size_t kRun = 4;
constexpr size_t kBins = std::tuple_size<TextSignature>::value;
constexpr int kBinBits = 6;
static_assert(size_t{1} << kBinBits == kBins, "a bin is the top bits");
constexpr uint64_t kEmpty = ~uint64_t{0};

// The finaliser of MurmurHash3: every bit of the result depends on every bit.
uint64_t Mix(uint64_t x) {
  x = (x ^ (x >> 33)) * 0xff51afd7ed558ccd;
  x = (x ^ (x >> 33)) * 0xc4ceb9fe1a85ec53;
  return x ^ (x >> 33);
}

// One permutation, 64 bins: the least hash of each bin stands for one of the
// numbers that 64 permutations would give.
class MinHash {
 public:
  MinHash() { bins_.fill(kEmpty); }

  void AddWord(uint64_t word) {
    words_[count_++ % kRun] = word;
    if (count_ < kRun) return;
    uint64_t run = 0;
    for (size_t i = 0; i < kRun; ++i) {
      run = Mix(run * 31 + words_[(count_ + i) % kRun]);
    }
    uint64_t& bin = bins_[run >> (64 - kBinBits)];
    bin = std::min(bin, run << kBinBits >> kBinBits);
  }

  size_t count() const { return count_; }

  // REQUIRES: count() >= kRun
  TextSignature Finish() const {
    TextSignature signature;
    for (size_t i = 0; i < kBins; ++i) {
      // An empty bin takes its number from another one, the same for every text
      // that has that one and not this.
      size_t from = i;
      for (uint64_t attempt = 1; bins_[from] == kEmpty; ++attempt) {
        from = Mix(attempt << 32 | i) % kBins;
      }
      signature[i] = static_cast<uint16_t>(Mix(bins_[from]) & 0xffff);
    }
    return signature;
  }

 private:
  std::array<uint64_t, kRun> words_ = {};
  size_t count_ = 0;
  std::array<uint64_t, kBins> bins_;
};

constexpr uint64_t kWordSeed = 0xcbf29ce484222325;

uint64_t AddCharacter(uint64_t word, char32_t character) {
  return (word ^ character) * 0x100000001b3;
}

}  // namespace

absl::optional<TextSignature> SignatureOf(absl::string_view text) {
  const uint8_t* const classes = CharClassTable();
  MinHash hash;
  uint64_t word = kWordSeed;
  const auto end_word = [&] {
    if (word != kWordSeed) hash.AddWord(word);
    word = kWordSeed;
  };
  for (size_t at = 0; at < text.size();) {
    const auto byte = static_cast<unsigned char>(text[at]);
    if (byte < 0x80) {
      ++at;
      if (absl::ascii_isalnum(byte)) {
        word = AddCharacter(
            word, static_cast<unsigned char>(absl::ascii_tolower(byte)));
      } else {
        end_word();
      }
      continue;
    }
    int length = 1;
    const char32_t character = DecodeUtf8(text, at, &length);
    at += static_cast<size_t>(length);
    switch (CharClass(classes, character) & kCharKindMask) {
      case kCharLetter:
      case kCharDigit:
      case kCharMark:
        word = AddCharacter(word, character);
        break;
      case kCharCjk:
        end_word();
        hash.AddWord(AddCharacter(kWordSeed, character));
        break;
      default:
        end_word();
    }
  }
  end_word();
  if (hash.count() < kMinSignatureWords) return absl::nullopt;
  return hash.Finish();
}

}  // namespace footnote
