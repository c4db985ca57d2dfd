#include "kernels/cuda/emulator/block.h"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <utility>
#include <vector>

#include "kernels/cuda/emulator/fibre.h"
#include "kernels/cuda/emulator/recorded.h"

namespace footnote {
namespace cuda {
namespace emulator {

thread_local Current current;
float wide_error = 0;
int int8_error = 0;

namespace {

constexpr int kWarp = 32;
constexpr int kMaxThreads = 1024;
// What one block of a Hopper device may have.
constexpr size_t kMaxSharedBytes = 227 * 1024;

enum class State { kRuns, kAtWarp, kAtBlock, kDone };

struct Copy {
  void* to;
  const void* from;
};

struct Thread {
  Fibre fibre;
  State state = State::kDone;
  unsigned deposits = 0;
  std::vector<Copy> copies;            // not committed
  std::deque<std::vector<Copy>> sets;  // committed, the oldest first
  bool has_waited = false;             // for earlier kernels
};

struct Block {
  Thread threads[kMaxThreads];
  Slot slots[2][kMaxThreads];
  std::vector<char> shared;
  Fibre scheduler;
  const std::function<void()>* body = nullptr;
};

Block& TheBlock() {
  // Kept: its stacks are used again by every launch.
  static thread_local Block* block = new Block;
  return *block;
}

Order order = Order::kForward;
size_t launches = 0;

[[noreturn]] void Die(const char* what) {
  std::fprintf(
      stderr, "emulator: %s (block %d,%d,%d of %d,%d,%d, thread %d of %d)\n",
      what, current.block.x, current.block.y, current.block.z, current.grid.x,
      current.grid.y, current.grid.z, current.thread, current.threads);
  std::abort();
}

// Lets another thread run until it is this one's turn again.
void Pause(State state) {
  Block& block = TheBlock();
  const int thread = current.thread;
  block.threads[thread].state = state;
  SwitchFibre(&block.threads[thread].fibre, &block.scheduler);
  current.thread = thread;
}

void RunThread() {
  EnterFibre();
  Block& block = TheBlock();
  (*block.body)();
  Thread& thread = block.threads[current.thread];
  if (!thread.copies.empty()) Die("a thread ends with copies not committed");
  thread.sets.clear();
  thread.state = State::kDone;
  SwitchFibre(&thread.fibre, &block.scheduler);
}

int InOrder(int i, int count) {
  return order == Order::kForward ? i : count - 1 - i;
}

// Until all lanes of a warp are done or wait for the block.
void RunWarp(Block* block, int first) {
  for (;;) {
    int at_warp = 0;
    for (int i = 0; i < kWarp; ++i) {
      Thread& thread = block->threads[first + InOrder(i, kWarp)];
      if (thread.state == State::kRuns) {
        current.thread = first + InOrder(i, kWarp);
        SwitchFibre(&block->scheduler, &thread.fibre);
      }
      at_warp += thread.state == State::kAtWarp;
    }
    if (at_warp == 0) return;
    if (at_warp < kWarp) Die("an exchange is reached by some lanes only");
    for (int i = 0; i < kWarp; ++i) {
      block->threads[first + i].state = State::kRuns;
    }
  }
}

void RunBlock(Block* block, int threads) {
  for (int t = 0; t < threads; ++t) {
    PrepareFibre(&block->threads[t].fibre, RunThread, t);
    block->threads[t].state = State::kRuns;
    block->threads[t].deposits = 0;
    block->threads[t].has_waited = false;
  }
  const int warps = threads / kWarp;
  for (;;) {
    for (int w = 0; w < warps; ++w) RunWarp(block, InOrder(w, warps) * kWarp);
    int done = 0;
    for (int t = 0; t < threads; ++t) {
      done += block->threads[t].state == State::kDone;
    }
    if (done == threads) return;
    if (done > 0) Die("a barrier is reached by some threads only");
    for (int t = 0; t < threads; ++t) block->threads[t].state = State::kRuns;
  }
}

void RunGrid(Grid grid, int threads, size_t shared_bytes,
             const std::function<void()>& body) {
  Block& block = TheBlock();
  block.body = &body;
  current.grid = grid;
  current.threads = threads;
  if (threads <= 0 || threads > kMaxThreads || threads % kWarp != 0) {
    Die("want 32 to 1024 threads, a multiple of 32");
  }
  if (shared_bytes > kMaxSharedBytes || grid.y > 65535 || grid.z > 65535) {
    Die("a block has too much shared memory, or the grid too many blocks");
  }
  block.shared.resize(shared_bytes + 16);
  current.shared = reinterpret_cast<char*>(
      (reinterpret_cast<uintptr_t>(block.shared.data()) + 15) & ~uintptr_t{15});
  const int count = grid.x * grid.y * grid.z;
  for (int i = 0; i < count; ++i) {
    const int b = InOrder(i, count);
    current.block = {b % grid.x, b / grid.x % grid.y, b / grid.x / grid.y};
    std::memset(current.shared, 0xff, shared_bytes);
    RunBlock(&block, threads);
  }
}

}  // namespace

void WaitForBlock() { Pause(State::kAtBlock); }
void WaitForWarp() { Pause(State::kAtWarp); }

Slot* Deposit(const void* value, size_t bytes) {
  Block& block = TheBlock();
  const int thread = current.thread;
  // Two sets of slots: a lane may leave its next value while another has yet
  // to read this one.
  Slot* slots = block.slots[block.threads[thread].deposits++ % 2];
  std::memcpy(slots[thread].bytes, value, bytes);
  WaitForWarp();
  return slots + thread / kWarp * kWarp;
}

void CopyLater(void* to, const void* from) {
  if ((reinterpret_cast<uintptr_t>(to) | reinterpret_cast<uintptr_t>(from)) %
          16 !=
      0) {
    Die("an asynchronous copy is not aligned to 16 bytes");
  }
  TheBlock().threads[current.thread].copies.push_back({to, from});
}

void CommitCopies() {
  Thread& thread = TheBlock().threads[current.thread];
  thread.sets.push_back(std::move(thread.copies));
  thread.copies.clear();
}

void WaitCopies(int pending) {
  Thread& thread = TheBlock().threads[current.thread];
  while (static_cast<int>(thread.sets.size()) > pending) {
    for (const Copy& copy : thread.sets.front()) {
      std::memcpy(copy.to, copy.from, 16);
    }
    thread.sets.pop_front();
  }
}

void WaitForEarlier() { TheBlock().threads[current.thread].has_waited = true; }

void ExpectWaited() {
  if (!TheBlock().threads[current.thread].has_waited) {
    Die("a kernel that starts early ends without having waited");
  }
}

void SetOrder(Order wanted) { order = wanted; }

size_t Launches() { return launches; }

void Run(Stream* stream, Grid grid, int threads, size_t shared_bytes,
         std::function<void()> body) {
  if (grid.x <= 0 || grid.y <= 0 || grid.z <= 0) return;
  Record(stream, [=, body = std::move(body)] {
    ++launches;
    RunGrid(grid, threads, shared_bytes, body);
  });
}

}  // namespace emulator
}  // namespace cuda
}  // namespace footnote
