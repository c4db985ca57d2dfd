#include "indexer/upload_spool.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr size_t kInMemory = 4 << 20;
constexpr uint64_t kSyncEvery = 8 << 20;
constexpr size_t kPieceBytes = 1 << 20;

// A job's id may be any of 128 characters; its folder's name is short.
std::string FolderName(absl::string_view collection, absl::string_view job) {
  return Hex(Sha256(absl::StrCat(collection, "/", job))).substr(0, 32);
}

}  // namespace

std::string UploadsFolder(absl::string_view store_folder) {
  return absl::StrCat(store_folder, "/uploads");
}

UploadSpool::UploadSpool(const std::string& uploads_folder,
                         absl::string_view collection, absl::string_view job)
    : uploads_folder_(uploads_folder),
      folder_(absl::StrCat(uploads_folder, "/", FolderName(collection, job))) {}

UploadSpool::~UploadSpool() { Close(); }

std::string UploadSpool::PathOf(uint64_t number) const {
  return absl::StrCat(folder_, "/", number);
}

absl::Status UploadSpool::Begin(
    uint64_t number, uint64_t offset,
    const std::function<absl::Status(absl::string_view)>& each) {
  Close();
  number_ = number;
  pending_.clear();
  written_ = synced_ = 0;
  if (offset == 0) {
    Remove(number);
    return absl::OkStatus();
  }
  const uint64_t kept = BytesOf(number);
  if (kept < offset) {
    return absl::OutOfRangeError(absl::StrCat("file: offset ", offset,
                                              ", want at most ", kept,
                                              ", which are kept of it"));
  }
  RETURN_IF_ERROR(Open());
  std::string piece;
  for (uint64_t at = 0; at < offset;) {
    piece.resize(std::min<uint64_t>(kPieceBytes, offset - at));
    const ssize_t got =
        pread(fd_, &piece[0], piece.size(), static_cast<off_t>(at));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return FileError("read", PathOf(number), errno);
    piece.resize(static_cast<size_t>(got));
    RETURN_IF_ERROR(each(piece));
    at += piece.size();
  }
  if (ftruncate(fd_, static_cast<off_t>(offset)) != 0 ||
      lseek(fd_, 0, SEEK_END) < 0) {
    return FileError("cut", PathOf(number), errno);
  }
  written_ = synced_ = offset;
  return absl::OkStatus();
}

absl::Status UploadSpool::Open() {
  RETURN_IF_ERROR(MakeFolder(uploads_folder_));
  RETURN_IF_ERROR(MakeFolder(folder_));
  const std::string path = PathOf(number_);
  fd_ = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  return fd_ >= 0 ? absl::OkStatus() : FileError("open", path, errno);
}

absl::Status UploadSpool::WriteAll(absl::string_view data) {
  while (!data.empty()) {
    const ssize_t put = write(fd_, data.data(), data.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) return FileError("write", PathOf(number_), errno);
    data.remove_prefix(static_cast<size_t>(put));
    written_ += static_cast<uint64_t>(put);
  }
  return absl::OkStatus();
}

absl::Status UploadSpool::Append(absl::string_view data) {
  if (fd_ < 0) {
    pending_.append(data.data(), data.size());
    if (pending_.size() <= kInMemory) return absl::OkStatus();
    return Keep();
  }
  RETURN_IF_ERROR(WriteAll(data));
  return written_ - synced_ < kSyncEvery ? absl::OkStatus() : Sync();
}

absl::Status UploadSpool::Sync() {
  if (fdatasync(fd_) != 0) return FileError("sync", PathOf(number_), errno);
  synced_ = written_;
  return absl::OkStatus();
}

absl::Status UploadSpool::Keep() {
  if (fd_ < 0) {
    if (pending_.empty()) return absl::OkStatus();
    RETURN_IF_ERROR(Open());
    RETURN_IF_ERROR(WriteAll(pending_));
    pending_ = std::string();
    // The file's name, too, and the folders'.
    const std::string within =
        std::filesystem::path(uploads_folder_).parent_path().string();
    RETURN_IF_ERROR(SyncFolder(folder_));
    RETURN_IF_ERROR(SyncFolder(uploads_folder_));
    RETURN_IF_ERROR(SyncFolder(within.empty() ? "." : within));
  }
  return written_ == synced_ ? absl::OkStatus() : Sync();
}

absl::Status UploadSpool::End() {
  absl::Status status;
  if (fd_ >= 0 && written_ != synced_) status = Sync();
  Close();
  pending_ = std::string();
  return status;
}

void UploadSpool::Close() {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
}

uint64_t UploadSpool::BytesOf(uint64_t number) const {
  struct stat info;
  return stat(PathOf(number).c_str(), &info) == 0
             ? static_cast<uint64_t>(info.st_size)
             : 0;
}

void UploadSpool::Remove(uint64_t number) const {
  unlink(PathOf(number).c_str());
}

void UploadSpool::RemoveAll() const {
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

}  // namespace footnote
