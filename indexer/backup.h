#ifndef FOOTNOTE_INDEXER_BACKUP_H_
#define FOOTNOTE_INDEXER_BACKUP_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "proto/footnote/v1/backup.pb.h"
#include "storage/store.h"

namespace footnote {

// Indexer.CreateBackup: documents and segments. `backups` is the folder within
// which backups may be made. `write` is told how far it is, the end included,
// and stops it by false.
absl::Status BackUpStore(
    const v1::CreateBackupRequest& request, const std::string& backups,
    Store* store, const std::function<bool(const v1::BackupProgress&)>& write);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_BACKUP_H_
