#include "kernels/cuda/sample.h"
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kThreads = 1024;

FOOTNOTE_DEVICE float Never() { return BitsToFloat(0xff800000u); }

// Larger for larger floats.
FOOTNOTE_DEVICE uint32_t OrderOf(float x) {
  const uint32_t bits = FloatToBits(x == 0 ? 0.0f : x);
  return bits >> 31 ? ~bits : bits | 0x80000000u;
}
// Larger for larger floats, of equals for lower ids: no two are the same.
FOOTNOTE_DEVICE uint64_t RankOf(float x, int id) {
  return static_cast<uint64_t>(OrderOf(x)) << 32 |
         (0xffffffffu - static_cast<uint32_t>(id));
}

// Sums over a block, in one order, the same in all threads.
FOOTNOTE_DEVICE double BlockSumDouble(double x, double* shared) {
  for (int step = kWarp / 2; step > 0; step /= 2) x += ShuffleXor(x, step);
  if (Lane() == 0) shared[WarpIndex()] = x;
  BlockBarrier();
  double sum = 0;
  for (int w = 0; w < kThreads / kWarp; ++w) sum += shared[w];
  BlockBarrier();
  return sum;
}
FOOTNOTE_DEVICE uint64_t BlockMaxRank(uint64_t x, double* shared) {
  uint64_t* ranks = reinterpret_cast<uint64_t*>(shared);
  for (int step = kWarp / 2; step > 0; step /= 2) {
    const uint64_t y = ShuffleXor(x, step);
    x = y > x ? y : x;
  }
  if (Lane() == 0) ranks[WarpIndex()] = x;
  BlockBarrier();
  uint64_t most = 0;
  for (int w = 0; w < kThreads / kWarp; ++w) {
    most = ranks[w] > most ? ranks[w] : most;
  }
  BlockBarrier();
  return most;
}

FOOTNOTE_DEVICE double Uniform(uint64_t seed, uint64_t position) {
  uint64_t x = seed * 0x9e3779b97f4a7c15u + position + 1;
  for (int i = 0; i < 2; ++i) {
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    x ^= x >> 31;
  }
  return static_cast<double>(x >> 11) * 0x1p-53;
}

// A row after penalties.
struct Row {
  const float* logits;
  int vocabulary;
  double most;
  float temperature;
  double* shared;

  FOOTNOTE_METHOD double Weight(float logit) const {
    return ExpDouble((logit - most) / temperature);
  }
};

// Sum of the weights (or with `count`, the number) of tokens from `rank` up.
FOOTNOTE_DEVICE double SumFrom(const Row& row, uint64_t rank, bool count) {
  double sum = 0;
  for (int i = ThreadIndex(); i < row.vocabulary; i += kThreads) {
    const float logit = row.logits[i];
    if (RankOf(logit, i) >= rank) sum += count ? 1.0 : row.Weight(logit);
  }
  return BlockSumDouble(sum, row.shared);
}

// The same without ranks: of tokens 0 … id.
FOOTNOTE_DEVICE double SumTo(const Row& row, int id) {
  double sum = 0;
  for (int i = ThreadIndex(); i <= id; i += kThreads) {
    sum += row.Weight(row.logits[i]);
  }
  return BlockSumDouble(sum, row.shared);
}

// The highest rank from which on the sum is above `bound`; 0 when none is.
FOOTNOTE_DEVICE uint64_t RankWithSumAbove(const Row& row, double bound,
                                          bool count) {
  uint64_t rank = 0;
  for (int bit = 63; bit >= 0; --bit) {
    // Ids have at most 31 bits: those above them are all ones.
    if (bit == 31) {
      rank |= 0x80000000u;
      continue;
    }
    const uint64_t next = rank | uint64_t{1} << bit;
    if (SumFrom(row, next, count) > bound) rank = next;
  }
  return SumFrom(row, rank, count) > bound ? rank : 0;
}

