#include <errno.h>
#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "storage/store.h"

namespace footnote {
namespace {

namespace fs = std::filesystem;

// The same file by a second name; a copy where the file system has no links.
absl::Status LinkOrCopy(const std::string& from, const std::string& to) {
  if (link(from.c_str(), to.c_str()) == 0) return absl::OkStatus();
  if (errno != EPERM && errno != EXDEV && errno != EMLINK &&
      errno != EOPNOTSUPP) {
    return FileError("link", to, errno);
  }
  std::error_code error;
  fs::copy_file(from, to, error);
  return error ? FileError("copy", to, error.value()) : absl::OkStatus();
}

}  // namespace

StoreCheckpoint::~StoreCheckpoint() {
  std::error_code ignored;
  fs::remove_all(folder_, ignored);
}

absl::StatusOr<std::unique_ptr<StoreCheckpoint>> Store::Checkpoint() {
  if (options_.mode != KvMode::kPrimary) {
    return absl::FailedPreconditionError(
        absl::StrCat("store ", folder_,
                     ": checkpoint asked of a secondary, want the "
                     "process that writes"));
  }
  std::unique_lock<std::mutex> alone(checkpoint_mutex_);
  const std::string folder = CheckpointFolder();
  std::error_code error;
  fs::remove_all(folder, error);
  std::unique_ptr<StoreCheckpoint> checkpoint(
      new StoreCheckpoint(folder, std::move(alone)));
  RETURN_IF_ERROR(MakeFolder(absl::StrCat(folder, "/segments")));
  // The dear part, writing out what is in memory, before commits have to wait.
  RETURN_IF_ERROR(kv_->Flush());
  std::lock_guard<std::mutex> lock(commit_mutex_);
  RETURN_IF_ERROR(kv_->Checkpoint(absl::StrCat(folder, "/db")));
  ASSIGN_OR_RETURN(const std::vector<std::string> collections, Collections());
  for (const std::string& collection : collections) {
    ASSIGN_OR_RETURN(const Manifest manifest, ReadManifest(*kv_, collection));
    for (const ManifestSegment& segment : manifest.segments) {
      RETURN_IF_ERROR(
          LinkOrCopy(SegmentPath(segment.name),
                     absl::StrCat(folder, "/segments/", segment.name)));
    }
  }
  RETURN_IF_ERROR(LinkOrCopy(absl::StrCat(folder_, "/FORMAT"),
                             absl::StrCat(folder, "/FORMAT")));
  return checkpoint;
}

}  // namespace footnote
