// Copies of files that are checked on the way.
#ifndef FOOTNOTE_STORAGE_COPY_FILE_H_
#define FOOTNOTE_STORAGE_COPY_FILE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"

namespace footnote {

struct CopiedFile {
  uint64_t bytes = 0;
  std::string sha256;  // hexadecimal
};

// Copies `from` to the new file `to` and syncs it. On an error `to` is removed.
//   ResourceExhausted  the disk is full
absl::StatusOr<CopiedFile> CopyFile(const std::string& from,
                                    const std::string& to);

// Reads a file and says what is in it.
absl::StatusOr<CopiedFile> HashFile(const std::string& path);

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_COPY_FILE_H_