FOOTNOTE_KERNEL(kThreads)
SampleKernel(const SampleRow* samples, int vocabulary, const uint16_t* counts,
             const uint32_t* masks, float* logits, int32_t* tokens) {
  double* shared = reinterpret_cast<double*>(SharedMemory());
  const SampleRow sample = samples[BlockX()];
  float* row_logits = logits + size_t{1} * BlockX() * vocabulary;
  const uint16_t* row_counts =
      sample.counts_row < 0
          ? nullptr
          : counts + size_t{1} * sample.counts_row * vocabulary;
  const uint32_t* mask =
      sample.mask_row < 0
          ? nullptr
          : masks + size_t{1} * sample.mask_row * ((vocabulary + 31) / 32);
  uint64_t best = 0;
  for (int i = ThreadIndex(); i < vocabulary; i += kThreads) {
    float x = row_logits[i];
    if (row_counts != nullptr && row_counts[i] != 0) {
      x = x > 0 ? Divide(x, sample.repetition_penalty)
                : Mul(x, sample.repetition_penalty);
      const int times = row_counts[i] & ~kInPrompt;
      if (times > 0) {
        x = Add(x,
                -Add(Mul(static_cast<float>(times), sample.frequency_penalty),
                     sample.presence_penalty));
      }
    }
    if (mask != nullptr && (mask[i / 32] >> (i % 32) & 1) == 0) x = Never();
    row_logits[i] = x;
    const uint64_t rank = x == Never() ? 0 : RankOf(x, i);
    best = rank > best ? rank : best;
  }
  best = BlockMaxRank(best, shared);
  const int most_likely =
      best == 0 ? -1
                : static_cast<int>(0xffffffffu - static_cast<uint32_t>(best));
  if (most_likely < 0 || sample.temperature <= 0) {
    if (ThreadIndex() == 0) tokens[BlockX()] = most_likely;
    return;
  }
  BlockBarrier();

  const Row row = {row_logits, vocabulary, row_logits[most_likely],
                   sample.temperature, shared};
  const double u = Uniform(sample.seed, sample.position);
  // The ranks that are kept are those from `least` up.
  uint64_t least = 0;
  const bool keeps_some = sample.top_k > 0 && sample.top_k < vocabulary;
  if (keeps_some) least = RankWithSumAbove(row, sample.top_k - 0.5, true);
  const bool cuts = sample.top_p < 1 || sample.min_p > 0;
  if (cuts) {
    const double bound = sample.top_p * SumFrom(row, least, false);
    // The first to bring the sum to the bound is the last that is kept.
    const double under = bound * (1 - 1e-15);
    const uint64_t by_sum =
        sample.top_p < 1 ? RankWithSumAbove(row, under, false) : 0;
    least = by_sum > least ? by_sum : least;
    if (sample.min_p > 0) {
      // The lowest rank whose weight is enough.
      uint64_t lowest = ~uint64_t{0};
      for (int i = ThreadIndex(); i < vocabulary; i += kThreads) {
        if (row.Weight(row_logits[i]) >= sample.min_p) {
          const uint64_t rank = RankOf(row_logits[i], i);
          lowest = rank < lowest ? rank : lowest;
        }
      }
      lowest = ~BlockMaxRank(~lowest, shared);
      least = lowest > least ? lowest : least;
    }
    least = least < best ? least : best;
  }
  int chosen = most_likely;
  if (cuts || keeps_some || sample.top_k > 0) {
    // From the most likely down, as far as u reaches.
    const double left = u * SumFrom(row, least, false);
    uint64_t rank = RankWithSumAbove(row, left, false);
    rank = rank > least ? rank : least;
    // `rank` is a bound; the token is the lowest from it up.
    uint64_t lowest = ~uint64_t{0};
    for (int i = ThreadIndex(); i < vocabulary; i += kThreads) {
      const uint64_t here = RankOf(row_logits[i], i);
      if (here >= rank && row_logits[i] != Never()) {
        lowest = here < lowest ? here : lowest;
      }
    }
    lowest = ~BlockMaxRank(~lowest, shared);
    chosen = static_cast<int>(0xffffffffu - static_cast<uint32_t>(lowest));
  } else {
    // By id.
    const double left = u * SumTo(row, vocabulary - 1);
    int low = 0;
    int high = vocabulary - 1;
    while (low < high) {
      const int middle = low + (high - low) / 2;
      if (SumTo(row, middle) > left) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    chosen = low;
    // Rounding must not choose what cannot be.
    if (row_logits[chosen] == Never()) chosen = most_likely;
  }
  if (ThreadIndex() == 0) tokens[BlockX()] = chosen;
}

FOOTNOTE_KERNEL(kWarp)
AcceptKernel(SampleRow* samples, int vocabulary, const int32_t* tokens,
             uint16_t* counts) {
  if (ThreadIndex() != 0) return;
  SampleRow* sample = samples + BlockX();
  ++sample->position;
  const int token = tokens[BlockX()];
  if (sample->counts_row < 0 || token < 0) return;
  ++counts[size_t{1} * sample->counts_row * vocabulary + token];
}

}  // namespace

void SampleRows(Stream* stream, const SampleRow* samples, int rows,
                int vocabulary, const uint16_t* counts, const uint32_t* masks,
                float* logits, int32_t* tokens) {
  Launch(stream, SampleKernel, {rows}, kThreads, 32 * sizeof(double), samples,
         vocabulary, counts, masks, logits, tokens);
}

void AcceptTokens(Stream* stream, SampleRow* samples, int rows, int vocabulary,
                  const int32_t* tokens, uint16_t* counts) {
  Launch(stream, AcceptKernel, {rows}, kWarp, 0, samples, vocabulary, tokens,
         counts);
}

}  // namespace cuda
}  // namespace footnote
