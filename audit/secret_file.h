// Files that hold keys.
#ifndef FOOTNOTE_AUDIT_SECRET_FILE_H_
#define FOOTNOTE_AUDIT_SECRET_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace footnote {

// Writes `contents` to PATH.new, readable by its owner only, syncs it, renames
// it to `path` and syncs the folder: after a kill the file is not there, or
// whole. A PATH.new that a kill left is written over. One process at a time.
absl::Status WriteSecretFile(const std::string& path,
                             absl::string_view contents);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_SECRET_FILE_H_
