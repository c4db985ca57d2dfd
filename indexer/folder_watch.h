// What changes in folders, as the kernel tells it (inotify).
#ifndef FOOTNOTE_INDEXER_FOLDER_WATCH_H_
#define FOOTNOTE_INDEXER_FOLDER_WATCH_H_

#include <sys/types.h>

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace footnote {

// What has become of paths below the watched folders. A path is in one list at
// most; each list is sorted.
struct FolderChanges {
  // Files that were written to the end, linked or moved here; folders that were
  // made or moved here, with all that is in them.
  std::vector<std::string> there;
  // Files and folders that are no more, or were moved away.
  std::vector<std::string> gone;
  // The kernel dropped events: everything has to be looked at again.
  bool lost = false;
  // Stop was called.
  bool stopped = false;

  bool empty() const { return there.empty() && gone.empty() && !lost; }
};

struct FolderWatchOptions {
  // Changes are told when nothing has happened for so long...
  absl::Duration quiet = absl::Milliseconds(300);
  // ...or when the first of them is so old.
  absl::Duration longest = absl::Seconds(5);
  // As of WalkFiles.
  bool scans = false;
};

// Watches folders and all folders in them, also those that come later, but for
// those that WalkFiles leaves out by name. Symbolic links to folders are
// followed, and a folder that is there twice is watched under its first path.
// One thread at a time, but for Stop.
class FolderWatch {
 public:
  // Paths are told as `folders` begin them, cleaned as by CleanPath.
  //   NotFound, PermissionDenied  a folder cannot be read
  //   InvalidArgument             it is none
  //   ResourceExhausted           the kernel watches no more (says which limit)
  static absl::StatusOr<std::unique_ptr<FolderWatch>> Open(
      const std::vector<std::string>& folders,
      const FolderWatchOptions& options = {});
  ~FolderWatch();
  FolderWatch(const FolderWatch&) = delete;
  FolderWatch& operator=(const FolderWatch&) = delete;

  // Waits for changes, at most `patience`; then they may be empty.
  //   FailedPrecondition  one of the folders themselves is gone
  //   ResourceExhausted   as of Open, for a folder that came
  absl::StatusOr<FolderChanges> Wait(
      absl::Duration patience = absl::InfiniteDuration());

  // Makes Wait return, now and ever after. From any thread, and from a signal
  // handler.
  void Stop();

 private:
  FolderWatch(int events, int stop, const FolderWatchOptions& options);
  absl::Status AddFolders(const std::string& folder);
  absl::Status AddFolder(const std::string& folder,
                         std::vector<std::string>* below);
  void Forget(const std::string& folder);
  absl::Status ReadEvents();
  absl::Status OnEvent(int watch, uint32_t mask, const std::string& name);
  void OnThere(const std::string& path);
  FolderChanges Take();

  const int events_;
  const int stop_;
  const FolderWatchOptions options_;
  // Folders as they were named; each must stay.
  std::set<std::string> roots_;
  std::map<int, std::string> folders_;
  std::set<std::string> there_;
  std::set<std::string> gone_;
  bool lost_ = false;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FOLDER_WATCH_H_
