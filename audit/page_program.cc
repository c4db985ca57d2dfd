#include "audit/page_program.h"

#include <errno.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"

extern char** environ;

namespace footnote {
namespace {

constexpr char kProgram[] = "footnote-page";
// What it ends with when the page says that something does not hold.
constexpr int kNotVerified = 4;

absl::StatusOr<std::string> FindProgram() {
  std::vector<std::string> folders;
  char self[4096];
  const ssize_t size = readlink("/proc/self/exe", self, sizeof(self) - 1);
  if (size > 0) {
    std::string folder(self, static_cast<size_t>(size));
    folder.erase(folder.rfind('/'));
    folders.push_back(folder);
    // Bazel's folder of what it built.
    folders.push_back(absl::StrCat(folder, "/../audit/page"));
  }
  folders.push_back("/usr/lib/footnote");
  for (const std::string& folder : folders) {
    const std::string path = absl::StrCat(folder, "/", kProgram);
    if (access(path.c_str(), X_OK) == 0) return path;
  }
  return absl::NotFoundError(absl::StrCat(
      kProgram, " is not installed, want it beside this program or in ",
      folders.back()));
}

}  // namespace

absl::Status WritePdfPage(const std::string& bundle, const std::string& pdf) {
  ASSIGN_OR_RETURN(std::string program, FindProgram());
  std::string from = bundle;
  std::string to = pdf;
  char* const arguments[] = {&program[0], &from[0], &to[0], nullptr};
  pid_t pid = 0;
  const int error =
      posix_spawn(&pid, program.c_str(), nullptr, nullptr, arguments, environ);
  if (error != 0) {
    return absl::InternalError(
        absl::StrCat("start ", program, ": ", strerror(error)));
  }
  int status = 0;
  while (waitpid(pid, &status, 0) < 0 && errno == EINTR) continue;
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code == 0 || code == kNotVerified) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(program, ": no page was written"));
}

}  // namespace footnote
