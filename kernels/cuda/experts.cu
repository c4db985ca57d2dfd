#include "kernels/cuda/experts.h"
#include "kernels/cuda/prepared.h"
#include "kernels/cuda/simt.h"
#include "kernels/cuda/strip.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kThreads = 256;
constexpr int kSlotThreads = 1024;
constexpr int kExpertTiles = 4;

// A warp for each token.
FOOTNOTE_KERNEL(kWarp)
RouteKernel(RouteRule rule, const float* scores, Routing routing) {
  const int token = BlockX();
  scores += size_t{1} * token * rule.experts;
  float before = 0;
  int before_id = -1;
  float best = 0;
  float sum = 0;
  float mine = 0;  // lane i: the factor of choice i
  for (int i = 0; i < rule.used; ++i) {
    // The best that comes after the last choice.
    float score = 0;
    int id = -1;
    for (int e = Lane(); e < rule.experts; e += kWarp) {
      float here = scores[e];
      if (!(here == here)) here = BitsToFloat(0xff800000u);
      const bool is_left =
          before_id < 0 || here < before || (here == before && e > before_id);
      if (is_left && (id < 0 || here > score)) {
        score = here;
        id = e;
      }
    }
    for (int step = kWarp / 2; step > 0; step /= 2) {
      const float other = ShuffleXor(score, step);
      const int other_id = ShuffleXor(id, step);
      if (other_id >= 0 &&
          (id < 0 || other > score || (other == score && other_id < id))) {
        score = other;
        id = other_id;
      }
    }
    before = score;
    before_id = id;
    if (i == 0) best = score;
    const float factor =
        rule.sigmoid ? Divide(1.0f, 1.0f + Exp(-score)) : Exp(score - best);
    sum = Add(sum, factor);
    if (Lane() == i) mine = factor;
    if (Lane() == 0) routing.chosen[token * rule.used + i] = id;
  }
  const bool divides = !rule.sigmoid || rule.normalize;
  if (Lane() < rule.used) {
    routing.factors[token * rule.used + Lane()] =
        divides ? Divide(mine, sum) : mine;
  }
}

// One block; a warp looks for one expert at a time among all choices.
FOOTNOTE_KERNEL(kSlotThreads)
SlotKernel(RouteRule rule, int tokens, Routing routing) {
  int* counts = reinterpret_cast<int*>(SharedMemory());
  int* first_tile = counts + kMaxExperts;
  const int pairs = tokens * rule.used;
  for (int e = WarpIndex(); e < rule.experts; e += kSlotThreads / kWarp) {
    int count = 0;
    for (int i = Lane(); i - Lane() < pairs; i += kWarp) {
      count += CountBits(Ballot(i < pairs && routing.chosen[i] == e));
    }
    if (Lane() == 0) counts[e] = count;
  }
  BlockBarrier();
  for (int e = ThreadIndex(); e <= rule.experts; e += kSlotThreads) {
    int tile = 0;
    for (int before = 0; before < e; ++before) {
      tile += TokenTiles(counts[before]);
    }
    first_tile[e] = tile;
    routing.first_tile[e] = tile;
  }
  BlockBarrier();
  for (int e = WarpIndex(); e < rule.experts; e += kSlotThreads / kWarp) {
    if (counts[e] == 0) continue;
    int slot = first_tile[e] * kTileTokens;
    for (int i = Lane(); i - Lane() < pairs; i += kWarp) {
      const bool is_mine = i < pairs && routing.chosen[i] == e;
      const uint32_t mine = Ballot(is_mine);
      if (is_mine) {
        const int at = slot + CountBits(mine & ((1u << Lane()) - 1));
        routing.slots[i] = at;
        routing.slot_tokens[at] = i / rule.used;
      }
      slot += CountBits(mine);
    }
    const int end = first_tile[e + 1] * kTileTokens;
    if (slot + Lane() < end) routing.slot_tokens[slot + Lane()] = -1;
  }
}

FOOTNOTE_KERNEL(kThreads)
SlotRowsKernel(Routing routing, int experts, const float* x,
               Prepared prepared) {
  const int slot = BlockX();
  if (slot >= routing.first_tile[experts] * kTileTokens) return;
  const int token = routing.slot_tokens[slot];
  const int n = prepared.columns;
  const int filled = Eights(n);
  const int e = BlockY() * kThreads + ThreadIndex();
  // Whole warps, for StoreEight.
  if (e >= (filled + 31) / 32 * 32) return;
  float v[8];
  LoadEight(x + size_t{1} * (token < 0 ? 0 : token) * n + 8 * e,
            token < 0 ? 0 : n - 8 * e, v);
  StoreEight(prepared, slot, e, v, e < filled);
}

