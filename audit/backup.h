#ifndef FOOTNOTE_AUDIT_BACKUP_H_
#define FOOTNOTE_AUDIT_BACKUP_H_

#include <functional>
#include <string>

#include "absl/status/status.h"
#include "audit/ledger.h"
#include "proto/footnote/v1/backup.pb.h"

namespace footnote {

// Audit.CreateBackup: records, indexes and the published tree as they are at
// one moment, and where asked the keyring, apart. `backups` is the folder
// within which backups may be made. `write` is told how far it is, the end
// included, and stops it by false. One at a time: others wait.
absl::Status BackUpLedger(
    const v1::CreateBackupRequest& request, const std::string& backups,
    Ledger* ledger,
    const std::function<bool(const v1::BackupProgress&)>& write);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_BACKUP_H_
