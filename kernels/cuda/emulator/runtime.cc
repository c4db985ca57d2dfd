// kernels/cuda/runtime.h for the emulator. Memory ends at a page that faults.
#include "kernels/cuda/runtime.h"

#include <sys/mman.h>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <map>
#include <utility>
#include <vector>

#include "kernels/cuda/emulator/block.h"
#include "kernels/cuda/emulator/recorded.h"

namespace footnote {
namespace cuda {

class Graph {
 public:
  std::vector<std::function<void()>> work;
};

class Stream {
 public:
  Graph* recording = nullptr;
};

class Mark {
 public:
  std::chrono::steady_clock::time_point at;
};

namespace {

constexpr size_t kPage = 4096;
constexpr uint64_t kMemory = emulator::kAllMemory;

// FOOTNOTE_EMULATED_MEMORY, for programs that are tested from outside.
size_t LeftAtFirst() {
  const char* named = std::getenv("FOOTNOTE_EMULATED_MEMORY");
  return named == nullptr ? emulator::kAllMemory : std::atoll(named);
}
size_t left = LeftAtFirst();

struct Region {
  void* start;
  size_t bytes;
};

std::map<void*, Region>& Regions() {
  static auto* regions = new std::map<void*, Region>;
  return *regions;
}

}  // namespace

bool FindDevice(DeviceInfo* info, char*, size_t) {
  std::memset(info, 0, sizeof(*info));
  std::snprintf(info->name, sizeof(info->name), "emulator");
  info->multiprocessors = 2;
  info->major = 9;
  info->memory_bytes = kMemory;
  info->free_bytes = kMemory;
  info->emulated = true;
  return true;
}

// All in the host's memory: what one could not read of another is not shown.
int DeviceCount() { return 4; }
void UseDevice(int) {}

void SetOverlap(bool) {}
bool Overlaps() { return false; }

void* Allocate(size_t bytes) {
  if (bytes > left) return nullptr;
  // 16 bytes are what a kernel may read at once.
  const size_t used = (bytes + 15) / 16 * 16;
  const size_t pages = (used + kPage - 1) / kPage * kPage;
  char* start =
      static_cast<char*>(mmap(nullptr, pages + kPage, PROT_READ | PROT_WRITE,
                              MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  if (start == MAP_FAILED) return nullptr;
  mprotect(start + pages, kPage, PROT_NONE);
  char* memory = start + pages - used;
  // Not cleared on a device: NaNs here.
  std::memset(memory, 0xff, used);
  Regions()[memory] = {start, pages + kPage};
  return memory;
}

void Free(void* memory) {
  const auto found = Regions().find(memory);
  if (found == Regions().end()) return;
  munmap(found->second.start, found->second.bytes);
  Regions().erase(found);
}

void* AllocateHost(size_t bytes) {
  return std::malloc(bytes == 0 ? 16 : bytes);
}
void FreeHost(void* memory) { std::free(memory); }

Stream* MakeStream() { return new Stream; }
void DeleteStream(Stream* stream) { delete stream; }
void* RawStream(Stream*) { return nullptr; }
void KeepError(Stream*, int) {}

void CopyIn(Stream* stream, void* device, const void* host, size_t bytes) {
  if (bytes == 0) return;
  emulator::Record(stream, [=] { std::memcpy(device, host, bytes); });
}
void CopyOut(Stream* stream, void* host, const void* device, size_t bytes) {
  if (bytes == 0) return;
  emulator::Record(stream, [=] { std::memcpy(host, device, bytes); });
}
void CopyWithin(Stream* stream, void* to, const void* from, size_t bytes) {
  emulator::Record(stream, [=] { std::memcpy(to, from, bytes); });
}
void Fill(Stream* stream, void* device, int byte, size_t bytes) {
  emulator::Record(stream, [=] { std::memset(device, byte, bytes); });
}

const char* Finish(Stream*) { return nullptr; }

void BeginGraph(Stream* stream) { stream->recording = new Graph; }
Graph* EndGraph(Stream* stream) {
  return std::exchange(stream->recording, nullptr);
}
void RunGraph(Stream*, Graph* graph) {
  for (const auto& work : graph->work) work();
}
void DeleteGraph(Graph* graph) { delete graph; }

Mark* MakeMark() { return new Mark; }
void DeleteMark(Mark* mark) { delete mark; }
void SetMark(Stream*, Mark* mark) {
  mark->at = std::chrono::steady_clock::now();
}
float Milliseconds(Mark* from, Mark* to) {
  return std::chrono::duration<float, std::milli>(to->at - from->at).count();
}

namespace emulator {

void LeaveMemory(size_t bytes) { left = bytes; }
size_t Held() { return Regions().size(); }

void Record(Stream* stream, std::function<void()> work) {
  if (stream->recording != nullptr) {
    stream->recording->work.push_back(std::move(work));
  } else {
    work();
  }
}

}  // namespace emulator
}  // namespace cuda
}  // namespace footnote
