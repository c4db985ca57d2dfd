// A folder that is needed for a while.
#ifndef FOOTNOTE_BASE_TEMPORARY_FOLDER_H_
#define FOOTNOTE_BASE_TEMPORARY_FOLDER_H_

#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

// It goes, with all that is in it, with its owner; and with the process where
// SIGINT, SIGTERM or SIGHUP ends that and nothing else handles them. A second
// signal does not wait for that.
class TemporaryFolder {
 public:
  // A new "NAME-XXXXXX" in $TMPDIR, else in `otherwise`, for its owner alone.
  // Errors: as MakeFolder.
  static absl::StatusOr<std::unique_ptr<TemporaryFolder>> Make(
      absl::string_view name, absl::string_view otherwise = "/tmp");

  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  const std::string& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::string path) : path_(std::move(path)) {}

  const std::string path_;
};

}  // namespace footnote

#endif  // FOOTNOTE_BASE_TEMPORARY_FOLDER_H_
