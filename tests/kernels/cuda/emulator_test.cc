#include <vector>

#include "gtest/gtest.h"
#include "kernels/cuda/emulator/block.h"
#include "kernels/cuda/simt.h"
#include "tests/kernels/cuda/device.h"

namespace footnote {
namespace cuda {
namespace {

void ReverseInBlock(const int* x, int* y) {
  int* shared = reinterpret_cast<int*>(SharedMemory());
  shared[ThreadIndex()] = x[BlockX() * BlockThreads() + ThreadIndex()];
  BlockBarrier();
  y[BlockX() * BlockThreads() + ThreadIndex()] =
      shared[BlockThreads() - 1 - ThreadIndex()];
}

void ReverseWithoutBarrier(const int* x, int* y) {
  int* shared = reinterpret_cast<int*>(SharedMemory());
  shared[ThreadIndex()] = x[ThreadIndex()];
  y[ThreadIndex()] = shared[BlockThreads() - 1 - ThreadIndex()];
}

std::vector<int> Numbers(int count) {
  std::vector<int> x(count);
  for (int i = 0; i < count; ++i) x[i] = i;
  return x;
}

TEST(EmulatorTest, BarriersLetThreadsSeeWhatOthersLeft) {
  InBothOrders([] {
    const Buffer<int> x(Numbers(192));
    const Buffer<int> y(192);
    Launch(TheStream(), ReverseInBlock, {2}, 96, 96 * sizeof(int), x.get(),
           y.get());
    const std::vector<int> found = y.Read();
    for (int i = 0; i < 192; ++i)
      EXPECT_EQ(found[i], i / 96 * 96 + 95 - i % 96);
  });
}

TEST(EmulatorTest, MissingBarrierShows) {
  const Buffer<int> x(Numbers(64));
  const Buffer<int> y(64);
  Launch(TheStream(), ReverseWithoutBarrier, {1}, 64, 64 * sizeof(int), x.get(),
         y.get());
  EXPECT_EQ(y.Read()[0], -1);  // what shared memory held at first
}

TEST(EmulatorTest, LanesExchange) {
  const Buffer<float> y(64);
  Launch(
      TheStream(),
      +[](float* out) {
        const float x = static_cast<float>(ThreadIndex());
        out[ThreadIndex()] = WarpSum(x) + 1000 * ShuffleFrom(x, 3);
      },
      {1}, 64, 0, y.get());
  const std::vector<float> found = y.Read();
  for (int i = 0; i < 32; ++i) EXPECT_EQ(found[i], 31 * 16 + 3000);
  for (int i = 32; i < 64; ++i) EXPECT_EQ(found[i], 95 * 16 + 35000);
}

TEST(EmulatorTest, TileOfTensorCoreIsAMatrixProduct) {
  // a[r][k] = r + 16 k, b[k][c] = (k + 1) * (c == k % 8), all of them exact.
  const Buffer<float> y(128);
  Launch(
      TheStream(),
      +[](float* out) {
        const int g = Lane() / 4;
        const int t = Lane() % 4;
        const auto a = [](int row, int k) {
          return PackBf16(row + 8.0f * k, row + 8.0f * (k + 1));
        };
        const auto b = [](int k, int column) {
          return PackBf16(column == k % 8 ? k + 1.0f : 0,
                          column == (k + 1) % 8 ? k + 2.0f : 0);
        };
        float d[4] = {1, 1, 1, 1};
        MultiplyTile(d, a(g, 2 * t), a(g + 8, 2 * t), a(g, 2 * t + 8),
                     a(g + 8, 2 * t + 8), b(2 * t, g), b(2 * t + 8, g));
        out[g * 8 + 2 * t] = d[0];
        out[g * 8 + 2 * t + 1] = d[1];
        out[(g + 8) * 8 + 2 * t] = d[2];
        out[(g + 8) * 8 + 2 * t + 1] = d[3];
      },
      {1}, 32, 0, y.get());
  const std::vector<float> found = y.Read();
  for (int r = 0; r < 16; ++r) {
    for (int c = 0; c < 8; ++c) {
      float want = 1;
      for (int k = c; k < 16; k += 8) want += (r + 8.0f * k) * (k + 1);
      EXPECT_EQ(found[r * 8 + c], want) << r << "," << c;
    }
  }
}

TEST(EmulatorTest, CopiesArriveWhenWaitedFor) {
  const Buffer<int> x(Numbers(8));
  const Buffer<int> y(64);
  Launch(
      TheStream(),
      +[](const int* from, int* out) {
        int* shared = reinterpret_cast<int*>(SharedMemory());
        if (ThreadIndex() == 0) {
          CopyAsync(shared, from);
          CommitCopies();
          CopyAsync(shared + 4, from + 4);
          CommitCopies();
          out[0] = shared[0];
          WaitCopies<1>();
          out[1] = shared[1];
          out[2] = shared[4];
          WaitCopies<0>();
          out[3] = shared[7];
        }
      },
      {1}, 32, 64, x.get(), y.get());
  const std::vector<int> found = y.Read();
  EXPECT_EQ(found[0], -1);
  EXPECT_EQ(found[1], 1);
  EXPECT_EQ(found[2], -1);
  EXPECT_EQ(found[3], 7);
}

TEST(EmulatorTest, GraphsRunWhatWasRecorded) {
  const Buffer<float> y(std::vector<float>{1});
  BeginGraph(TheStream());
  for (int i = 0; i < 3; ++i) {
    Launch(
        TheStream(),
        +[](float* x, float step) {
          if (ThreadIndex() == 0) *x += step;
        },
        {1}, 32, 0, y.get(), 2);
  }
  Graph* graph = EndGraph(TheStream());
  ASSERT_NE(graph, nullptr);
  EXPECT_EQ(y.Read()[0], 1);
  RunGraph(TheStream(), graph);
  RunGraph(TheStream(), graph);
  EXPECT_EQ(y.Read()[0], 13);
  DeleteGraph(graph);
}

TEST(EmulatorDeathTest, BarrierOfSomeThreadsStopsTheProgram) {
  EXPECT_DEATH(Launch(
                   TheStream(),
                   +[](int) {
                     if (ThreadIndex() < 32) BlockBarrier();
                   },
                   {1}, 64, 0, 0),
               "a barrier is reached by some threads only");
  EXPECT_DEATH(Launch(
                   TheStream(),
                   +[](int) {
                     if (ThreadIndex() < 31) WarpBarrier();
                   },
                   {1}, 32, 0, 0),
               "an exchange is reached by some lanes only");
}

TEST(EmulatorDeathTest, KernelThatStartsEarlyMustWait) {
  const Buffer<int> y(32);
  LaunchEarly(
      TheStream(),
      +[](int* out) {
        LetNextStart();
        WaitForEarlier();
        out[ThreadIndex()] = 1;
      },
      {1}, 32, 0, y.get());
  EXPECT_DEATH(LaunchEarly(
                   TheStream(),
                   +[](int* out) {
                     if (ThreadIndex() < 31) WaitForEarlier();
                     out[ThreadIndex()] = 1;
                   },
                   {1}, 32, 0, y.get()),
               "ends without having waited");
}

TEST(EmulatorDeathTest, ReadBeyondMemoryIsAFault) {
  const Buffer<float> x(std::vector<float>(64, 1));
  const Buffer<float> y(32);
  EXPECT_DEATH(Launch(
                   TheStream(),
                   +[](const float* from, float* to) {
                     to[ThreadIndex()] = from[64 + ThreadIndex()];
                   },
                   {1}, 32, 0, x.get(), y.get()),
               "");
}

}  // namespace
}  // namespace cuda
}  // namespace footnote
