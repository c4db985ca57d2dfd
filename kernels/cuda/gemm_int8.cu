#include "kernels/cuda/gemm_int8.h"
#include "kernels/cuda/simt.h"

namespace footnote {
namespace cuda {
namespace {

// Of a block; inputs of a stage.
constexpr int kRows = 128;
constexpr int kColumns = 128;
constexpr int kInputs = 64;
constexpr int kThreads = 256;
constexpr int kStages = 3;
constexpr int kRowWords = kInputs / 16;
constexpr int kStageWords = (kRows + kColumns) * kRowWords;
// Of a warp, in tiles of 16 rows and of 8 columns.
constexpr int kRowTiles = 2;
constexpr int kColumnTiles = 8;

FOOTNOTE_KERNEL(kThreads)
GemmKernel(Int8Rows a, Int8Weights w, const float* bias, float* c,
           size_t c_stride) {
  Word4* shared = reinterpret_cast<Word4*>(SharedMemory());
  const int first_row = BlockX() * kRows;
  const int first_column = BlockY() * kColumns;
  const int steps = w.inputs / kInputs;

  // Starts to bring a step of all rows and columns into a stage.
  const auto copy = [&](int step) {
    if (step < steps * w.segments) {
      const int segment = step / steps;
      const size_t at = size_t{1} * (step % steps) * kInputs;
      Word4* to = shared + step % kStages * kStageWords;
      const int8_t* from = a.a + segment * a.segment_step + at;
      for (int i = ThreadIndex(); i < kRows * kRowWords; i += kThreads) {
        const int row = first_row + i / kRowWords;
        if (row >= a.rows) break;
        CopyAsync(to + i, from + row * a.stride + i % kRowWords * 16);
      }
      to += kRows * kRowWords;
      from = w.w + size_t{1} * segment * w.columns * w.inputs + at;
      for (int i = ThreadIndex(); i < kColumns * kRowWords; i += kThreads) {
        const int column = first_column + i / kRowWords;
        if (column >= w.columns) break;
        CopyAsync(to + i,
                  from + size_t{1} * column * w.inputs + i % kRowWords * 16);
      }
    }
    CommitCopies();
  };

  const int g = Lane() / 4;
  const int t = Lane() % 4;
  const int warp_row = WarpIndex() % 4 * kRowTiles * 16;
  const int warp_column = WarpIndex() / 4 * kColumnTiles * 8;
  // Element i of the lane's share of a tile.
  const auto row_of = [&](int m, int i) {
    return first_row + warp_row + 16 * m + g + i / 2 * 8;
  };
  const auto column_of = [&](int j, int i) {
    return first_column + warp_column + 8 * j + 2 * t + i % 2;
  };
  int sums[kRowTiles][kColumnTiles][4];
  float totals[kRowTiles][kColumnTiles][4];
  FOOTNOTE_UNROLL
  for (int m = 0; m < kRowTiles; ++m) {
    FOOTNOTE_UNROLL
    for (int j = 0; j < kColumnTiles; ++j) {
      FOOTNOTE_UNROLL
      for (int i = 0; i < 4; ++i) {
        const int column = column_of(j, i);
        sums[m][j][i] = 0;
        totals[m][j][i] =
            bias != nullptr && column < w.columns ? bias[column] : 0;
      }
    }
  }
  const auto end_segment = [&](int segment) {
    FOOTNOTE_UNROLL
    for (int m = 0; m < kRowTiles; ++m) {
      float scales[2];
      FOOTNOTE_UNROLL
      for (int half = 0; half < 2; ++half) {
        const int row = row_of(m, 2 * half);
        scales[half] =
            row < a.rows
                ? a.scale[row * a.scale_stride + segment * a.scale_step]
                : 0;
      }
      FOOTNOTE_UNROLL
      for (int j = 0; j < kColumnTiles; ++j) {
        FOOTNOTE_UNROLL
        for (int i = 0; i < 4; ++i) {
          const int column = column_of(j, i);
          const float scale =
              column < w.columns
                  ? w.scale[size_t{1} * segment * w.columns + column]
                  : 0;
          totals[m][j][i] =
              Add(totals[m][j][i],
                  Mul(Mul(static_cast<float>(sums[m][j][i]), scales[i / 2]),
                      scale));
          sums[m][j][i] = 0;
        }
      }
    }
  };

  // Those of the warp that there are.
  const int row_tiles = (a.rows - first_row - warp_row + 15) / 16;
  const int column_tiles = (w.columns - first_column - warp_column + 7) / 8;
  for (int step = 0; step < kStages - 1; ++step) copy(step);
  for (int step = 0; step < steps * w.segments; ++step) {
    WaitCopies<kStages - 2>();
    BlockBarrier();
    copy(step + kStages - 1);
    const Word4* rows = shared + step % kStages * kStageWords;
    const Word4* columns = rows + kRows * kRowWords;
    Word4 left[kRowTiles][2];
    FOOTNOTE_UNROLL
    for (int m = 0; m < kRowTiles; ++m) {
      FOOTNOTE_UNROLL
      for (int half = 0; half < 2; ++half) {
        left[m][half] =
            rows[(warp_row + 16 * m + g + 8 * half) * kRowWords + t];
      }
    }
    FOOTNOTE_UNROLL
    for (int j = 0; j < kColumnTiles; ++j) {
      if (j >= column_tiles) break;
      const Word4 b = columns[(warp_column + 8 * j + g) * kRowWords + t];
      FOOTNOTE_UNROLL
      for (int m = 0; m < kRowTiles; ++m) {
        if (m >= row_tiles) break;
        const Word4& low = left[m][0];
        const Word4& high = left[m][1];
        // Which input is which does not matter to exact sums, as long as both
        // sides agree: a lane's 16 bytes are what it holds of two tiles.
        MultiplyTileInt8(sums[m][j], low.x, high.x, low.y, high.y, b.x, b.y);
        MultiplyTileInt8(sums[m][j], low.z, high.z, low.w, high.w, b.z, b.w);
      }
    }
    if (step % steps == steps - 1) end_segment(step / steps);
  }

  FOOTNOTE_UNROLL
  for (int m = 0; m < kRowTiles; ++m) {
    FOOTNOTE_UNROLL
    for (int j = 0; j < kColumnTiles; ++j) {
      FOOTNOTE_UNROLL
      for (int i = 0; i < 4; ++i) {
        const int row = row_of(m, i);
        const int column = column_of(j, i);
        if (row < a.rows && column < w.columns) {
          c[row * c_stride + column] = totals[m][j][i];
        }
      }
    }
  }
}

}  // namespace

void GemmInt8(Stream* stream, const Int8Rows& a, const Int8Weights& w,
              const float* bias, float* c, size_t c_stride) {
  Launch(stream, GemmKernel,
         {(a.rows + kRows - 1) / kRows, (w.columns + kColumns - 1) / kColumns},
         kThreads, kStages * kStageWords * sizeof(Word4), a, w, bias, c,
         c_stride);
}

}  // namespace cuda
}  // namespace footnote
