#include "kernels/cuda/random.h"
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {
namespace {

constexpr int kThreads = 512;

FOOTNOTE_DEVICE uint32_t Mixed(uint32_t x) {
  x ^= x >> 16;
  x *= 0x7feb352du;
  x ^= x >> 15;
  x *= 0x846ca68bu;
  return x ^ (x >> 16);
}

FOOTNOTE_KERNEL(kThreads)
FillKernel(uint32_t seed, uint32_t mask, uint32_t bits, size_t words,
           uint32_t* memory) {
  for (size_t i = size_t{1} * BlockX() * kThreads + ThreadIndex(); i < words;
       i += size_t{1} * GridX() * kThreads) {
    const uint32_t x = Mixed(static_cast<uint32_t>(i) ^
                             Mixed(static_cast<uint32_t>(i >> 32) + seed));
    memory[i] = (x & mask) | bits;
  }
}

FOOTNOTE_KERNEL(kThreads)
ReadKernel(const char* memory, size_t words, uint32_t* sums) {
  uint32_t sum = 0;
  const size_t step = size_t{1} * GridX() * kThreads;
  size_t i = size_t{1} * BlockX() * kThreads + ThreadIndex();
  for (; i + 3 * step < words; i += 4 * step) {
    const Word4 a = LoadStream(memory + 16 * i);
    const Word4 b = LoadStream(memory + 16 * (i + step));
    const Word4 c = LoadStream(memory + 16 * (i + 2 * step));
    const Word4 d = LoadStream(memory + 16 * (i + 3 * step));
    sum += (a.x ^ a.y ^ a.z ^ a.w) + (b.x ^ b.y ^ b.z ^ b.w) +
           (c.x ^ c.y ^ c.z ^ c.w) + (d.x ^ d.y ^ d.z ^ d.w);
  }
  for (; i < words; i += step) {
    const Word4 a = LoadStream(memory + 16 * i);
    sum += a.x ^ a.y ^ a.z ^ a.w;
  }
  for (int lane = kWarp / 2; lane > 0; lane /= 2) sum += ShuffleXor(sum, lane);
  uint32_t* shared = reinterpret_cast<uint32_t*>(SharedMemory());
  if (Lane() == 0) shared[WarpIndex()] = sum;
  BlockBarrier();
  if (ThreadIndex() == 0) {
    for (int w = 1; w < kThreads / kWarp; ++w) sum += shared[w];
    sums[BlockX()] = sum;
  }
}

FOOTNOTE_KERNEL(kThreads)
CopyKernel(const char* from, size_t words, Word4* to) {
  for (size_t i = size_t{1} * BlockX() * kThreads + ThreadIndex(); i < words;
       i += size_t{1} * GridX() * kThreads) {
    to[i] = LoadStream(from + 16 * i);
  }
}

// Enough for `items` items, a thread each, and no more than fill a device.
int Blocks(size_t items) {
  const size_t blocks = (items + kThreads - 1) / kThreads;
  return static_cast<int>(blocks < kReadBlocks ? blocks : kReadBlocks);
}

}  // namespace

void FillRandom(Stream* stream, uint32_t seed, uint32_t mask, uint32_t bits,
                size_t words, uint32_t* memory) {
  Launch(stream, FillKernel, {Blocks(words)}, kThreads, 0, seed, mask, bits,
         words, memory);
}

void ReadAll(Stream* stream, const void* memory, size_t bytes, uint32_t* sums) {
  Launch(stream, ReadKernel, {Blocks(bytes / 16)}, kThreads,
         kThreads / kWarp * 4, static_cast<const char*>(memory), bytes / 16,
         sums);
}

void CopyAll(Stream* stream, const void* from, size_t bytes, void* to) {
  Launch(stream, CopyKernel, {Blocks(bytes / 16)}, kThreads, 0,
         static_cast<const char*>(from), bytes / 16, static_cast<Word4*>(to));
}

}  // namespace cuda
}  // namespace footnote
