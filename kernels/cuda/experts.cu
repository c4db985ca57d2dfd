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
      const float here = scores[e];
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

// One block, a thread for each expert.
FOOTNOTE_KERNEL(kSlotThreads)
SlotKernel(RouteRule rule, int tokens, Routing routing) {
  int* counts = reinterpret_cast<int*>(SharedMemory());
  const int expert = ThreadIndex();
  int count = 0;
  if (expert < rule.experts) {
    for (int i = 0; i < tokens * rule.used; ++i) {
      count += routing.chosen[i] == expert;
    }
  }
  counts[expert] = count;
  BlockBarrier();
  if (expert >= rule.experts) return;
  int tile = 0;
  for (int e = 0; e < expert; ++e) tile += TokenTiles(counts[e]);
  routing.first_tile[expert] = tile;
  const int end = tile + TokenTiles(count);
  if (expert == rule.experts - 1) routing.first_tile[rule.experts] = end;
  int slot = tile * kTileTokens;
  for (int i = 0; count > 0 && i < tokens * rule.used; ++i) {
    if (routing.chosen[i] != expert) continue;
    routing.slots[i] = slot;
    routing.slot_tokens[slot++] = i / rule.used;
  }
  for (; slot < end * kTileTokens; ++slot) routing.slot_tokens[slot] = -1;
}

FOOTNOTE_KERNEL(kThreads)
SlotRowsKernel(Routing routing, int experts, const float* x,
               Prepared prepared) {
  const int slot = BlockX();
  if (slot >= routing.first_tile[experts] * kTileTokens) return;
  const int token = routing.slot_tokens[slot];
  const int n = prepared.columns;
  const int filled = Eights(n);
  for (int e = ThreadIndex(); e < (filled + 31) / 32 * 32; e += kThreads) {
    float v[8];
    LoadEight(x + size_t{1} * (token < 0 ? 0 : token) * n + 8 * e,
              token < 0 ? 0 : n - 8 * e, v);
    StoreEight(prepared, slot, e, v, e < filled);
  }
}

// A block has a strip of one expert's matrix.
template <WeightKind kKind>
FOOTNOTE_KERNEL(kStripThreads)
ExpertKernel(const DeviceMatrix* matrices, Routing routing, Prepared prepared,
             float* y) {
  const DeviceMatrix matrix = matrices[BlockY()];
  const int end = routing.first_tile[BlockY() + 1];
  for (int tile = routing.first_tile[BlockY()]; tile < end;
       tile += kExpertTiles) {
    MultiplyStrip<kKind, kExpertTiles>(
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
  Launch(stream, ExpertKernel<kKind>, {Strips(rows), experts}, kStripThreads,
         StripSharedBytes(kExpertTiles), matrices, routing, prepared, y);
}

}  // namespace

void RouteTokens(Stream* stream, const RouteRule& rule, const float* scores,
                 int tokens, const Routing& routing) {
  Launch(stream, RouteKernel, {tokens}, kWarp, 0, rule, scores, routing);
  Launch(stream, SlotKernel, {1}, kSlotThreads, kSlotThreads * sizeof(int),
         rule, tokens, routing);
}

void PrepareSlots(Stream* stream, const Routing& routing, int experts,
                  const float* x, const Prepared& prepared) {
  Launch(stream, SlotRowsKernel, {prepared.tokens}, kThreads, 0, routing,
         experts, x, prepared);
}

void MultiplyExperts(Stream* stream, WeightKind kind, int rows,
                     const DeviceMatrix* matrices, int experts,
                     const Routing& routing, const Prepared& prepared,
                     float* y) {
  switch (kind) {
    case WeightKind::kBf16:
      return Start<WeightKind::kBf16>(stream, rows, matrices, experts, routing,
                                      prepared, y);
    case WeightKind::kFp8:
      return Start<WeightKind::kFp8>(stream, rows, matrices, experts, routing,
                                     prepared, y);
    case WeightKind::kInt8:
      return Start<WeightKind::kInt8>(stream, rows, matrices, experts, routing,
                                      prepared, y);
    default:
      return Start<WeightKind::kInt4>(stream, rows, matrices, experts, routing,
                                      prepared, y);
  }
}

void AddSlots(Stream* stream, const RouteRule& rule, const Routing& routing,
              const float* y, int tokens, int n, float* out) {
  Launch(stream, AddSlotsKernel, {tokens}, kThreads, 0, rule, routing, y, n,
         out);
}

}  // namespace cuda
}  // namespace footnote
