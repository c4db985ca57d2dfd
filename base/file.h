// Files as this project uses them: mapped for reading, replaced atomically.
#ifndef FOOTNOTE_BASE_FILE_H_
#define FOOTNOTE_BASE_FILE_H_

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

// A file mapped read-only. Its bytes may be read from many threads. A file
// that another process truncates while it is mapped raises SIGBUS: map only
// files that are replaced, never rewritten.
class MappedFile {
 public:
  // NotFound, PermissionDenied or InvalidArgument (not a regular file), each
  // with the path. An empty file maps to empty contents.
  static absl::StatusOr<std::unique_ptr<MappedFile>> Open(
      const std::string& path);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  absl::string_view contents() const { return {data_, size_}; }
  const std::string& path() const { return path_; }

 private:
  MappedFile(std::string path, const char* data, size_t size)
      : path_(std::move(path)), data_(data), size_(size) {}

  std::string path_;
  const char* data_;
  size_t size_;
};

// The whole file. ResourceExhausted when it is larger than `limit_bytes`.
absl::StatusOr<std::string> ReadFile(const std::string& path,
                                     size_t limit_bytes = 1ull << 32);

// Writes `contents` under a temporary name beside `path`, syncs it, renames it
// to `path` and syncs the folder: after a crash the old or the new file is
// there, whole. ResourceExhausted when the disk is full.
absl::Status WriteFileAtomically(const std::string& path,
                                 absl::string_view contents);

// Makes renames and creations in `folder` durable.
absl::Status SyncFolder(const std::string& folder);

// Creates `folder` and its parents where they are missing.
absl::Status MakeFolder(const std::string& folder);

// "thing path: reason" with the code that `error_number` stands for.
absl::Status FileError(absl::string_view thing, absl::string_view path,
                       int error_number);

}  // namespace footnote

#endif  // FOOTNOTE_BASE_FILE_H_
