#include "base/priority.h"

#include <sched.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace footnote {

void YieldToSearches() {
  // On Linux a nice value belongs to a thread; it may always be raised. A batch
  // thread is not given the processor for having slept.
  const sched_param none = {};
  sched_setscheduler(0, SCHED_BATCH, &none);
  const id_t thread = static_cast<id_t>(syscall(SYS_gettid));
  const int now = getpriority(PRIO_PROCESS, thread);
  setpriority(PRIO_PROCESS, thread, now + 10);
}

}  // namespace footnote
