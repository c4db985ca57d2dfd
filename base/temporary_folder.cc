#include "base/temporary_folder.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>
#include <mutex>
#include <set>
#include <system_error>
#include <thread>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/first_process.h"

namespace footnote {
namespace {

// Where signals are written to; set before any comes.
int signal_pipe = -1;

void OnSignal(int signal) {
  const int before = errno;
  const char byte = static_cast<char>(signal);
  if (write(signal_pipe, &byte, 1) < 0) {
    // It is full of others.
  }
  errno = before;
}

// Others may be writing files into it, until the process ends.
void Remove(const std::string& path) {
  constexpr int kMostTries = 20;
  for (int i = 0; i < kMostTries; ++i) {
    std::error_code error;
    std::filesystem::remove_all(path, error);
    if (!std::filesystem::exists(path, error)) return;
  }
}

// The folders that are there. Never destroyed: signals come at any time.
class Folders {
 public:
  static Folders& All() {
    static auto* const folders = new Folders;
    return *folders;
  }

  void Add(const std::string& path) {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (paths_.empty()) Watch();
    paths_.insert(path);
  }

  void Forget(const std::string& path) {
    const std::lock_guard<std::mutex> lock(mutex_);
    Remove(path);
    paths_.erase(path);
  }

 private:
  // A handler may not remove folders: it wakes a thread that may.
  void Watch() {
    if (signal_pipe < 0) {
      int ends[2];
      if (pipe2(ends, O_CLOEXEC) != 0) return;
      signal_pipe = ends[1];
      std::thread([this, from = ends[0]] {
        char signal;
        while (read(from, &signal, 1) != 1) {
        }
        EndBy(signal);
      }).detach();
    }
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      struct sigaction now = {};
      if (sigaction(signal, nullptr, &now) != 0 ||
          (now.sa_handler != SIG_DFL &&
           !OnlyEndsFirstProcess(now.sa_handler))) {
        continue;
      }
      struct sigaction action = {};
      action.sa_handler = OnSignal;
      action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
      sigemptyset(&action.sa_mask);
      sigaction(signal, &action, nullptr);
    }
  }

  void EndBy(int signal) {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const std::string& path : paths_) Remove(path);
    // Its handler was reset when it came.
    EndFirstProcessBySignals();
    kill(getpid(), signal);
  }

  std::mutex mutex_;
  std::set<std::string> paths_;  // guarded by mutex_
};

}  // namespace

absl::StatusOr<std::unique_ptr<TemporaryFolder>> TemporaryFolder::Make(
    absl::string_view name, absl::string_view otherwise) {
  const char* const within = getenv("TMPDIR");
  const bool is_given = within != nullptr && within[0] != '\0';
  std::string path = absl::StrCat(
      is_given ? absl::string_view(within) : otherwise, "/", name, "-XXXXXX");
  if (mkdtemp(&path[0]) == nullptr) {
    return FileError("create folder", path, errno);
  }
  Folders::All().Add(path);
  return std::unique_ptr<TemporaryFolder>(new TemporaryFolder(path));
}

TemporaryFolder::~TemporaryFolder() { Folders::All().Forget(path_); }

}  // namespace footnote
