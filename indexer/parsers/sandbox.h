// What a parser program takes from itself before it looks at its input.
#ifndef FOOTNOTE_INDEXER_PARSERS_SANDBOX_H_
#define FOOTNOTE_INDEXER_PARSERS_SANDBOX_H_

#include <cstddef>

namespace footnote {

struct SandboxLimits {
  size_t memory_bytes = size_t{1} << 30;
  int cpu_seconds = 60;
  // It reads one file after the other: cpu_seconds counts from the last
  // RenewProcessorTime, and all of them together get so much, whatever they do;
  // 0: it reads one.
  int cpu_seconds_of_life = 0;
  // A folder whose files may be read, where the kernel has Landlock to say no
  // to all others; null: none.
  const char* readable_folder = nullptr;
  // Once, through execve, with the same limits: for programs of others. Where
  // the kernel has no Landlock, that program may read what this user may.
  bool may_become_another_program = false;
};

// From here on this process can read and write the descriptors that are open,
// take memory up to the limit, and end; nothing else. Opening files (but
// for reading those of readable_folder) fails with
// EACCES, so that libraries that look for one go on without; sockets, other
// programs, signals to others and all the rest end the process with SIGSYS.
// Call it before there is a second thread. False, with a line on standard
// error, when the kernel says no.
bool EnterSandbox(const SandboxLimits& limits);

// From now on this process, which has entered the sandbox and said that it
// renews, may take so many seconds more, within its life's. False when the
// kernel says no.
bool RenewProcessorTime(int seconds);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PARSERS_SANDBOX_H_
