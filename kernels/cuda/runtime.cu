#include <cuda_runtime.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
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
    cudaDriverGetVersion(&driver);
    if (error == cudaErrorInsufficientDriver && driver == 0) {
      std::snprintf(why, why_bytes, "no CUDA device: no driver was found");
    } else if (error == cudaErrorInsufficientDriver) {
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

namespace {

// Lets the next kernel start, and writes long after.
__global__ void SlowKernel(int* number) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.launch_dependents;" ::: "memory");
  for (int i = 0; i < 50; ++i) __nanosleep(1000);
  *number = 1;
#endif
}
__global__ void WaitingKernel(const int* number, int* seen) {
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 900
  asm volatile("griddepcontrol.wait;" ::: "memory");
  *seen = *number;
#endif
}

template <typename... Arguments>
cudaError_t LaunchOverlapped(cudaStream_t stream, void (*kernel)(Arguments...),
                             Arguments... arguments) {
  cudaLaunchAttribute overlap = {};
  overlap.id = cudaLaunchAttributeProgrammaticStreamSerialization;
  overlap.val.programmaticStreamSerializationAllowed = 1;
  cudaLaunchConfig_t launch = {};
  launch.gridDim = dim3(1);
  launch.blockDim = dim3(1);
  launch.stream = stream;
  launch.attrs = &overlap;
  launch.numAttrs = 1;
  return cudaLaunchKernelEx(&launch, kernel, arguments...);
}

// Whether a kernel of a graph that starts early sees what the one before wrote:
// found out by doing it.
bool OverlapIsSafe() {
  int numbers[2] = {0, 0};
  int* there = nullptr;
  cudaStream_t stream = nullptr;
  cudaGraph_t graph = nullptr;
  cudaGraphExec_t executable = nullptr;
  const auto works = [](cudaError_t error) { return error == cudaSuccess; };
  bool is_safe =
      works(cudaMalloc(reinterpret_cast<void**>(&there), sizeof(numbers))) &&
      works(cudaMemcpy(there, numbers, sizeof(numbers),
                       cudaMemcpyHostToDevice)) &&
      works(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking)) &&
      works(cudaStreamBeginCapture(stream, cudaStreamCaptureModeThreadLocal));
  if (is_safe) {
    const bool launched =
        works(LaunchOverlapped(stream, SlowKernel, there)) &&
        works(LaunchOverlapped(stream, WaitingKernel,
                               const_cast<const int*>(there), there + 1));
    is_safe = works(cudaStreamEndCapture(stream, &graph)) && launched &&
              works(cudaGraphInstantiate(&executable, graph, 0)) &&
              works(cudaGraphLaunch(executable, stream)) &&
              works(cudaStreamSynchronize(stream)) &&
              works(cudaMemcpy(numbers, there, sizeof(numbers),
                               cudaMemcpyDeviceToHost)) &&
              numbers[1] == 1;
  }
  if (executable != nullptr) cudaGraphExecDestroy(executable);
  if (graph != nullptr) cudaGraphDestroy(graph);
  if (stream != nullptr) cudaStreamDestroy(stream);
  cudaFree(there);
  cudaGetLastError();
  return is_safe;
}

bool OverlapsAtFirst() {
  const char* named = std::getenv("FOOTNOTE_CUDA_OVERLAP");
  if (named != nullptr && std::strcmp(named, "0") == 0) return false;
  int device = 0;
  int major = 0;
  if (cudaGetDevice(&device) != cudaSuccess ||
      cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor,
                             device) != cudaSuccess) {
    cudaGetLastError();
    return false;
  }
  return major >= 9 && OverlapIsSafe();
}

std::atomic<bool>& Overlap() {
  static std::atomic<bool> overlap(OverlapsAtFirst());
  return overlap;
}
}  // namespace

void SetOverlap(bool overlaps) { Overlap() = overlaps; }
bool Overlaps() { return Overlap(); }

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
  // While no graph is recorded.
  Overlaps();
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