// A block has a strip of one expert's matrix.
template <WeightKind kKind, int kParts>
FOOTNOTE_KERNEL(kStripThreads)
ExpertKernel(const DeviceMatrix* matrices, Routing routing, Prepared prepared,
             float* y) {
  const DeviceMatrix matrix = matrices[BlockY()];
  if (matrix.kind != kKind) return;
  const int end = routing.first_tile[BlockY() + 1];
  for (int tile = routing.first_tile[BlockY()]; tile < end;
       tile += kExpertTiles) {
    MultiplyStrips<kKind, 1, kExpertTiles, kParts>(
        matrix, prepared, BlockX(), tile, end,
        [&](int slot, int row, float sum) {
          if (kKind == WeightKind::kFp8) {
            sum = Mul(sum, static_cast<const float*>(matrix.scales)[row]);
          }
          y[size_t{1} * slot * matrix.rows + row] = sum;
        });
    BlockBarrier();
  }
}

// A warp has a row of one expert's matrix.
FOOTNOTE_KERNEL(kThreads)
FloatExpertKernel(const DeviceMatrix* matrices, Routing routing, SlotRows x,
                  float* y) {
  const DeviceMatrix matrix = matrices[BlockY()];
  const int row = BlockX() * (kThreads / kWarp) + WarpIndex();
  if (matrix.kind != WeightKind::kFloat || row >= matrix.rows) return;
  const float* w = static_cast<const float*>(matrix.weights) +
                   size_t{1} * row * matrix.columns;
  const int end = routing.first_tile[BlockY() + 1] * kTileTokens;
  for (int slot = routing.first_tile[BlockY()] * kTileTokens; slot < end;
       ++slot) {
    const int token = routing.slot_tokens[slot];
    if (token < 0) continue;
    const float* from =
        x.floats + size_t{1} * (x.by_token ? token : slot) * matrix.columns;
    float sum = 0;
    for (int c = Lane(); c < matrix.columns; c += kWarp) {
      sum = Fma(w[c], from[c], sum);
    }
    sum = WarpSum(sum);
    if (Lane() == 0) y[size_t{1} * slot * matrix.rows + row] = sum;
  }
}

FOOTNOTE_KERNEL(kThreads)
AddSlotsKernel(RouteRule rule, Routing routing, const float* y, int n,
               float* out) {
  const int token = BlockX();
  for (int c = ThreadIndex(); c < n; c += kThreads) {
    float sum = 0;
    for (int i = 0; i < rule.used; ++i) {
      const int at = token * rule.used + i;
      sum = Add(sum, Mul(y[size_t{1} * routing.slots[at] * n + c],
                         routing.factors[at]));
    }
    float* to = out + size_t{1} * token * n + c;
    *to = Add(*to, sum);
  }
}

template <WeightKind kKind>
void Start(Stream* stream, int rows, const DeviceMatrix* matrices, int experts,
           const Routing& routing, const Prepared& prepared, float* y) {
  Launch(stream,
         prepared.parts == 1 ? ExpertKernel<kKind, 1> : ExpertKernel<kKind, 3>,
         {Strips(rows), experts}, kStripThreads,
         StripSharedBytes<kKind, 1>(kExpertTiles), matrices, routing, prepared,
         y);
}

}  // namespace

void RouteTokens(Stream* stream, const RouteRule& rule, const float* scores,
                 int tokens, const Routing& routing) {
  Launch(stream, RouteKernel, {tokens}, kWarp, 0, rule, scores, routing);
  Launch(stream, SlotKernel, {1}, kSlotThreads,
         (2 * kMaxExperts + 1) * sizeof(int), rule, tokens, routing);
}

void PrepareSlots(Stream* stream, const Routing& routing, int experts,
                  const float* x, const Prepared& prepared) {
  const int eights = 8 * Units(prepared.columns);
  Launch(stream, SlotRowsKernel,
         {prepared.tokens, (eights + kThreads - 1) / kThreads}, kThreads, 0,
         routing, experts, x, prepared);
}

void MultiplyExperts(Stream* stream, WeightKind kind, int rows,
                     const DeviceMatrix* matrices, int experts,
                     const Routing& routing, const SlotRows& x, float* y) {
  switch (kind) {
    case WeightKind::kFloat: {
      constexpr int kRows = kThreads / kWarp;
      return Launch(stream, FloatExpertKernel,
                    {(rows + kRows - 1) / kRows, experts}, kThreads, 0,
                    matrices, routing, x, y);
    }
    case WeightKind::kBf16:
      return Start<WeightKind::kBf16>(stream, rows, matrices, experts, routing,
                                      x.prepared, y);
    case WeightKind::kFp8:
      return Start<WeightKind::kFp8>(stream, rows, matrices, experts, routing,
                                     x.prepared, y);
    case WeightKind::kInt8:
      return Start<WeightKind::kInt8>(stream, rows, matrices, experts, routing,
                                      x.prepared, y);
    case WeightKind::kInt4:
      return Start<WeightKind::kInt4>(stream, rows, matrices, experts, routing,
                                      x.prepared, y);
  }
}

void AddSlots(Stream* stream, const RouteRule& rule, const Routing& routing,
              const float* y, int tokens, int n, float* out) {
  Launch(stream, AddSlotsKernel, {tokens}, kThreads, 0, rule, routing, y, n,
         out);
}

}  // namespace cuda
}  // namespace footnote
