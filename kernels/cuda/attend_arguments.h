// What the kernels of attend_float.cu and attend_tiles.cu are given.
#ifndef FOOTNOTE_KERNELS_CUDA_ATTEND_ARGUMENTS_H_
#define FOOTNOTE_KERNELS_CUDA_ATTEND_ARGUMENTS_H_

#include "kernels/cuda/attend.h"

namespace footnote {
namespace cuda {

struct AttendArguments {
  Pages pages;
  size_t layer_at;  // the layer's keys in a page
  int window;
  float scale;  // of scores, as logarithms to the base 2
  int heads;
  const int32_t* page_list;
  float* partials;
  const float* q;
  float* out;
};

// Tasks of pages of floats, and of bfloat16.
void AttendFloats(Stream* stream, const AttendTask* tasks, int count,
                  const AttendArguments& arguments);
void AttendTiles(Stream* stream, bool spread, const AttendTask* tasks,
                 int count, const AttendArguments& arguments);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_ATTEND_ARGUMENTS_H_
