#include "kernels/cuda/sample.h"
#include "kernels/cuda/simt.h"
#include "kernels/draw.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kThreads = 1024;
constexpr int kWarps = kThreads / kWarp;
constexpr int kBins = 256;
// Tokens of one bin that are looked at in shared memory.
constexpr int kListed = 2048;

struct Shared {
  uint64_t words[kWarps];  // of block sums and maxima
  uint64_t weights[kBins];
  uint64_t ranks[kListed];
  uint64_t listed[kListed];  // weights, or ones
  uint32_t counts[kBins];
  uint64_t least;
  uint64_t before;
  int bin;
  uint32_t length;
};

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
FOOTNOTE_DEVICE int IdOf(uint64_t rank) {
  return static_cast<int>(0xffffffffu - static_cast<uint32_t>(rank));
}

FOOTNOTE_DEVICE uint64_t WarpSumWords(uint64_t x) {
  for (int step = kWarp / 2; step > 0; step /= 2) x += ShuffleXor(x, step);
  return x;
}
FOOTNOTE_DEVICE uint64_t BlockSumWords(uint64_t x, Shared* shared) {
  x = WarpSumWords(x);
  if (Lane() == 0) shared->words[WarpIndex()] = x;
  BlockBarrier();
  uint64_t sum = 0;
  for (int w = 0; w < kWarps; ++w) sum += shared->words[w];
  BlockBarrier();
  return sum;
}
FOOTNOTE_DEVICE uint64_t BlockMaxWord(uint64_t x, Shared* shared) {
  for (int step = kWarp / 2; step > 0; step /= 2) {
    const uint64_t y = ShuffleXor(x, step);
    x = y > x ? y : x;
  }
  if (Lane() == 0) shared->words[WarpIndex()] = x;
  BlockBarrier();
  uint64_t most = 0;
  for (int w = 0; w < kWarps; ++w) {
    most = shared->words[w] > most ? shared->words[w] : most;
  }
  BlockBarrier();
  return most;
}

// A row of logits after penalties and mask.
struct Row {
  const float* logits;
  int vocabulary;
  float most;
  double inverse;  // of the temperature
  Shared* shared;

  FOOTNOTE_METHOD float At(int id) const { return CleanLogit(logits[id]); }
  FOOTNOTE_METHOD double Distance(int id) const {
    return LogitDistance(At(id), most, inverse);
  }
  FOOTNOTE_METHOD uint64_t Weight(int id) const {
    return DistanceWeight(Distance(id));
  }
};

// The highest rank of all; 0 when no token can be.
FOOTNOTE_DEVICE uint64_t BestRank(const Row& row) {
  // So many at once: one trip to memory for all.
  constexpr int kAtOnce = 8;
  uint64_t best = 0;
  for (int first = ThreadIndex(); first < row.vocabulary;
       first += kAtOnce * kThreads) {
    float x[kAtOnce];
    FOOTNOTE_UNROLL
    for (int k = 0; k < kAtOnce; ++k) {
      const int id = first + k * kThreads;
      x[k] = id < row.vocabulary ? row.logits[id] : NeverLogit();
    }
    FOOTNOTE_UNROLL
    for (int k = 0; k < kAtOnce; ++k) {
      const float clean = CleanLogit(x[k]);
      if (clean == NeverLogit()) continue;
      const uint64_t rank = RankOf(clean, first + k * kThreads);
      best = rank > best ? rank : best;
    }
  }
  return BlockMaxWord(best, row.shared);
}

// The weights, or with `counts` the number, of tokens that weigh something,
// from `rank` up.
FOOTNOTE_DEVICE uint64_t SumFrom(const Row& row, uint64_t rank, bool counts) {
  uint64_t sum = 0;
  for (int i = ThreadIndex(); i < row.vocabulary; i += kThreads) {
    if (RankOf(row.At(i), i) < rank) continue;
    const uint64_t weight = row.Weight(i);
    sum += counts ? weight > 0 : weight;
  }
  return BlockSumWords(sum, row.shared);
}

// Bins of equal width in distance, the most likely first. Distances are at
// least -31: the first cut has 8 bins a unit. The second cuts one of those in
// 256; nothing is rounded there.
struct Cut {
  bool second;
  int bin;  // of the first cut

  // -1: not in here.
  FOOTNOTE_METHOD int BinOf(double distance) const {
    const double place = -8 * distance;
    const int first = static_cast<int>(place);
    if (!second) return first;
    return first == bin ? static_cast<int>((place - first) * kBins) : -1;
  }
};

