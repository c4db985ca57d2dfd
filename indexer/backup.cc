#include "indexer/backup.h"

#include <memory>

#include "base/grpc_status.h"
#include "base/status_macros.h"
#include "storage/backup.h"
#include "storage/backup_progress.h"

namespace footnote {

absl::Status BackUpStore(
    const v1::CreateBackupRequest& request, const std::string& backups,
    Store* store, const std::function<bool(const v1::BackupProgress&)>& write) {
  RETURN_IF_ERROR(CheckBackupId(request.id()));
  absl::Status allowed = CheckBackupFolder(backups, request.folder());
  if (!allowed.ok()) {
    SetErrorReason("BACKUP_FORBIDDEN", &allowed);
    return allowed;
  }
  ASSIGN_OR_RETURN(const std::unique_ptr<StoreCheckpoint> checkpoint,
                   store->Checkpoint());
  return AddToBackup(request, kStorePart, checkpoint->folder(), "", write);
}

}  // namespace footnote
