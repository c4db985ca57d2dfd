// A part of a backup, made for a call that is told how far it is.
#ifndef FOOTNOTE_STORAGE_BACKUP_PROGRESS_H_
#define FOOTNOTE_STORAGE_BACKUP_PROGRESS_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "proto/footnote/v1/backup.pb.h"

namespace footnote {

// Adds a part to the backup that `request` names, as AddToBackup of backup.h,
// with its errors. `write` is told five times a second how far it is, and by
// false gives up; and once, with `done`, when all is there.
absl::Status AddToBackup(
    const v1::CreateBackupRequest& request, const std::string& part,
    const std::string& source, const std::string& prefix,
    const std::function<bool(const v1::BackupProgress&)>& write);

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_BACKUP_PROGRESS_H_
