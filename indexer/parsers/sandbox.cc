#include "indexer/parsers/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <iterator>

namespace footnote {
namespace {

// With these, glibc and libstdc++ can allocate, lock, throw, abort and end.
constexpr int kAllowed[] = {
    SCMP_SYS(read),           SCMP_SYS(readv),
    SCMP_SYS(pread64),        SCMP_SYS(write),
    SCMP_SYS(writev),         SCMP_SYS(lseek),
    SCMP_SYS(close),          SCMP_SYS(fstat),
    SCMP_SYS(newfstatat),     SCMP_SYS(fcntl),
    SCMP_SYS(mmap),           SCMP_SYS(munmap),
    SCMP_SYS(mremap),         SCMP_SYS(mprotect),
    SCMP_SYS(madvise),        SCMP_SYS(brk),
    SCMP_SYS(futex),          SCMP_SYS(rt_sigaction),
    SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
    SCMP_SYS(sigaltstack),    SCMP_SYS(getpid),
    SCMP_SYS(gettid),         SCMP_SYS(tgkill),
    SCMP_SYS(clock_gettime),  SCMP_SYS(gettimeofday),
    SCMP_SYS(time),           SCMP_SYS(getrandom),
    SCMP_SYS(sysinfo),        SCMP_SYS(uname),
    SCMP_SYS(sched_yield),    SCMP_SYS(sched_getaffinity),
    SCMP_SYS(getrusage),      SCMP_SYS(restart_syscall),
    SCMP_SYS(exit),           SCMP_SYS(exit_group),
};
constexpr int kRefused[] = {
    SCMP_SYS(open),       SCMP_SYS(openat), SCMP_SYS(access),
    SCMP_SYS(stat),       SCMP_SYS(lstat),  SCMP_SYS(readlink),
    SCMP_SYS(getcwd),     SCMP_SYS(statx),  SCMP_SYS(faccessat),
    SCMP_SYS(ioctl),      SCMP_SYS(statfs), SCMP_SYS(faccessat2),
    SCMP_SYS(readlinkat),
};

bool Fail(const char* what, int error) {
  fprintf(stderr, "sandbox: %s: %s\n", what, strerror(error));
  return false;
}

// The shadow of a sanitizer takes terabytes of addresses.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr bool kLimitsAddresses = false;
#else
constexpr bool kLimitsAddresses = true;
#endif

// For good: nothing that the process does raises it again.
bool Limit(__rlimit_resource resource, rlim_t value) {
  rlimit limit;
  if (getrlimit(resource, &limit) != 0) return false;
  limit.rlim_max = std::min(limit.rlim_max, value);
  limit.rlim_cur = limit.rlim_max;
  return setrlimit(resource, &limit) == 0;
}

// Even as root, which could raise its limits again.
bool DropCapabilities() {
  __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
  const __user_cap_data_struct none[_LINUX_CAPABILITY_U32S_3] = {};
  return syscall(SYS_capset, &header, none) == 0;
}

// Lets this process open files below `folder`, for reading, and no others.
// False when the kernel has no Landlock or there is no such folder: then none.
bool AllowReading(const char* folder, bool execute) {
  landlock_ruleset_attr rules = {};
  rules.handled_access_fs =
      LANDLOCK_ACCESS_FS_EXECUTE | LANDLOCK_ACCESS_FS_WRITE_FILE |
      LANDLOCK_ACCESS_FS_READ_FILE | LANDLOCK_ACCESS_FS_READ_DIR |
      LANDLOCK_ACCESS_FS_REMOVE_DIR | LANDLOCK_ACCESS_FS_REMOVE_FILE |
      LANDLOCK_ACCESS_FS_MAKE_CHAR | LANDLOCK_ACCESS_FS_MAKE_DIR |
      LANDLOCK_ACCESS_FS_MAKE_REG | LANDLOCK_ACCESS_FS_MAKE_SOCK |
      LANDLOCK_ACCESS_FS_MAKE_FIFO | LANDLOCK_ACCESS_FS_MAKE_BLOCK |
      LANDLOCK_ACCESS_FS_MAKE_SYM;
  const int ruleset = static_cast<int>(
      syscall(SYS_landlock_create_ruleset, &rules, sizeof(rules), 0));
  if (ruleset < 0) return false;
  landlock_path_beneath_attr beneath = {};
  beneath.allowed_access = LANDLOCK_ACCESS_FS_READ_FILE |
                           LANDLOCK_ACCESS_FS_READ_DIR |
                           (execute ? LANDLOCK_ACCESS_FS_EXECUTE : 0);
  beneath.parent_fd = open(folder, O_PATH | O_CLOEXEC);
  const bool done = beneath.parent_fd >= 0 &&
                    syscall(SYS_landlock_add_rule, ruleset,
                            LANDLOCK_RULE_PATH_BENEATH, &beneath, 0) == 0 &&
                    syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
  if (beneath.parent_fd >= 0) close(beneath.parent_fd);
  close(ruleset);
  return done;
}

// What a program does before its main begins.
constexpr int kToBegin[] = {
    SCMP_SYS(execve),          SCMP_SYS(arch_prctl), SCMP_SYS(set_tid_address),
    SCMP_SYS(set_robust_list), SCMP_SYS(rseq),
};

// What it looks for files with: what there is, it may know.
constexpr int kToLook[] = {
    SCMP_SYS(access), SCMP_SYS(faccessat), SCMP_SYS(faccessat2),
    SCMP_SYS(stat),   SCMP_SYS(lstat),     SCMP_SYS(statx),
};

// `opens`: Landlock decides which files may be opened. `begins`: another
// program may take this one's place.
bool Filter(bool opens, bool begins) {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
  if (filter == nullptr) return Fail("seccomp_init", ENOMEM);
  int error = 0;
  for (const int call : kAllowed) {
    if (error == 0) {
      error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
    }
  }
  // Its own limits, nobody else's.
  if (error == 0) {
    error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(prlimit64), 1,
                             SCMP_A0(SCMP_CMP_EQ, 0));
  }
  for (const int call : kRefused) {
    const bool allowed =
        (opens && call == SCMP_SYS(openat)) ||
        (begins && std::find(std::begin(kToLook), std::end(kToLook), call) !=
                       std::end(kToLook));
    if (error == 0) {
      error = seccomp_rule_add(
          filter, allowed ? SCMP_ACT_ALLOW : SCMP_ACT_ERRNO(EACCES), call, 0);
    }
  }
  for (const int call : kToBegin) {
    if (error == 0 && begins) {
      error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0);
    }
  }
  // Folders are read through what was opened.
  if (error == 0 && opens) {
    error = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(getdents64), 0);
  }
  if (error == 0) error = seccomp_load(filter);
  seccomp_release(filter);
  return error == 0 || Fail("seccomp", -error);
}

}  // namespace