// Finds the bin with which the sum, begun with shared->before, reaches
// `wanted`: then it is shared->bin and shared->before is the sum before it.
// False when no bin does. REQUIRES: the block has passed a barrier since the
// last look at shared.
FOOTNOTE_DEVICE bool FindBin(const Row& row, const Cut& cut, uint64_t wanted,
                             bool counts) {
  Shared* shared = row.shared;
  for (int b = ThreadIndex(); b < kBins; b += kThreads) {
    shared->weights[b] = 0;
    shared->counts[b] = 0;
  }
  BlockBarrier();
  for (int i = ThreadIndex(); i < row.vocabulary; i += kThreads) {
    const double distance = row.Distance(i);
    const uint64_t weight = DistanceWeight(distance);
    if (weight == 0) continue;
    const int bin = cut.BinOf(distance);
    if (bin < 0) continue;
    AtomicAdd(&shared->counts[bin], 1u);
    if (!counts) AtomicAdd(&shared->weights[bin], weight);
  }
  BlockBarrier();
  if (ThreadIndex() == 0) {
    uint64_t sum = shared->before;
    shared->bin = -1;
    for (int b = 0; b < kBins; ++b) {
      const uint64_t here = counts ? shared->counts[b] : shared->weights[b];
      if (sum + here >= wanted) {
        shared->bin = b;
        shared->length = shared->counts[b];
        break;
      }
      sum += here;
    }
    if (shared->bin >= 0) shared->before = sum;
  }
  BlockBarrier();
  return shared->bin >= 0;
}

// The same without bins, a bit at a time.
FOOTNOTE_DEVICE uint64_t RankByBits(const Row& row, uint64_t wanted,
                                    bool counts) {
  uint64_t rank = 0;
  for (int bit = 63; bit >= 0; --bit) {
    const uint64_t next = rank | uint64_t{1} << bit;
    // Ids have at most 24 bits as a rule: those above them are all ones.
    if (bit < 32 && row.vocabulary <= int{1} << 24 && bit >= 24) {
      rank = next;
      continue;
    }
    if (SumFrom(row, next, counts) >= wanted) rank = next;
  }
  return rank;
}

// The highest rank from which up the weights (or numbers) of tokens that weigh
// something reach `wanted` > 0; 0 when all together do not.
FOOTNOTE_DEVICE uint64_t RankReaching(const Row& row, uint64_t wanted,
                                      bool counts) {
  Shared* shared = row.shared;
  BlockBarrier();
  if (ThreadIndex() == 0) shared->before = 0;
  Cut cut = {false, 0};
  if (!FindBin(row, cut, wanted, counts)) return 0;
  if (shared->length > kListed) {
    cut = {true, shared->bin};
    BlockBarrier();
    FindBin(row, cut, wanted, counts);
    if (shared->length > kListed) return RankByBits(row, wanted, counts);
  }
  const int bin = shared->bin;
  const int length = static_cast<int>(shared->length);
  BlockBarrier();
  if (ThreadIndex() == 0) shared->length = 0;
  BlockBarrier();
  for (int i = ThreadIndex(); i < row.vocabulary; i += kThreads) {
    const double distance = row.Distance(i);
    const uint64_t weight = DistanceWeight(distance);
    if (weight == 0 || cut.BinOf(distance) != bin) continue;
    const uint32_t at = AtomicAdd(&shared->length, 1u);
    shared->ranks[at] = RankOf(row.At(i), i);
    shared->listed[at] = counts ? 1 : weight;
  }
  BlockBarrier();
  // In the list's order, which is any: but one token is at the edge.
  for (int i = ThreadIndex(); i < length; i += kThreads) {
    const uint64_t rank = shared->ranks[i];
    uint64_t above = shared->before;
    for (int j = 0; j < length; ++j) {
      if (shared->ranks[j] > rank) above += shared->listed[j];
    }
    if (above < wanted && above + shared->listed[i] >= wanted) {
      shared->least = rank;
    }
  }
  BlockBarrier();
  const uint64_t least = shared->least;
  BlockBarrier();
  return least;
}

// The id that `sample` draws of the tokens from rank `least` up.
FOOTNOTE_DEVICE int DrawnToken(const Row& row, const SampleRow& sample,
                               uint64_t least) {
  Shared* shared = row.shared;
  const uint64_t enough = MinPWeight(sample.min_p);
  const auto kept = [&](int id) -> uint64_t {
    if (id >= row.vocabulary || RankOf(row.At(id), id) < least) return 0;
    const uint64_t weight = row.Weight(id);
    return weight >= enough ? weight : 0;
  };
  // A warp has neighbouring ids.
  const int share =
      (row.vocabulary + kThreads - 1) / kThreads * kWarp;  // of a warp
  const int first = WarpIndex() * share;
  uint64_t sum = 0;
  for (int i = 0; i < share; i += kWarp) sum += kept(first + i + Lane());
  sum = WarpSumWords(sum);
  if (Lane() == 0) shared->words[WarpIndex()] = sum;
  BlockBarrier();
  uint64_t whole = 0;
  uint64_t before = 0;
  for (int w = 0; w < kWarps; ++w) {
    if (w == WarpIndex()) before = whole;
    whole += shared->words[w];
  }
  const uint64_t drawn = DrawnWeight(sample.seed, sample.position, whole);
  if (before <= drawn && drawn < before + sum) {
    for (int i = 0;; i += kWarp) {
      // The sum up to this lane.
      const uint64_t mine = kept(first + i + Lane());
      uint64_t up_to = mine;
      for (int step = 1; step < kWarp; step *= 2) {
        const uint64_t lower =
            ShuffleFrom(up_to, Lane() >= step ? Lane() - step : Lane());
        if (Lane() >= step) up_to += lower;
      }
      const uint32_t past = Ballot(before + up_to > drawn);
      if (past != 0) {
        if (Lane() == 0) shared->bin = first + i + LowestBit(past);
        break;
      }
      before += ShuffleFrom(up_to, kWarp - 1);
    }
  }
  BlockBarrier();
  return shared->bin;
}

