#include "kernels/cuda/attend.h"
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kThreads = 256;

FOOTNOTE_KERNEL(kThreads)
AnglesKernel(const float* frequencies, int pairs, const int32_t* positions,
             float* cosines, float* sines) {
  const int row = BlockX();
  for (int i = ThreadIndex(); i < pairs; i += kThreads) {
    // In floats, as the models were trained.
    const float angle = Mul(static_cast<float>(positions[row]), frequencies[i]);
    float sine;
    float cosine;
    SinCos(angle, &sine, &cosine);
    cosines[size_t{1} * row * pairs + i] = cosine;
    sines[size_t{1} * row * pairs + i] = sine;
  }
}

struct Pair {
  float a;
  float b;
};

// Pair `i` of a head, turned.
FOOTNOTE_DEVICE Pair Turned(const Rotation& rotation, int row, int size, int i,
                            const float* head) {
  const int pairs = size / 2;
  const int at_a = rotation.halves ? i : 2 * i;
  const int at_b = rotation.halves ? i + pairs : 2 * i + 1;
  Pair pair = {head[at_a], head[at_b]};
  if (rotation.cosines == nullptr) return pair;
  const float c = rotation.cosines[size_t{1} * row * pairs + i];
  const float s = rotation.sines[size_t{1} * row * pairs + i];
  return {Add(Mul(pair.a, c), -Mul(pair.b, s)),
          Add(Mul(pair.b, c), Mul(pair.a, s))};
}

FOOTNOTE_DEVICE void PutNumber(const Pages& pages, size_t at, float x) {
  if (pages.is_float) {
    static_cast<float*>(pages.memory)[at] = x;
  } else {
    static_cast<uint16_t*>(pages.memory)[at] =
        static_cast<uint16_t>(PackBf16(x, 0));
  }
}

// The blocks of a row have neighbouring numbers of it.
FOOTNOTE_KERNEL(kThreads)
RotateKernel(Rotation rotation, Pages pages, int place,
             const int32_t* positions, const int32_t* row_pages, int heads,
             float* q, const float* k, const float* v) {
  LetNextStart();
  WaitForEarlier();
  const int row = BlockX();
  const int size = pages.size;
  const int pairs = size / 2;
  const int first = BlockY() * kThreads + ThreadIndex();
  const int step = GridY() * kThreads;
  if (rotation.cosines != nullptr) {
    float* q_row = q + size_t{1} * row * heads * size;
    for (int i = first; i < heads * pairs; i += step) {
      float* head = q_row + i / pairs * size;
      const int at = i % pairs;
      const Pair pair = Turned(rotation, row, size, at, head);
      head[rotation.halves ? at : 2 * at] = pair.a;
      head[rotation.halves ? at + pairs : 2 * at + 1] = pair.b;
    }
  }
  const int page = row_pages[row];
  if (page < 0) return;
  const int slot = positions[row] % kPage;
  const size_t head_numbers = size_t{1} * pages.padded * kPage;
  const size_t start =
      page * pages.page_numbers + 2 * place * pages.kv_heads * head_numbers;
  const float* k_row = k + size_t{1} * row * pages.kv_heads * size;
  for (int i = first; i < pages.kv_heads * pairs; i += step) {
    const int head = i / pairs;
    const int at = i % pairs;
    const Pair pair = Turned(rotation, row, size, at, k_row + head * size);
    const size_t to = start + head * head_numbers + slot * pages.padded;
    PutNumber(pages, to + (rotation.halves ? at : 2 * at), pair.a);
    PutNumber(pages, to + (rotation.halves ? at + pairs : 2 * at + 1), pair.b);
  }
  const float* v_row = v + size_t{1} * row * pages.kv_heads * size;
  for (int i = first; i < pages.kv_heads * size; i += step) {
    const int head = i / size;
    const int at = i % size;
    const size_t to = start + (pages.kv_heads + head) * head_numbers;
    PutNumber(
        pages,
        to + (pages.is_float ? slot * pages.padded + at : at * kPage + slot),
        v_row[i]);
  }
}

}  // namespace

void MakeAngles(Stream* stream, const float* frequencies, int pairs,
                const int32_t* positions, int rows, float* cosines,
                float* sines) {
  Launch(stream, AnglesKernel, {rows}, kThreads, 0, frequencies, pairs,
         positions, cosines, sines);
}

void RotateAndStore(Stream* stream, const Rotation& rotation,
                    const Pages& pages, int place, const int32_t* positions,
                    const int32_t* row_pages, int rows, int heads, float* q,
                    const float* k, const float* v) {
  const int pairs = heads * (pages.size / 2);
  LaunchEarly(stream, RotateKernel, {rows, (pairs + kThreads - 1) / kThreads},
              kThreads, 0, rotation, pages, place, positions, row_pages, heads,
              q, k, v);
}

}  // namespace cuda
}  // namespace footnote
