// How CUDA devices that compute one model together meet: by NCCL.
#ifndef FOOTNOTE_MODEL_DECODER_CUDA_REDUCER_H_
#define FOOTNOTE_MODEL_DECODER_CUDA_REDUCER_H_

#include <memory>
#include <vector>

#include "kernels/cuda/runtime.h"
#include "model/decoder/cuda_nccl.h"
#include "model/decoder/device.h"
#include "model/decoder/device_parallel.h"

namespace footnote {

struct CudaRank {
  Device* device;
  cuda::Stream* stream;  // the device's
};

// Its sums are apart from the pieces of a step that are graphs: two a layer.
// Rank i is on device i; the devices outlive it. An error of NCCL's is the end
// of the program, as the devices' own are.
std::unique_ptr<Reducer> MakeNcclReducer(std::unique_ptr<Nccl> nccl,
                                         std::vector<CudaRank> ranks);

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_DECODER_CUDA_REDUCER_H_
