// The program as a child that can be killed.
#ifndef FOOTNOTE_TESTS_CRASH_SERVER_PROCESS_H_
#define FOOTNOTE_TESTS_CRASH_SERVER_PROCESS_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace footnote {

// `footnote serve` over one store. Not thread-safe.
class ServerProcess {
 public:
  // Starts `program` with `arguments`, its messages appended to `log`; does
  // not wait.
  static std::unique_ptr<ServerProcess> Start(
      const std::string& program, const std::vector<std::string>& arguments,
      const std::string& log);
  // Kills it if it still runs.
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  // Waits for the line that names the address and returns the address.
  //   DeadlineExceeded, Aborted (it ended before; the message says how)
  absl::StatusOr<std::string> WaitForAddress(absl::Duration patience);

  // SIGKILL, then waits for the end.
  void Kill();

 private:
  ServerProcess(pid_t pid, int output) : pid_(pid), output_(output) {}

  pid_t pid_;
  int output_;
};

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_CRASH_SERVER_PROCESS_H_
