// Files that one process has to itself.
#ifndef FOOTNOTE_BASE_LOCK_FILE_H_
#define FOOTNOTE_BASE_LOCK_FILE_H_

#include <string>

#include "absl/status/statusor.h"

namespace footnote {

// Locks the open file `fd` of `path` until it is closed, in all its copies; a
// process that opens a file twice locks itself out. True where that was done,
// and where the file system has no locks; false where another one has it.
//   FileError's, for other trouble
absl::StatusOr<bool> TryLockFile(int fd, const std::string& path);

}  // namespace footnote

#endif  // FOOTNOTE_BASE_LOCK_FILE_H_
