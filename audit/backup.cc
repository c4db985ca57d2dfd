#include "audit/backup.h"

#include <errno.h>
#include <unistd.h>

#include <filesystem>
#include <mutex>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "storage/backup.h"
#include "storage/backup_progress.h"

namespace footnote {
namespace {

namespace fs = std::filesystem;

// A folder that goes with this object.
class ScratchFolder {
 public:
  explicit ScratchFolder(std::string path) : path_(std::move(path)) { Clear(); }
  ~ScratchFolder() { Clear(); }
  ScratchFolder(const ScratchFolder&) = delete;
  ScratchFolder& operator=(const ScratchFolder&) = delete;
  const std::string& path() const { return path_; }

 private:
  void Clear() const {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  const std::string path_;
};

// Links the published tree below `to`. Files of it are only ever replaced or
// removed, so a link keeps what was there; one that is removed meanwhile is
// made again from the records.
absl::Status LinkTree(const std::string& from, const std::string& to) {
  RETURN_IF_ERROR(MakeFolder(to));
  std::error_code error;
  for (fs::recursive_directory_iterator it(from, error), end;
       !error && it != end; it.increment(error)) {
    std::error_code gone;
    const std::string path = it->path().string();
    const std::string copy = absl::StrCat(to, path.substr(from.size()));
    if (it->is_directory(gone)) {
      RETURN_IF_ERROR(MakeFolder(copy));
      continue;
    }
    if (!it->is_regular_file(gone) || it->path().extension() == ".tmp") {
      continue;
    }
    if (link(path.c_str(), copy.c_str()) == 0 || errno == ENOENT) continue;
    fs::copy_file(path, copy, gone);
    if (gone && gone != std::errc::no_such_file_or_directory) {
      return FileError("copy", copy, gone.value());
    }
  }
  if (error && error != std::errc::no_such_file_or_directory) {
    return FileError("list", from, error.value());
  }
  return absl::OkStatus();
}

absl::Status CheckFolders(const v1::CreateBackupRequest& request,
                          const std::string& backups) {
  RETURN_IF_ERROR(CheckBackupFolder(backups, request.folder()));
  if (request.keys().empty()) return absl::OkStatus();
  RETURN_IF_ERROR(CheckBackupFolder(backups, request.keys()));
  if (!CheckBackupFolder(request.folder(), request.keys()).ok()) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("backup keys ", request.keys(), ": want them outside ",
                   request.folder(), ": who has both reads what was erased"));
}

}  // namespace

absl::Status BackUpLedger(
    const v1::CreateBackupRequest& request, const std::string& backups,
    Ledger* ledger,
    const std::function<bool(const v1::BackupProgress&)>& write) {
  RETURN_IF_ERROR(CheckBackupId(request.id()));
  absl::Status allowed = CheckFolders(request, backups);
  if (!allowed.ok()) {
    SetErrorReason("BACKUP_FORBIDDEN", &allowed);
    return allowed;
  }
  static std::mutex* const one_at_a_time = new std::mutex;
  const std::lock_guard<std::mutex> lock(*one_at_a_time);
  // The tree before the records: it may be behind them, never ahead.
  const ScratchFolder tree(absl::StrCat(ledger->folder(), ".checkpoint.log"));
  const ScratchFolder copy(absl::StrCat(ledger->folder(), ".checkpoint"));
  RETURN_IF_ERROR(
      LinkTree(absl::StrCat(ledger->folder(), "/log"), tree.path()));
  RETURN_IF_ERROR(ledger->kv()->Checkpoint(copy.path()));
  std::error_code error;
  fs::rename(tree.path(), absl::StrCat(copy.path(), "/log"), error);
  if (error) return FileError("rename", tree.path(), error.value());
  if (!request.keys().empty()) {
    RETURN_IF_ERROR(ledger->keyring()->CopyTo(request.keys()));
  }
  const absl::Status added =
      AddToBackup(request, kAuditPart, copy.path(), "audit/", write);
  // Keys of no backup: nobody would look for them, and the next try wants the
  // name.
  if (!added.ok() && !request.keys().empty()) unlink(request.keys().c_str());
  return added;
}

}  // namespace footnote
