#include "indexer/signature.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <tuple>

#include "absl/strings/ascii.h"
#include "base/utf8.h"
#include "kernels/mix_runs.h"
#include "text/char_class.h"

namespace footnote {
namespace {

constexpr size_t kRun = kMixedRun;
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

constexpr uint64_t kWordSeed = 0xcbf29ce484222325;
constexpr uint64_t kWordPrime = 0x100000001b3;

// Stands for the end of a word: kWordPrime times this is kWordSeed.
constexpr uint64_t kNoLetter = 0x1d10331a6b696bc7;
static_assert(kNoLetter * kWordPrime == kWordSeed);

// Hashes the words of a stretch of letters.
struct Lane {
  const uint64_t* letters;
  // Also kWordSeed, where one end follows another.
  uint64_t* words;
  uint64_t word = kWordSeed;

  // No branch: nobody could foretell where a word ends.
  void Add(size_t i) {
    const uint64_t letter = letters[i];
    const uint64_t ends = letter == kNoLetter;
    *words = word;
    words += ends;
    word = ((word & (ends - 1)) ^ letter) * kWordPrime;
  }
};

// One permutation, 64 bins: the least hash of each bin stands for one of the
// numbers that 64 permutations would give.
class MinHash {
 public:
  // Letters of one call.
  static constexpr size_t kMost = 1024;

  MinHash() { bins_.fill(kEmpty); }

  // What follows of the text.
  // REQUIRES: count <= kMost
  void Add(const uint64_t* letters, size_t count) {
    // A letter has to wait for the one before it in its word. So a few
    // stretches are hashed side by side; all but the first begin with a word.
    std::array<size_t, kLanes + 1> begins;
    begins[0] = 0;
    begins[kLanes] = count;
    size_t shortest = count;
    std::array<Lane, kLanes> lanes;
    for (size_t i = 0; i < kLanes; ++i) {
      if (i + 1 < kLanes) {
        size_t end = std::max(begins[i], count * (i + 1) / kLanes);
        while (end < count && letters[end] != kNoLetter) ++end;
        begins[i + 1] = std::min(end + 1, count);
      }
      shortest = std::min(shortest, begins[i + 1] - begins[i]);
      lanes[i].letters = letters + begins[i];
      lanes[i].words = words_.data() + waiting_ + begins[i];
    }
    lanes[0].word = word_;
    Lane a = lanes[0], b = lanes[1], c = lanes[2];
    for (size_t i = 0; i < shortest; ++i) {
      a.Add(i);
      b.Add(i);
      c.Add(i);
    }
    lanes = {a, b, c};
    uint64_t* end = words_.data() + waiting_;
    for (size_t i = 0; i < kLanes; ++i) {
      Lane& lane = lanes[i];
      const uint64_t* word = words_.data() + waiting_ + begins[i];
      const size_t length = begins[i + 1] - begins[i];
      for (size_t at = shortest; at < length; ++at) lane.Add(at);
      if (length > 0) word_ = lane.word;
      for (; word < lane.words; ++word) {
        *end = *word;
        end += *word != kWordSeed;
      }
    }
    waiting_ = static_cast<size_t>(end - words_.data());
    AddRuns();
  }

  // Words that have ended.
  size_t count() const { return count_ + waiting_; }

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
  static constexpr size_t kLanes = 3;

  // Of the words that wait those that begin a whole run.
  void AddRuns() {
    const size_t runs = waiting_ < kRun ? 0 : waiting_ - (kRun - 1);
    mix_runs_(words_.data(), runs, runs_.data());
    for (size_t i = 0; i < runs; ++i) {
      const uint64_t run = runs_[i];
      uint64_t& bin = bins_[run >> (64 - kBinBits)];
      bin = std::min(bin, run << kBinBits >> kBinBits);
    }
    std::copy(words_.begin() + runs, words_.begin() + waiting_, words_.begin());
    count_ += runs;
    waiting_ -= runs;
  }

