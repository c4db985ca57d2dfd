#include "gateway/store_owner.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"

namespace footnote {
namespace {

constexpr int kFolder = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
// The owner could put links in the way of what root is about to give him.
constexpr int kNoLink = O_NOFOLLOW;
constexpr int kDeepest = 8;

// Whether the rooms make a file or folder of this name in a store's folder.
bool IsOfStore(absl::string_view name) {
  return name == "db" || name == "segments" || name == "uploads" ||
         absl::StartsWith(name, "FORMAT") || absl::StartsWith(name, "audit") ||
         absl::StartsWith(name, "checkpoint");
}

// Gives what is root's in the folder `fd`, which it closes, to `owner`; of the
// store's own folder, which has depth 0, what is the store's.
void Give(int fd, const struct stat& owner, int depth) {
  DIR* const folder = fdopendir(fd);
  if (folder == nullptr) {
    close(fd);
    return;
  }
  while (const dirent* const entry = readdir(folder)) {
    const absl::string_view name = entry->d_name;
    struct stat info;
    if (name == "." || name == ".." || (depth == 0 && !IsOfStore(name)) ||
        fstatat(fd, entry->d_name, &info, AT_SYMLINK_NOFOLLOW) != 0) {
      continue;
    }
    const bool is_folder = S_ISDIR(info.st_mode);
    const int file =
        is_folder || (S_ISREG(info.st_mode) && info.st_uid == 0)
            ? openat(fd, entry->d_name,
                     (is_folder ? kFolder : O_RDONLY | O_CLOEXEC) | kNoLink)
            : -1;
    if (file < 0) continue;
    // What was opened is what is given. A file of two names may be one that
    // lies elsewhere too.
    if (fstat(file, &info) == 0 && info.st_uid == 0 &&
        (is_folder || (S_ISREG(info.st_mode) && info.st_nlink == 1)) &&
        fchown(file, owner.st_uid, owner.st_gid) != 0) {
      // He finds out; there is nobody else to tell.
    }
    if (is_folder && depth < kDeepest) {
      Give(file, owner, depth + 1);
    } else {
      close(file);
    }
  }
  closedir(folder);
}

}  // namespace

StoreOwner::~StoreOwner() {
  if (geteuid() != 0) return;
  const int fd = open(folder_.c_str(), kFolder);
  if (fd < 0) return;
  struct stat owner;
  struct stat format;
  if (fstat(fd, &owner) != 0 || owner.st_uid == 0 ||
      fstatat(fd, "FORMAT", &format, AT_SYMLINK_NOFOLLOW) != 0) {
    close(fd);
    return;
  }
  Give(fd, owner, 0);
}

}  // namespace footnote
