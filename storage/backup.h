// Backups: a folder that keeps states of a store, each file once.
//
//   BACKUP/FORMAT            the format's number
//   BACKUP/files/ab/ab12…    a file, named by the SHA-256 of its bytes
//   BACKUP/backups/ID/PART   the list of a part's files, with its own checksum
//
// A part is what one room gives: "store" (documents and segments) and "audit"
// (the log of answers). A backup is complete when it has both. Layout:
// docs/formats/backup.md.
#ifndef FOOTNOTE_STORAGE_BACKUP_H_
#define FOOTNOTE_STORAGE_BACKUP_H_

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

inline constexpr char kStorePart[] = "store";
inline constexpr char kAuditPart[] = "audit";

// OK when `folder` is an absolute path within `root`.
//   FailedPrecondition  `root` is empty: no backups are made here
//   InvalidArgument     it is outside
absl::Status CheckBackupFolder(absl::string_view root,
                               absl::string_view folder);

// What adding a part did.
struct BackupCounts {
  uint64_t files = 0;
  uint64_t bytes = 0;
  // Of these, what was not in the backup folder before.
  uint64_t new_files = 0;
  uint64_t new_bytes = 0;
};

// One backup, as its lists say.
struct BackupInfo {
  std::string id;
  int64_t created_us = 0;
  uint64_t files = 0;
  uint64_t bytes = 0;
  // Parts that are missing, or whose list is damaged; empty: a whole backup.
  std::vector<std::string> missing;
};

// 1 to 64 of a-z, A-Z, 0-9, '-', '_' and '.', the first not a dot.
absl::Status CheckBackupId(absl::string_view id);

// Parts are added and backups removed one at a time, whoever does it: others
// wait.
//
// Adds the files below `source`, which must not change meanwhile, as part
// `part` of backup `id`: each under `prefix` + its path below `source`. Files
// that an earlier backup of the same folder holds (same path, size, time and
// inode, or same bytes) are not copied. Durable when it returns; after an
// error or a kill the part is not there, and what was copied is used by the
// next attempt. `progress` may be empty; it is asked while this waits, too, and
// false from it gives up: Cancelled.
//   AlreadyExists      the backup has this part
//   DataLoss           a segment or table that is new here is damaged: what a
//                      backup has is sound
//   ResourceExhausted  the disk of the backup is full
//   Unimplemented      the folder is a newer release's
absl::StatusOr<BackupCounts> AddToBackup(
    const std::string& folder, const std::string& id, const std::string& part,
    const std::string& source, const std::string& prefix,
    const std::function<bool(const BackupCounts&)>& progress);

// The backups in `folder`, the oldest first.
//   NotFound  it is no backup folder
absl::StatusOr<std::vector<BackupInfo>> ListBackups(const std::string& folder);

// The newest whole backup.
//   NotFound  there is none
absl::StatusOr<std::string> NewestBackup(const std::string& folder);

// Reads every file of a backup again. One line for each that is damaged or
// missing, naming the stored file and the file of the store that it is; empty
// when all is well. Every file is read once, however many backups share it.
absl::StatusOr<std::vector<std::string>> VerifyBackup(const std::string& folder,
                                                      const std::string& id);

// Makes the new folder `store` what the backup holds, comparing every file
// with its checksum on the way. Nothing is there under that name until all is.
//   AlreadyExists  `store` exists and is not empty
//   DataLoss       a file of the backup is damaged or missing (says which)
//   ResourceExhausted  the disk is full; what was written is removed
absl::Status RestoreBackup(const std::string& folder, const std::string& id,
                           std::string store);

// Forgets a backup, and removes the files that no other one uses. Returns the
// bytes that this gave back.
absl::StatusOr<uint64_t> RemoveBackup(const std::string& folder,
                                      const std::string& id);

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_BACKUP_H_
