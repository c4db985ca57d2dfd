// The emulator's blocks: threads as fibres of one thread of the host, run in
// turn between barriers. It stops the program with a sentence when a barrier
// or an exchange is reached by some threads only, when the launch itself is
// not one (threads, shared memory), or, by a fault of the host, when a kernel
// reads or writes beyond the end of what runtime.h's Allocate gave.
#ifndef FOOTNOTE_KERNELS_CUDA_EMULATOR_BLOCK_H_
#define FOOTNOTE_KERNELS_CUDA_EMULATOR_BLOCK_H_

#include <cstddef>
#include <functional>

#include "kernels/cuda/runtime.h"

namespace footnote {
namespace cuda {
namespace emulator {

// The thread that runs.
struct Current {
  int thread;
  int threads;
  Grid block;
  Grid grid;
  char* shared;
};
extern thread_local Current current;

// What a lane shows to its warp.
struct Slot {
  alignas(16) char bytes[32];
};

void WaitForBlock();
void WaitForWarp();

// Leaves `bytes` <= 32 in the lane's slot, waits for the warp, and returns its
// 32 slots; they are good until the lane's next Deposit.
Slot* Deposit(const void* value, size_t bytes);

void CopyLater(void* to, const void* from);  // 16 bytes
void CommitCopies();
void WaitCopies(int pending);

// ExpectWaited stops the program where the thread has not said WaitForEarlier.
void WaitForEarlier();
void ExpectWaited();

// The order in which threads that may run do, and blocks of a grid: a kernel
// that lacks a barrier gives other results in the other order.
enum class Order { kForward, kBackward };
void SetOrder(Order order);

// Runs `body` in every thread of every block, or records it.
void Run(Stream* stream, Grid grid, int threads, size_t shared_bytes,
         std::function<void()> body);

// Since the program began.
size_t Launches();

// What wide products (kernels/cuda/wide.h) add to each sum: for tests of what
// finds out that they are wrong.
extern float wide_error;
// What products of 8 bits add to each sum, likewise.
extern int int8_error;

// What one more Allocate may take at most: for tests of a full device.
inline constexpr size_t kAllMemory = size_t{4} << 30;
void LeaveMemory(size_t bytes);
// How many Allocates have had no Free.
size_t Held();

}  // namespace emulator
}  // namespace cuda
}  // namespace footnote

#endif  // FOOTNOTE_KERNELS_CUDA_EMULATOR_BLOCK_H_
