#include "base/priority.h"

#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <thread>

namespace footnote {
namespace {

using Clock = std::chrono::steady_clock;

// A wait ends after this at the latest, and work goes on for half as long.
constexpr auto kLongestWait = std::chrono::milliseconds(30);
constexpr auto kLookAgain = std::chrono::microseconds(100);
constexpr int kBackgroundNice = 5;

std::atomic<int> searches{0};

}  // namespace

SearchUnderWay::SearchUnderWay() {
  searches.fetch_add(1, std::memory_order_relaxed);
}

SearchUnderWay::~SearchUnderWay() {
  searches.fetch_sub(1, std::memory_order_relaxed);
}

void YieldToSearches() {
  if (searches.load(std::memory_order_relaxed) == 0) return;
  thread_local Clock::time_point work_until;
  const Clock::time_point begin = Clock::now();
  if (begin < work_until) return;
  Clock::time_point now = begin;
  while (searches.load(std::memory_order_relaxed) > 0 &&
         now - begin < kLongestWait) {
    std::this_thread::sleep_for(kLookAgain);
    now = Clock::now();
  }
  work_until = now + (now - begin) / 2;
}

void WorkInBackground() {
  // On Linux a nice value belongs to a thread, and may always be raised.
  const id_t thread = static_cast<id_t>(syscall(SYS_gettid));
  const int now = getpriority(PRIO_PROCESS, thread);
  setpriority(PRIO_PROCESS, thread, now + kBackgroundNice);
}

}  // namespace footnote
