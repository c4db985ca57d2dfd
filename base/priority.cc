#include "base/priority.h"

#include <limits.h>
#include <linux/futex.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <atomic>
#include <chrono>

namespace footnote {
namespace {

using Clock = std::chrono::steady_clock;

// A wait ends after this at the latest, and work goes on for half as long.
constexpr auto kLongestWait = std::chrono::milliseconds(30);
// The lowest. With 5, the p99 of a search while ingesting was twice the quiet
// one. SCHED_IDLE gains nothing more, and who holds a lock might never run.
constexpr int kBackgroundNice = 19;

// Waited for as a futex: a lock would be held by the threads with the least
// right to a processor, and looking again and again would take it from the
// search.
std::atomic<int> searches{0};
std::atomic<int> waiting{0};
static_assert(sizeof(searches) == 4 && std::atomic<int>::is_always_lock_free,
              "a futex is four bytes");

thread_local int searches_of_this_thread = 0;

// Returns when `searches` is not `value`, when it has become 0, or after
// `patience`.
void WaitWhileSearches(int value, std::chrono::nanoseconds patience) {
  timespec most;
  most.tv_sec = patience.count() / 1000000000;
  most.tv_nsec = patience.count() % 1000000000;
  syscall(SYS_futex, &searches, FUTEX_WAIT_PRIVATE, value, &most, nullptr, 0);
}

}  // namespace

SearchUnderWay::SearchUnderWay() {
  ++searches_of_this_thread;
  searches.fetch_add(1);
}

SearchUnderWay::~SearchUnderWay() {
  --searches_of_this_thread;
  if (searches.fetch_sub(1) > 1 || waiting.load() == 0) return;
  syscall(SYS_futex, &searches, FUTEX_WAKE_PRIVATE, INT_MAX, nullptr, nullptr,
          0);
}

void YieldToSearches() {
  if (searches.load(std::memory_order_relaxed) == 0 ||
      searches_of_this_thread > 0) {
    return;
  }
  thread_local Clock::time_point work_until;
  const Clock::time_point begin = Clock::now();
  if (begin < work_until) return;
  Clock::time_point now = begin;
  waiting.fetch_add(1);
  for (int under_way = searches.load();
       under_way > 0 && now - begin < kLongestWait;
       under_way = searches.load()) {
    WaitWhileSearches(under_way, kLongestWait - (now - begin));
    now = Clock::now();
  }
  waiting.fetch_sub(1);
  work_until = now + (now - begin) / 2;
}

void WorkInBackground() {
  // On Linux a nice value belongs to a thread, and may always be raised.
  const id_t thread = static_cast<id_t>(syscall(SYS_gettid));
  setpriority(PRIO_PROCESS, thread, kBackgroundNice);
}

}  // namespace footnote
