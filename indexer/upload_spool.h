// Files that are being uploaded, kept so that a broken call can be gone on
// with.
#ifndef FOOTNOTE_INDEXER_UPLOAD_SPOOL_H_
#define FOOTNOTE_INDEXER_UPLOAD_SPOOL_H_

#include <cstdint>
#include <functional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

// The folder within a store where files are kept, one folder per job.
std::string UploadsFolder(absl::string_view store_folder);

// Keeps the files of one job, by their numbers. A file of up to 4 MiB is in
// memory only, until Keep. Not thread-safe, but for Remove.
class UploadSpool {
 public:
  // `job` and `collection` name the job within `uploads_folder`, which is made
  // when it is first needed.
  UploadSpool(const std::string& uploads_folder, absl::string_view collection,
              absl::string_view job);
  ~UploadSpool();
  UploadSpool(const UploadSpool&) = delete;
  UploadSpool& operator=(const UploadSpool&) = delete;

  // Begins file `number` anew, or goes on behind its first `offset` bytes, of
  // which `each` is given the pieces.
  //   OutOfRange  fewer are kept
  absl::Status Begin(
      uint64_t number, uint64_t offset,
      const std::function<absl::Status(absl::string_view)>& each);

  // Adds bytes to the file. Every 8 MiB of a file that is written down are
  // synced.
  absl::Status Append(absl::string_view data);

  // How much of the file is on disk for good.
  uint64_t kept_bytes() const { return synced_; }

  // Writes down and syncs what came of the file so far.
  absl::Status Keep();

  // The file came whole: what was written down stays until Remove.
  absl::Status End();

  // How much is on disk of file `number`, which is not open.
  uint64_t BytesOf(uint64_t number) const;
  // From any thread, not that of the file that is open.
  void Remove(uint64_t number) const;
  void RemoveAll() const;

 private:
  std::string PathOf(uint64_t number) const;
  absl::Status Open();
  absl::Status WriteAll(absl::string_view data);
  absl::Status Sync();
  void Close();

  const std::string uploads_folder_;
  const std::string folder_;
  uint64_t number_ = 0;
  int fd_ = -1;
  // Of the open file, while it is small.
  std::string pending_;
  uint64_t written_ = 0;
  uint64_t synced_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_UPLOAD_SPOOL_H_
