#include "storage/backup_progress.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/status_macros.h"
#include "storage/backup.h"

namespace footnote {
namespace {

v1::BackupProgress ToProto(const BackupCounts& counts) {
  v1::BackupProgress progress;
  progress.set_files(counts.files);
  progress.set_bytes(counts.bytes);
  progress.set_new_files(counts.new_files);
  progress.set_new_bytes(counts.new_bytes);
  return progress;
}

}  // namespace

absl::Status AddToBackup(
    const v1::CreateBackupRequest& request, const std::string& part,
    const std::string& source, const std::string& prefix,
    const std::function<bool(const v1::BackupProgress&)>& write) {
  absl::Time told = absl::Now();
  ASSIGN_OR_RETURN(const BackupCounts counts,
                   AddToBackup(request.folder(), request.id(), part, source,
                               prefix, [&](const BackupCounts& so_far) {
                                 if (absl::Now() - told < absl::Seconds(0.2))
                                   return true;
                                 told = absl::Now();
                                 return write(ToProto(so_far));
                               }));
  v1::BackupProgress done = ToProto(counts);
  done.set_done(true);
  write(done);
  return absl::OkStatus();
}

}  // namespace footnote
