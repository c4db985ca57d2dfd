#include <cuda_runtime.h>

#include <cstdio>
#include <cstring>

#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {

class Stream {
 public:
  cudaStream_t stream = nullptr;
  cudaError_t error = cudaSuccess;
};

class Graph {
 public:
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
};

class Mark {
 public:
  cudaEvent_t event = nullptr;
};

namespace {
__global__ void ProbeKernel() {}
}  // namespace

bool FindDevice(DeviceInfo* info, char* why, size_t why_bytes) {
  int count = 0;
  cudaError_t error = cudaGetDeviceCount(&count);
  if (error != cudaSuccess || count == 0) {
    int driver = 0;
    if (error == cudaErrorInsufficientDriver &&
        cudaDriverGetVersion(&driver) == cudaSuccess && driver > 0) {
      std::snprintf(why, why_bytes,
                    "no CUDA device: its driver is of CUDA %d.%d, want %d.%d "
                    "or later",
                    driver / 1000, driver % 1000 / 10, CUDART_VERSION / 1000,
                    CUDART_VERSION % 1000 / 10);
    } else {
      std::snprintf(why, why_bytes, "no CUDA device: %s",
                    error != cudaSuccess ? cudaGetErrorString(error)
                                         : "the driver knows none");
    }
    cudaGetLastError();
    return false;
  }
  cudaDeviceProp properties;
  error = cudaGetDeviceProperties(&properties, 0);
  size_t free_bytes = 0;
  size_t all_bytes = 0;
  if (error == cudaSuccess) error = cudaSetDevice(0);
  if (error == cudaSuccess) error = cudaMemGetInfo(&free_bytes, &all_bytes);
  if (error != cudaSuccess) {
    std::snprintf(why, why_bytes, "no CUDA device: device 0: %s",
                  cudaGetErrorString(error));
    return false;
  }
  std::snprintf(info->name, sizeof(info->name), "%s", properties.name);
  info->multiprocessors = properties.multiProcessorCount;
  info->major = properties.major;
  info->minor = properties.minor;
  info->memory_bytes = all_bytes;
  info->free_bytes = free_bytes;
  info->driver = 0;
  cudaDriverGetVersion(&info->driver);
  info->emulated = false;
  cudaFuncAttributes attributes;
  error = cudaFuncGetAttributes(&attributes, ProbeKernel);
  if (error != cudaSuccess) {
    std::snprintf(why, why_bytes,
                  "no CUDA device: %s has compute capability %d.%d, which this "
                  "program has no kernels for: %s",
                  properties.name, properties.major, properties.minor,
                  cudaGetErrorString(error));
    cudaGetLastError();
    return false;
  }
  return true;
}

int DeviceCount() {
  int count = 0;
  if (cudaGetDeviceCount(&count) == cudaSuccess) return count;
  cudaGetLastError();
  return 0;
}
void UseDevice(int device) { cudaSetDevice(device); }

void* Allocate(size_t bytes) {
  void* memory = nullptr;
  if (cudaMalloc(&memory, bytes == 0 ? 16 : bytes) != cudaSuccess) {
    cudaGetLastError();
    return nullptr;
  }
  return memory;
}

void Free(void* memory) { cudaFree(memory); }

void* AllocateHost(size_t bytes) {
  void* memory = nullptr;
  if (cudaMallocHost(&memory, bytes == 0 ? 16 : bytes) != cudaSuccess) {
    cudaGetLastError();
    return nullptr;
  }
  return memory;
}

void FreeHost(void* memory) { cudaFreeHost(memory); }

Stream* MakeStream() {
  Stream* stream = new Stream;
  stream->error =
      cudaStreamCreateWithFlags(&stream->stream, cudaStreamNonBlocking);
  return stream;
}

void DeleteStream(Stream* stream) {
  if (stream == nullptr) return;
  cudaStreamDestroy(stream->stream);
  delete stream;
}

void* RawStream(Stream* stream) { return stream->stream; }

void KeepError(Stream* stream, int error) {
  if (stream->error == cudaSuccess) {
    stream->error = static_cast<cudaError_t>(error);
  }
}

// Nothing is not worth an operation, least of all in a graph.
void CopyIn(Stream* stream, void* device, const void* host, size_t bytes) {
  if (bytes == 0) return;
  KeepError(stream, cudaMemcpyAsync(device, host, bytes, cudaMemcpyHostToDevice,
                                    stream->stream));
}

void CopyOut(Stream* stream, void* host, const void* device, size_t bytes) {
  if (bytes == 0) return;
  KeepError(stream, cudaMemcpyAsync(host, device, bytes, cudaMemcpyDeviceToHost,
                                    stream->stream));
}

void CopyWithin(Stream* stream, void* to, const void* from, size_t bytes) {
  if (bytes == 0) return;
  KeepError(stream, cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToDevice,
                                    stream->stream));
}

void Fill(Stream* stream, void* device, int byte, size_t bytes) {
  if (bytes == 0) return;
  KeepError(stream, cudaMemsetAsync(device, byte, bytes, stream->stream));
}

const char* Finish(Stream* stream) {
  KeepError(stream, cudaStreamSynchronize(stream->stream));
  return stream->error == cudaSuccess ? nullptr
                                      : cudaGetErrorString(stream->error);
}

void BeginGraph(Stream* stream) {
  KeepError(stream, cudaStreamBeginCapture(stream->stream,
                                           cudaStreamCaptureModeThreadLocal));
}

Graph* EndGraph(Stream* stream) {
  Graph* graph = new Graph;
  cudaError_t error = cudaStreamEndCapture(stream->stream, &graph->graph);
  if (error == cudaSuccess) {
    error = cudaGraphInstantiate(&graph->executable, graph->graph, 0);
  }
  if (error == cudaSuccess) return graph;
  cudaGetLastError();
  DeleteGraph(graph);
  return nullptr;
}

void RunGraph(Stream* stream, Graph* graph) {
  KeepError(stream, cudaGraphLaunch(graph->executable, stream->stream));
}

void DeleteGraph(Graph* graph) {
  if (graph == nullptr) return;
  if (graph->executable != nullptr) cudaGraphExecDestroy(graph->executable);
  if (graph->graph != nullptr) cudaGraphDestroy(graph->graph);
  delete graph;
}

Mark* MakeMark() {
  Mark* mark = new Mark;
  cudaEventCreate(&mark->event);
  return mark;
}

void DeleteMark(Mark* mark) {
  if (mark == nullptr) return;
  cudaEventDestroy(mark->event);
  delete mark;
}

void SetMark(Stream* stream, Mark* mark) {
  KeepError(stream, cudaEventRecord(mark->event, stream->stream));
}

float Milliseconds(Mark* from, Mark* to) {
  float milliseconds = 0;
  cudaEventSynchronize(to->event);
  cudaEventElapsedTime(&milliseconds, from->event, to->event);
  return milliseconds;
}

}  // namespace cuda
}  // namespace footnote
