// Files that hold keys.
#ifndef FOOTNOTE_AUDIT_SECRET_FILE_H_
#define FOOTNOTE_AUDIT_SECRET_FILE_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace footnote {

// Makes the file `path` of `contents` where there is none, or an empty one: of
// several that do so at once, on one machine, one makes it, and the others find
// that one's.
// It is written to PATH.new, readable by its owner only, synced, and renamed:
// after a kill the file is not there, or whole. A PATH.new that a kill left is
// written over.
absl::Status MakeSecretFile(const std::string& path,
                            absl::string_view contents);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_SECRET_FILE_H_
