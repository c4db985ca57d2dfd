// A large file that appears under its name when all of it is on disk.
#ifndef FOOTNOTE_MODEL_QUANTISE_PART_FILE_H_
#define FOOTNOTE_MODEL_QUANTISE_PART_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

// Until Finish it is called PATH.part, and goes with this object; a killed
// process leaves it, and the next one for the same path begins it anew.
class PartFile {
 public:
  // Makes PATH.part of `size` bytes, all of which the disk has room for.
  //   AlreadyExists       `path` is there
  //   FailedPrecondition  another process writes it, or what is called
  //   PATH.part
  //                       has other names too, or is no file
  //   ResourceExhausted   the disk is full
  static absl::StatusOr<std::unique_ptr<PartFile>> Create(
      const std::string& path, uint64_t size);
  ~PartFile();
  PartFile(const PartFile&) = delete;
  PartFile& operator=(const PartFile&) = delete;

  // Writes `bytes` at `offset`.
  absl::Status WriteAt(uint64_t offset, absl::string_view bytes);

  // Brings everything to disk and gives it its name. AlreadyExists when
  // someone else has made a file of that name meanwhile.
  absl::Status Finish();

  const std::string& part() const { return part_; }

 private:
  PartFile(std::string path, std::string part, int fd)
      : path_(std::move(path)), part_(std::move(part)), fd_(fd) {}

  const std::string path_;
  const std::string part_;
  int fd_;
  bool finished_ = false;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_QUANTISE_PART_FILE_H_
