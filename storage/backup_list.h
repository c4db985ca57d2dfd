// The list of files of one part of a backup: a text file.
#ifndef FOOTNOTE_STORAGE_BACKUP_LIST_H_
#define FOOTNOTE_STORAGE_BACKUP_LIST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

struct BackupFile {
  // Below the store's folder.
  std::string path;
  uint64_t bytes = 0;
  // Hexadecimal; the name of the file in the backup.
  std::string sha256;
  // Of the file that was copied: while they are the same it has not changed.
  int64_t changed_ns = 0;
  uint64_t inode = 0;
};

struct BackupList {
  std::string part;
  int64_t created_us = 0;
  std::vector<BackupFile> files;
};

// Text and back. Parsing of any bytes is safe, and what it accepts stays below
// the folder that it is restored to.
//   DataLoss       cut short, changed, or senseless
//   Unimplemented  of a newer release
std::string FormatBackupList(const BackupList& list);
absl::StatusOr<BackupList> ParseBackupList(absl::string_view text);

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_BACKUP_LIST_H_