  const MixRunsKernel mix_runs_ = MixRuns();
  // Of the word that has not ended.
  uint64_t word_ = kWordSeed;
  // Those that began no whole run yet, and those of the letters in work.
  std::array<uint64_t, kRun - 1 + kMost> words_;
  size_t waiting_ = 0;
  // Hashes of the runs that begin with those.
  std::array<uint64_t, kMost> runs_;
  // Words before those.
  size_t count_ = 0;
  std::array<uint64_t, kBins> bins_;
};

bool Continues(char byte) { return (byte & 0xC0) == 0x80; }

// DecodeUtf8, where most letters are told by a look at their bits.
char32_t Decode(absl::string_view text, size_t at, size_t* length) {
  const char* const p = text.data() + at;
  const auto lead = static_cast<unsigned char>(p[0]);
  const size_t left = text.size() - at;
  if (lead >= 0xC2 && lead < 0xE0 && left >= 2 && Continues(p[1])) {
    *length = 2;
    return static_cast<char32_t>((lead & 0x1F) << 6 | (p[1] & 0x3F));
  }
  if (lead > 0xE0 && lead < 0xED && left >= 3 && Continues(p[1]) &&
      Continues(p[2])) {
    *length = 3;
    return static_cast<char32_t>((lead & 0x0F) << 12 | (p[1] & 0x3F) << 6 |
                                 (p[2] & 0x3F));
  }
  int bytes = 1;
  const char32_t character = DecodeUtf8(text, at, &bytes);
  *length = static_cast<size_t>(bytes);
  return character;
}

// Of a byte the digit or letter that it is, in lower case; kNoLetter of others.
struct AsciiTable {
  AsciiTable() {
    for (size_t i = 0; i < letters.size(); ++i) {
      const auto byte = static_cast<unsigned char>(i);
      letters[i] =
          absl::ascii_isalnum(byte) ? absl::ascii_tolower(byte) : kNoLetter;
    }
  }

  static const AsciiTable& Get() {
    static const AsciiTable* const table = new AsciiTable;
    return *table;
  }

  std::array<uint64_t, 256> letters;
};

// The letters of a text as they count, with kNoLetter between words.
class Letters {
 public:
  explicit Letters(absl::string_view text) : text_(text) {}

  bool done() const { return at_ == text_.size(); }

  // The next ones; returns how many, at most MinHash::kMost.
  size_t Take(uint64_t* out) {
    size_t count = 0;
    while (!done() && count + kBlock <= MinHash::kMost) {
      if (static_cast<unsigned char>(text_[at_]) >= 0x80) {
        count += TakeOther(out + count);
      } else if (text_.size() - at_ >= kBlock) {
        count += TakeAscii(out + count);
      } else {
        out[count++] = ascii_.letters[static_cast<unsigned char>(text_[at_++])];
      }
    }
    return count;
  }

 private:
  static constexpr size_t kBlock = 8;

  // Of the next bytes those before the first that is not ASCII.
  size_t TakeAscii(uint64_t* out) {
    const auto* const p =
        reinterpret_cast<const unsigned char*>(text_.data()) + at_;
    uint64_t bytes;
    std::memcpy(&bytes, p, kBlock);
    for (size_t i = 0; i < kBlock; ++i) out[i] = ascii_.letters[p[i]];
    const uint64_t others = bytes & 0x8080808080808080;
    const size_t ascii =
        others == 0 ? kBlock : static_cast<size_t>(__builtin_ctzll(others)) / 8;
    at_ += ascii;
    return ascii;
  }

  size_t TakeOther(uint64_t* out) {
    size_t length = 1;
    const char32_t character = Decode(text_, at_, &length);
    at_ += length;
    switch (CharClass(classes_, character) & kCharKindMask) {
      case kCharLetter:
      case kCharDigit:
      case kCharMark:
        out[0] = character;
        return 1;
      case kCharCjk:
        out[0] = out[2] = kNoLetter;
        out[1] = character;
        return 3;
      default:
        out[0] = kNoLetter;
        return 1;
    }
  }

  const AsciiTable& ascii_ = AsciiTable::Get();
  const uint8_t* const classes_ = CharClassTable();
  const absl::string_view text_;
  size_t at_ = 0;
};

}  // namespace

absl::optional<TextSignature> SignatureOf(absl::string_view text) {
  MinHash hash;
  std::array<uint64_t, MinHash::kMost> letters;
  for (Letters rest(text); !rest.done();) {
    hash.Add(letters.data(), rest.Take(letters.data()));
  }
  hash.Add(&kNoLetter, 1);
  if (hash.count() < kMinSignatureWords) return absl::nullopt;
  return hash.Finish();
}

}  // namespace footnote
