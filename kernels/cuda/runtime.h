// The device itself: memory, streams, graphs. Sees no CUDA type, so that
// model/ may include it; implemented by CUDA's runtime (runtime.cu) and by the
// emulator (emulator/runtime.cc).
//
// libcuda is looked for when the program runs: without a driver, FindDevice
// says so and nothing else may be called. A stream belongs to one thread at a
// time.
#ifndef FOOTNOTE_KERNELS_CUDA_RUNTIME_H_
#define FOOTNOTE_KERNELS_CUDA_RUNTIME_H_

#include <cstddef>
#include <cstdint>

namespace footnote {
namespace cuda {

struct DeviceInfo {
  char name[256];
  int multiprocessors;
  int major;  // of the compute capability
  int minor;
  uint64_t memory_bytes;
  uint64_t free_bytes;
  int driver;  // 13000 is 13.0
  bool emulated;
};

// The first device. False when there is none that these kernels run on; `why`
// (of `why_bytes`) then says "no CUDA device: …".
bool FindDevice(DeviceInfo* info, char* why, size_t why_bytes);

// How many devices the driver knows; 0 without a driver.
int DeviceCount();
// Which of them this thread's next calls are for; the first until then.
void UseDevice(int device);

// Device memory, not cleared; null when there is not enough. 256-byte aligned.
void* Allocate(size_t bytes);
void Free(void* memory);

// Page-locked memory of the host.
void* AllocateHost(size_t bytes);
void FreeHost(void* memory);

struct Grid {
  int x = 1;
  int y = 1;
  int z = 1;
};

// Whether kernels that are made for it start before the one before them has
// ended. True at first where the device, of compute capability 9 or later, has
// just shown that they wait as they should; FOOTNOTE_CUDA_OVERLAP=0 says no.
// Not to be changed while a graph is recorded.
void SetOverlap(bool overlaps);
bool Overlaps();

class Stream;
Stream* MakeStream();
void DeleteStream(Stream* stream);

// In the order of the stream, without waiting. `host` stays as it is until
// Finish.
void CopyIn(Stream* stream, void* device, const void* host, size_t bytes);
void CopyOut(Stream* stream, void* host, const void* device, size_t bytes);
void CopyWithin(Stream* stream, void* to, const void* from, size_t bytes);
void Fill(Stream* stream, void* device, int byte, size_t bytes);

// Waits for all that was started. The first error of the stream, or null; the
// text lives as long as the stream.
const char* Finish(Stream* stream);

// Between Begin and End, launches and copies of the stream are recorded, not
// run. Null when they could not be recorded; the stream then works as before.
class Graph;
void BeginGraph(Stream* stream);
Graph* EndGraph(Stream* stream);
void RunGraph(Stream* stream, Graph* graph);
void DeleteGraph(Graph* graph);

// Milliseconds between two marks of a stream.
class Mark;
Mark* MakeMark();
void DeleteMark(Mark* mark);
void SetMark(Stream* stream, Mark* mark);
float Milliseconds(Mark* from, Mark* to);  // waits for `to`

// For kernels/cuda, and for libraries of NVIDIA's.
void* RawStream(Stream* stream);
void KeepError(Stream* stream, int error);

}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_RUNTIME_H_