bool EnterSandbox(const SandboxLimits& limits) {
  if (!DropCapabilities()) return Fail("capset", errno);
  const bool stays = limits.cpu_seconds_of_life > 0;
  if ((kLimitsAddresses && !Limit(RLIMIT_AS, limits.memory_bytes)) ||
      !Limit(RLIMIT_CPU, static_cast<rlim_t>(stays ? limits.cpu_seconds_of_life
                                                   : limits.cpu_seconds)) ||
      (stays && !RenewProcessorTime(limits.cpu_seconds)) ||
      !Limit(RLIMIT_FSIZE, 0) || !Limit(RLIMIT_CORE, 0)) {
    return Fail("setrlimit", errno);
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) {
    return Fail("no_new_privs", errno);
  }
  const bool begins = limits.may_become_another_program;
  const bool opens = limits.readable_folder != nullptr &&
                     AllowReading(limits.readable_folder, begins);
  // Another program has to find its libraries, Landlock or not.
  return Filter(opens || begins, begins);
}

bool RenewProcessorTime(int seconds) {
  rusage used;
  rlimit limit;
  if (getrusage(RUSAGE_SELF, &used) != 0 ||
      getrlimit(RLIMIT_CPU, &limit) != 0) {
    return false;
  }
  // The kernel counts whole seconds, of both together.
  const int64_t both =
      used.ru_utime.tv_sec + used.ru_stime.tv_sec +
      (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1000000;
  const rlim_t until = static_cast<rlim_t>(both + 1 + seconds);
  limit.rlim_cur = std::min(limit.rlim_max, until);
  return setrlimit(RLIMIT_CPU, &limit) == 0;
}

}  // namespace footnote

#if defined(__SANITIZE_ADDRESS__)
// At a program's end leaks are looked for with ptrace, which the sandbox
// forbids.
extern "C" const char* __asan_default_options() { return "detect_leaks=0"; }
#endif