// What the row says of token `id` after penalties and mask.
FOOTNOTE_DEVICE float Changed(const SampleRow& sample, const uint32_t* mask,
                              float x, int id) {
  if (sample.tally != nullptr) {
    int tally = sample.tally[id];
    for (int i = 0; i < sample.guessed_count; ++i) {
      tally += sample.guessed[i] == id;
    }
    if (tally != 0) {
      x = x > 0 ? Divide(x, sample.repetition_penalty)
                : Mul(x, sample.repetition_penalty);
      const int times = tally & ~kInPrompt;
      if (times > 0) {
        x = Add(x,
                -Add(Mul(static_cast<float>(times), sample.frequency_penalty),
                     sample.presence_penalty));
      }
    }
  }
  if (mask != nullptr && (mask[id / 32] >> (id % 32) & 1) == 0) {
    x = NeverLogit();
  }
  return x;
}

FOOTNOTE_KERNEL(kThreads)
SampleKernel(const SampleRow* samples, int vocabulary, const uint32_t* masks,
             const float* logits, float* changed, int32_t* tokens,
             SampledLogit* sampled) {
  Shared* shared = reinterpret_cast<Shared*>(SharedMemory());
  const SampleRow sample = samples[BlockX()];
  const float* own = logits + size_t{1} * sample.row * vocabulary;
  Row row = {own, vocabulary, 0, 1, shared};
  uint64_t best = 0;
  float most = 0;
  uint64_t weights = 0;
  if (sample.wants_logprob) {
    best = BestRank(row);
    if (best != 0) row.most = row.At(IdOf(best));
    most = row.most;
    weights = SumFrom(row, 0, false);
  }
  if (sample.tally != nullptr || sample.mask_row >= 0) {
    const uint32_t* mask =
        sample.mask_row < 0
            ? nullptr
            : masks + size_t{1} * sample.mask_row * MaskWords(vocabulary);
    changed += size_t{1} * BlockX() * vocabulary;
    for (int i = ThreadIndex(); i < vocabulary; i += kThreads) {
      changed[i] = Changed(sample, mask, own[i], i);
    }
    row.logits = changed;
    best = 0;
    BlockBarrier();
  }
  if (best == 0) best = BestRank(row);
  int chosen = best == 0 ? -1 : IdOf(best);
  if (chosen >= 0 && sample.temperature > 0) {
    row.most = row.At(chosen);
    row.inverse = 1.0 / sample.temperature;
    uint64_t least = 0;
    if (sample.top_k > 0 && sample.top_k < vocabulary) {
      least = RankReaching(row, sample.top_k, true);
    }
    if (sample.top_p < 1) {
      const uint64_t whole = SumFrom(row, least, false);
      const uint64_t rank =
          RankReaching(row, TopPWeight(sample.top_p, whole), false);
      least = rank > least ? rank : least;
    }
    BlockBarrier();
    chosen = DrawnToken(row, sample, least);
  }
  if (ThreadIndex() == 0) {
    tokens[BlockX()] = chosen;
    sampled[BlockX()] = {chosen < 0 ? 0.0f : CleanLogit(own[chosen]), most,
                         weights};
  }
}

constexpr int kNoteThreads = 128;

FOOTNOTE_KERNEL(kNoteThreads)
NoteKernel(const Note* notes, int count) {
  const int i = BlockX() * kNoteThreads + ThreadIndex();
  if (i >= count || notes[i].tally == nullptr) return;
  const Note note = notes[i];
  uint16_t* tally = note.tally + note.id;
  if (note.times == 0) {
    *tally |= kInPrompt;
    return;
  }
  const int times = (*tally & ~kInPrompt) + note.times;
  *tally = static_cast<uint16_t>((*tally & kInPrompt) |
                                 (times < kMostTallied ? times : kMostTallied));
}

}  // namespace

void SampleRows(Stream* stream, const SampleRow* samples, int rows,
                int vocabulary, const uint32_t* masks, const float* logits,
                float* changed, int32_t* tokens, SampledLogit* sampled) {
  Launch(stream, SampleKernel, {rows}, kThreads, sizeof(Shared), samples,
         vocabulary, masks, logits, changed, tokens, sampled);
}

void NoteTokens(Stream* stream, const Note* notes, int count) {
  Launch(stream, NoteKernel, {(count + kNoteThreads - 1) / kNoteThreads},
         kNoteThreads, 0, notes, count);
}

}  // namespace cuda
}  // namespace footnote
