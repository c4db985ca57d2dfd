#include "indexer/folder_watch.h"

#include <dirent.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/clock.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "indexer/file_walk.h"

namespace footnote {
namespace {

constexpr uint32_t kEvents = IN_CLOSE_WRITE | IN_MODIFY | IN_ATTRIB |
                             IN_CREATE | IN_DELETE | IN_DELETE_SELF |
                             IN_MOVED_FROM | IN_MOVED_TO | IN_MOVE_SELF;
constexpr size_t kEventBytes = 64 << 10;

bool IsFolder(const std::string& path) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool IsThere(const std::string& path) {
  struct stat info;
  return lstat(path.c_str(), &info) == 0;
}

// A name that came without being written: a hard or a symbolic link. Others are
// told when their writer closes them.
bool IsLink(const std::string& path) {
  struct stat info;
  return lstat(path.c_str(), &info) == 0 &&
         (S_ISLNK(info.st_mode) || info.st_nlink > 1);
}

bool IsBelow(absl::string_view path, absl::string_view folder) {
  return path.size() > folder.size() && absl::StartsWith(path, folder) &&
         path[folder.size()] == '/';
}

// -1 is for ever.
int PollMillis(absl::Duration patience) {
  if (patience == absl::InfiniteDuration()) return -1;
  const int64_t millis = absl::ToInt64Milliseconds(patience);
  return static_cast<int>(std::clamp<int64_t>(millis, 0, 1 << 30));
}

}  // namespace

FolderWatch::FolderWatch(int events, int stop,
                         const FolderWatchOptions& options)
    : events_(events), stop_(stop), options_(options) {}

FolderWatch::~FolderWatch() {
  if (events_ >= 0) close(events_);
  if (stop_ >= 0) close(stop_);
}

absl::StatusOr<std::unique_ptr<FolderWatch>> FolderWatch::Open(
    const std::vector<std::string>& folders,
    const FolderWatchOptions& options) {
  std::unique_ptr<FolderWatch> watch(
      new FolderWatch(inotify_init1(IN_NONBLOCK | IN_CLOEXEC),
                      eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), options));
  if (watch->events_ < 0 || watch->stop_ < 0) {
    return absl::ResourceExhaustedError(
        absl::StrCat("watch: ", std::strerror(errno),
                     ", want more in /proc/sys/fs/inotify/max_user_instances"));
  }
  for (const std::string& named : folders) {
    const std::string folder = CleanPath(named);
    struct stat info;
    if (stat(folder.c_str(), &info) != 0) {
      return FileError("watch", folder, errno);
    }
    if (!S_ISDIR(info.st_mode)) {
      return absl::InvalidArgumentError(
          absl::StrCat("watch ", folder, ": a file, want a folder"));
    }
    RETURN_IF_ERROR(watch->AddFolders(folder));
    watch->roots_.insert(folder);
  }
  return watch;
}

absl::Status FolderWatch::AddFolders(const std::string& folder) {
  std::vector<std::string> to_add = {folder};
  while (!to_add.empty()) {
    const std::string next = std::move(to_add.back());
    to_add.pop_back();
    RETURN_IF_ERROR(AddFolder(next, &to_add));
  }
  return absl::OkStatus();
}

// Watches one folder and finds those in it.
absl::Status FolderWatch::AddFolder(const std::string& folder,
                                    std::vector<std::string>* below) {
  const int watch =
      inotify_add_watch(events_, folder.c_str(), kEvents | IN_ONLYDIR);
  if (watch < 0 && errno == ENOSPC) {
    return absl::ResourceExhaustedError(
        absl::StrCat("watch ", folder, ": the kernel watches ", folders_.size(),
                     " folders and no more, want a larger "
                     "/proc/sys/fs/inotify/max_user_watches"));
  }
  // It went meanwhile, which is told, or may not be read, which the walk tells.
  if (watch < 0) return absl::OkStatus();
  if (!folders_.emplace(watch, folder).second) return absl::OkStatus();
  DIR* const dir = opendir(folder.c_str());
  if (dir == nullptr) return absl::OkStatus();
  while (const dirent* entry = readdir(dir)) {
    if (IsLeftOutByName(entry->d_name, options_.scans)) continue;
    if (entry->d_type != DT_DIR && entry->d_type != DT_LNK &&
        entry->d_type != DT_UNKNOWN) {
      continue;
    }
    std::string path = JoinPath(folder, entry->d_name);
    if (IsFolder(path)) below->push_back(std::move(path));
  }
  closedir(dir);
  return absl::OkStatus();
}

