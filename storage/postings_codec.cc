#include "storage/postings_codec.h"

#include <string.h>

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace footnote {
namespace {

constexpr int kLanes = 4;
constexpr int kSlots = kBlockPostings / kLanes;
constexpr int kMaxBits = 24;

// Four 32-bit lanes; GCC and Clang make SSE2 or NEON of it.
typedef uint32_t Lanes __attribute__((vector_size(16)));

Lanes Load(const uint8_t* from) {
  Lanes lanes;
  memcpy(&lanes, from, sizeof(lanes));
  return lanes;
}

void Store(Lanes lanes, uint32_t* to) { memcpy(to, &lanes, sizeof(lanes)); }

template <int kBits, int kSlot>
inline void UnpackSlot(const uint8_t* packed, uint32_t* values) {
  constexpr int kFirst = kSlot * kBits;
  constexpr int kWord = kFirst / 32;
  constexpr int kShift = kFirst % 32;
  constexpr uint32_t kMask = (1u << kBits) - 1;
  Lanes lanes = Load(packed + kWord * sizeof(Lanes)) >> kShift;
  if constexpr (kShift + kBits > 32) {
    lanes |= Load(packed + (kWord + 1) * sizeof(Lanes)) << (32 - kShift);
  }
  Store(lanes & kMask, values + kSlot * kLanes);
}

template <int kBits, int... kSlot>
inline void UnpackSlots(const uint8_t* packed, uint32_t* values,
                        std::integer_sequence<int, kSlot...>) {
  (UnpackSlot<kBits, kSlot>(packed, values), ...);
}

template <int kBits>
void UnpackFull(const uint8_t* packed, uint32_t* values) {
  if constexpr (kBits == 0) {
    memset(values, 0, kBlockPostings * sizeof(*values));
  } else {
    UnpackSlots<kBits>(packed, values,
                       std::make_integer_sequence<int, kSlots>());
  }
}

using UnpackFn = void (*)(const uint8_t*, uint32_t*);

template <int... kBits>
constexpr std::array<UnpackFn, sizeof...(kBits)> UnpackTable(
    std::integer_sequence<int, kBits...>) {
  return {&UnpackFull<kBits>...};
}

constexpr std::array<UnpackFn, kMaxBits + 1> kUnpackFull =
    UnpackTable(std::make_integer_sequence<int, kMaxBits + 1>());

void PackFull(const uint32_t* values, int bits, uint8_t* packed) {
  Lanes window = {0, 0, 0, 0};
  int filled = 0;
  for (int slot = 0; slot < kSlots; ++slot) {
    Lanes lanes;
    memcpy(&lanes, values + slot * kLanes, sizeof(lanes));
    window |= lanes << filled;
    filled += bits;
    if (filled < 32) continue;
    memcpy(packed, &window, sizeof(window));
    packed += sizeof(window);
    filled -= 32;
    // What did not fit. At least one bit did.
    window = lanes >> (bits - filled);
  }
}

}  // namespace

int BitWidth(uint32_t value) {
  return value == 0 ? 0 : 32 - __builtin_clz(value);
}

size_t PackedBytes(int count, int bits) { return (count * bits + 7) / 8; }

void Pack(const uint32_t* values, int count, int bits, std::string* out) {
  const size_t at = out->size();
  const size_t bytes = PackedBytes(count, bits);
  out->resize(at + bytes);
  if (bits == 0) return;
  uint8_t* packed = reinterpret_cast<uint8_t*>(&(*out)[at]);
  if (count == kBlockPostings) {
    PackFull(values, bits, packed);
    return;
  }
  uint64_t window = 0;
  int filled = 0;
  for (int i = 0; i < count; ++i) {
    window |= uint64_t{values[i]} << filled;
    filled += bits;
    if (filled < 32) continue;
    const uint32_t full = static_cast<uint32_t>(window);
    memcpy(packed, &full, sizeof(full));
    packed += sizeof(full);
    filled -= 32;
    window >>= 32;
  }
  for (; filled > 0; filled -= 8, window >>= 8) {
    *packed++ = static_cast<uint8_t>(window);
  }
}

void Unpack(const uint8_t* packed, int count, int bits, uint32_t* values) {
  if (count == kBlockPostings) {
    kUnpackFull[bits](packed, values);
    return;
  }
  const uint32_t mask = (1u << bits) - 1;
  for (int i = 0, bit = 0; i < count; ++i, bit += bits) {
    uint64_t window;
    memcpy(&window, packed + bit / 8, sizeof(window));
    values[i] = static_cast<uint32_t>(window >> (bit % 8)) & mask;
  }
}

void SumGaps(uint32_t previous, int count, uint32_t* gaps) {
  int i = 0;
  Lanes base = {previous, previous, previous, previous};
  const Lanes zero = {0, 0, 0, 0};
  const Lanes steps = {1, 2, 3, 4};
  for (; i + kLanes <= count; i += kLanes) {
    Lanes sum;
    memcpy(&sum, gaps + i, sizeof(sum));
    sum += __builtin_shufflevector(sum, zero, 4, 0, 1, 2);
    sum += __builtin_shufflevector(sum, zero, 4, 4, 0, 1);
    sum += base + steps;
    Store(sum, gaps + i);
    base = __builtin_shufflevector(sum, sum, 3, 3, 3, 3);
  }
  for (uint32_t last = base[0]; i < count; ++i) {
    last += gaps[i] + 1;
    gaps[i] = last;
  }
}

int ChoosePairs(absl::Span<const uint32_t> frequencies,
                absl::Span<const uint16_t> lengths,
                BlockPair pairs[kBlockPairs]) {
  // The shortest length by frequency; the last entry for all that are higher.
  constexpr int kKept = 32;
  constexpr uint32_t kNone = std::numeric_limits<uint32_t>::max();
  // Postings in turns: one that waits for what the one before wrote is slow.
  constexpr int kTurns = 4;
  std::array<uint32_t, kTurns> shortest_of[kKept + 1];
  const uint32_t highest =
      *std::max_element(frequencies.begin(), frequencies.end());
  if (highest == 1) {
    // Of a term that comes once in each passage.
    uint16_t least = std::numeric_limits<uint16_t>::max();
    for (const uint16_t length : lengths) least = std::min(least, length);
    std::fill_n(pairs, kBlockPairs, BlockPair{1, least});
    return 1;
  }
  const int top = static_cast<int>(std::min<uint32_t>(highest, kKept));
  for (int f = 0; f <= top; ++f) shortest_of[f].fill(kNone);
  for (size_t i = 0; i < frequencies.size(); ++i) {
    const uint32_t frequency = frequencies[i];
    uint32_t& entry =
        shortest_of[std::min<uint32_t>(frequency, kKept)][i % kTurns];
    entry = std::min<uint32_t>(entry, lengths[i]);
  }
  const auto shortest = [&](int f) {
    return *std::min_element(shortest_of[f].begin(), shortest_of[f].end());
  };
  // From the highest frequency down, a pair counts when it is shorter than all
  // before it.
  std::array<BlockPair, kKept + 1> front;
  int count = 0;
  uint32_t least = kNone;
  for (int f = top; f >= 1; --f) {
    if (shortest(f) >= least) continue;
    least = shortest(f);
    const uint32_t frequency = f == kKept ? highest : f;
    front[count++] = {static_cast<uint16_t>(std::min(frequency, 0xffffu)),
                      static_cast<uint16_t>(least)};
  }
  // Too many: join the neighbours whose joint bound is raised least, measured
  // by a score that saturates as BM25 does.
  const float middle = (front[0].length + front[count - 1].length) * .5f + 1;
  const auto score = [middle](uint32_t frequency, uint32_t length) {
    return frequency / (frequency + .4f + length / middle);
  };
  while (count > kBlockPairs) {
    int best = 0;
    float best_loss = std::numeric_limits<float>::max();
    for (int i = 0; i + 1 < count; ++i) {
      const BlockPair a = front[i], b = front[i + 1];
      const float loss =
          score(a.frequency, b.length) -
          std::max(score(a.frequency, a.length), score(b.frequency, b.length));
      if (loss < best_loss) {
        best_loss = loss;
        best = i;
      }
    }
    front[best].length = front[best + 1].length;
    std::copy(front.begin() + best + 2, front.begin() + count,
              front.begin() + best + 1);
    --count;
  }
  for (int i = 0; i < kBlockPairs; ++i)
    pairs[i] = front[std::min(i, count - 1)];
  return count;
}

void AppendPostingsList(absl::Span<const uint32_t> ordinals,
                        absl::Span<const uint32_t> frequencies,
                        absl::Span<const uint16_t> lengths, std::string* out) {
  const size_t blocks = (ordinals.size() + kBlockPostings - 1) / kBlockPostings;
  const size_t rows_at = out->size();
  out->resize(rows_at + blocks * sizeof(BlockRow));
  const size_t data_at = out->size();
  uint32_t previous = ~0u;  // -1
  for (size_t b = 0; b < blocks; ++b) {
    const size_t first = b * kBlockPostings;
    const int count = static_cast<int>(
        std::min<size_t>(kBlockPostings, ordinals.size() - first));
    uint32_t gaps[kBlockPostings];
    uint32_t less_one[kBlockPostings];
    uint32_t gap_bits = 0, frequency_bits = 0;
    for (int i = 0; i < count; ++i) {
      const uint32_t ordinal = ordinals[first + i];
      gaps[i] = ordinal - previous - 1;
      previous = ordinal;
      less_one[i] = frequencies[first + i] - 1;
      gap_bits |= gaps[i];
      frequency_bits |= less_one[i];
    }
    BlockRow row = {};
    row.last_ordinal = previous;
    row.offset = static_cast<uint32_t>(out->size() - data_at);
    row.gap_bits = static_cast<uint8_t>(BitWidth(gap_bits));
    row.frequency_bits = static_cast<uint8_t>(BitWidth(frequency_bits));
    row.count = static_cast<uint8_t>(count);
    row.pair_count = static_cast<uint8_t>(
        ChoosePairs(frequencies.subspan(first, count),
                    lengths.subspan(first, count), row.pairs));
    Pack(gaps, count, row.gap_bits, out);
    Pack(less_one, count, row.frequency_bits, out);
    memcpy(&(*out)[rows_at + b * sizeof(BlockRow)], &row, sizeof(row));
  }
}

}  // namespace footnote