// The folder goes by another name now, or is no more.
void FolderWatch::Forget(const std::string& folder) {
  for (auto it = folders_.begin(); it != folders_.end();) {
    if (it->second == folder || IsBelow(it->second, folder)) {
      inotify_rm_watch(events_, it->first);
      it = folders_.erase(it);
    } else {
      ++it;
    }
  }
}

void FolderWatch::OnThere(const std::string& path) {
  gone_.erase(path);
  there_.insert(path);
}

absl::Status FolderWatch::OnEvent(int watch, uint32_t mask,
                                  const std::string& name) {
  if ((mask & IN_Q_OVERFLOW) != 0) {
    lost_ = true;
    return absl::OkStatus();
  }
  const auto found = folders_.find(watch);
  if (found == folders_.end()) return absl::OkStatus();
  const std::string folder = found->second;
  if ((mask & IN_IGNORED) != 0) {
    folders_.erase(found);
    return absl::OkStatus();
  }
  if ((mask & (IN_DELETE_SELF | IN_MOVE_SELF)) != 0) {
    if (roots_.count(folder) == 0) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat("watch ", folder, ": the folder is gone, want it there"));
  }
  if (name.empty() || IsLeftOutByName(name, options_.scans))
    return absl::OkStatus();
  const std::string path = JoinPath(folder, name);
  if ((mask & (IN_DELETE | IN_MOVED_FROM)) != 0) {
    if ((mask & IN_ISDIR) != 0) Forget(path);
    there_.erase(path);
    gone_.insert(path);
  } else if ((mask & (IN_CREATE | IN_MOVED_TO)) != 0 && IsFolder(path)) {
    RETURN_IF_ERROR(AddFolders(path));
    OnThere(path);
  } else if ((mask & (IN_CLOSE_WRITE | IN_MOVED_TO | IN_ATTRIB)) != 0 ||
             ((mask & IN_CREATE) != 0 && IsLink(path))) {
    // Rights may have changed, too, so that a file can be read at last.
    if (!IsFolder(path)) OnThere(path);
  }
  return absl::OkStatus();
}

absl::Status FolderWatch::ReadEvents() {
  alignas(inotify_event) char buffer[kEventBytes];
  while (true) {
    const ssize_t got = read(events_, buffer, sizeof(buffer));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return absl::OkStatus();
    for (ssize_t at = 0; at < got;) {
      const auto* event = reinterpret_cast<const inotify_event*>(buffer + at);
      at += static_cast<ssize_t>(sizeof(inotify_event) + event->len);
      RETURN_IF_ERROR(
          OnEvent(event->wd, event->mask, event->len == 0 ? "" : event->name));
    }
  }
}

// What is there by now decides: events may be older than what replaced it.
FolderChanges FolderWatch::Take() {
  FolderChanges out;
  for (const std::string& path : there_) {
    (IsThere(path) ? out.there : out.gone).push_back(path);
  }
  for (const std::string& path : gone_) {
    (IsThere(path) ? out.there : out.gone).push_back(path);
  }
  std::sort(out.there.begin(), out.there.end());
  std::sort(out.gone.begin(), out.gone.end());
  out.lost = lost_;
  there_.clear();
  gone_.clear();
  lost_ = false;
  return out;
}

absl::StatusOr<FolderChanges> FolderWatch::Wait(absl::Duration patience) {
  const absl::Time give_up = absl::Now() + patience;
  absl::Time tell_at = absl::InfiniteFuture();
  while (true) {
    const bool changed = tell_at != absl::InfiniteFuture();
    const absl::Duration wait =
        changed ? std::min(options_.quiet, tell_at - absl::Now())
                : give_up - absl::Now();
    pollfd ends[] = {{events_, POLLIN, 0}, {stop_, POLLIN, 0}};
    const int ready = poll(ends, 2, PollMillis(wait));
    if (ready < 0 && errno != EINTR) {
      return absl::InternalError(
          absl::StrCat("watch: poll: ", std::strerror(errno)));
    }
    if (ready > 0 && ends[1].revents != 0) {
      FolderChanges stopped;
      stopped.stopped = true;
      return stopped;
    }
    if (ready == 0) {
      if (changed || give_up <= absl::Now()) return Take();
      continue;
    }
    RETURN_IF_ERROR(ReadEvents());
    if (!changed) tell_at = absl::Now() + options_.longest;
    if (tell_at <= absl::Now()) return Take();
  }
}

void FolderWatch::Stop() {
  const uint64_t one = 1;
  const ssize_t ignored = write(stop_, &one, sizeof(one));
  (void)ignored;
}

}  // namespace footnote
