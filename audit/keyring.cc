#include "audit/keyring.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "audit/crypto/seal.h"
#include "audit/secret_file.h"
#include "audit/write_all.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/lock_file.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr size_t kRowBytes = Keyring::kRowBytes;
constexpr size_t kTagBytes = 16;
// Kind, number, time and tag: what a wrapped key is bound to.
constexpr size_t kPlaceBytes = 32;
constexpr size_t kCheckBytes = 8;

void PutFixed(uint64_t value, size_t offset, int bytes, std::string* row) {
  for (int i = 0; i < bytes; ++i) {
    (*row)[offset + i] = static_cast<char>(value >> (8 * i));
  }
}

std::string Checksum(absl::string_view row) {
  return Sha256(row.substr(0, kRowBytes - kCheckBytes)).substr(0, kCheckBytes);
}

// A file that could be opened for reading alone is on a disk that is so.
absl::Status NotWritten(const std::string& path, int error) {
  return FileError("write keyring", path, error == EBADF ? EROFS : error);
}

// A row without its key.
std::string NewRow(KeyKind kind, uint32_t number, absl::string_view tag) {
  std::string row(kRowBytes, '\0');
  row[0] = static_cast<char>(kind);
  PutFixed(number, 4, 4, &row);
  PutFixed(absl::ToUnixMicros(absl::Now()), 8, 8, &row);
  row.replace(16, tag.size(), tag.data(), tag.size());
  return row;
}

void Finish(std::string* row) {
  row->replace(kRowBytes - kCheckBytes, kCheckBytes, Checksum(*row));
}

std::string KeyRow(absl::string_view master, KeyKind kind, uint32_t number,
                   absl::string_view tag, absl::string_view key) {
  std::string row = NewRow(kind, number, tag);
  row.replace(kPlaceBytes, kWrappedKeyBytes,
              WrapKey(master, row.substr(0, kPlaceBytes), key));
  Finish(&row);
  return row;
}

std::string DestroyedRow(uint32_t number) {
  std::string row = NewRow(KeyKind::kDestroyed, number, "");
  Finish(&row);
  return row;
}

KeyKind KindOf(const std::string& row) { return static_cast<KeyKind>(row[0]); }

bool IsWhole(const std::string& row, uint32_t number) {
  std::string expected(4, '\0');
  PutFixed(number, 0, 4, &expected);
  return row.compare(kRowBytes - kCheckBytes, kCheckBytes, Checksum(row)) ==
             0 &&
         row.compare(4, 4, expected) == 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Keyring>> Keyring::Open(
    const std::string& path, MasterKeySource* master) {
  struct stat info;
  const bool is_there = stat(path.c_str(), &info) == 0;
  if (!is_there && errno != ENOENT)
    return FileError("open keyring", path, errno);
  const bool is_new = !is_there || info.st_size == 0;
  ASSIGN_OR_RETURN(std::string key, master->Fetch(/*make=*/is_new));
  // Or another process does, which has the lock then.
  if (is_new) RETURN_IF_ERROR(Make(path, key));
  int file = open(path.c_str(), O_RDWR | O_CLOEXEC);
  // Of a disk that can only be read, keys can still be.
  const bool only_read = file < 0 && errno == EROFS;
  if (only_read) file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) return FileError("open keyring", path, errno);
  std::unique_ptr<Keyring> keyring(new Keyring(path, file));
  // Two would give their keys the same numbers, and write one over the other.
  const absl::StatusOr<bool> locked =
      only_read ? absl::StatusOr<bool>(true) : TryLockFile(file, path);
  RETURN_IF_ERROR(locked.status());
  if (!*locked) {
    return absl::FailedPreconditionError(
        absl::StrCat("keyring ", path,
                     ": another process holds it, want one for each store"));
  }
  keyring->master_ = std::move(key);
  RETURN_IF_ERROR(keyring->Load());
  return keyring;
}

absl::Status Keyring::Make(const std::string& path, absl::string_view master) {
  std::string seed = RandomBytes(kKeyBytes);
  const std::string row =
      KeyRow(master, KeyKind::kSigning, 0, std::string(kTagBytes, '\0'), seed);
  Wipe(&seed);
  return MakeSecretFile(path, row);
}

Keyring::~Keyring() {
  Wipe(&master_);
  close(file_);
}

absl::Status Keyring::Load() {
  ASSIGN_OR_RETURN(std::string bytes, ReadFile(path_));
  // What a crash of the machine left of rows that were never synced.
  bytes.resize(bytes.size() / kRowBytes * kRowBytes);
  const std::string nothing(kRowBytes, '\0');
  while (bytes.size() >= kRowBytes &&
         bytes.compare(bytes.size() - kRowBytes, kRowBytes, nothing) == 0) {
    bytes.resize(bytes.size() - kRowBytes);
  }
  for (size_t begin = 0; begin < bytes.size(); begin += kRowBytes) {
    const uint32_t number = static_cast<uint32_t>(rows_.size());
    rows_.push_back(bytes.substr(begin, kRowBytes));
    const KeyKind kind = KindOf(rows_.back());
    if (IsWhole(rows_.back(), number) &&
        (kind == KeyKind::kSubject || kind == KeyKind::kDocument)) {
      numbers_[rows_.back().substr(16, kTagBytes)] = number;
    }
  }
  if (rows_.empty() || !IsWhole(rows_[0], 0) ||
      KindOf(rows_[0]) != KeyKind::kSigning) {
    return absl::DataLossError(
        absl::StrCat("keyring ", path_, ": row 0, the log's signing key, is ",
                     rows_.empty() ? "missing" : "damaged"));
  }
  ASSIGN_OR_RETURN(std::string seed, Unwrap(rows_[0]));
  signing_key_ = std::make_unique<SigningKey>(seed);
  Wipe(&seed);
  return absl::OkStatus();
}

absl::StatusOr<std::string> Keyring::Unwrap(const std::string& row) const {
  const absl::string_view view = row;
  absl::StatusOr<std::string> key =
      UnwrapKey(master_, view.substr(0, kPlaceBytes),
                view.substr(kPlaceBytes, kWrappedKeyBytes));
  if (key.ok()) return key;
  return absl::DataLossError(
      absl::StrCat("keyring ", path_, ": ", key.status().message()));
}

// REQUIRES: mutex_ is held, or nobody else knows of this object
absl::StatusOr<Keyring::Key> Keyring::Add(KeyKind kind,
                                          const std::string& tag) {
  Key key;
  key.number = static_cast<uint32_t>(rows_.size());
  key.bytes = RandomBytes(kKeyBytes);
  const std::string row = KeyRow(master_, kind, key.number, tag, key.bytes);
  if (pwrite(file_, row.data(), row.size(), key.number * kRowBytes) !=
      static_cast<ssize_t>(row.size())) {
    return NotWritten(path_, errno);
  }
  rows_.push_back(row);
  return key;
}

absl::StatusOr<Keyring::Key> Keyring::FindOrAdd(KeyKind kind,
                                                absl::string_view scope,
                                                absl::string_view name) {
  const std::string tag =
      Tag(kind == KeyKind::kSubject ? "subject" : "document", scope, name);
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = numbers_.find(tag);
  if (found != numbers_.end()) {
    Key key;
    key.number = found->second;
    ASSIGN_OR_RETURN(key.bytes, Unwrap(rows_[key.number]));
    return key;
  }
  ASSIGN_OR_RETURN(Key key, Add(kind, tag));
  numbers_[tag] = key.number;
  return key;
}

absl::StatusOr<uint32_t> Keyring::Find(KeyKind kind, absl::string_view scope,
                                       absl::string_view name) const {
  const std::string tag =
      Tag(kind == KeyKind::kSubject ? "subject" : "document", scope, name);
  const std::lock_guard<std::mutex> lock(mutex_);
  const auto found = numbers_.find(tag);
  if (found == numbers_.end()) return absl::NotFoundError("no such key");
  return found->second;
}

absl::StatusOr<std::string> Keyring::Get(uint32_t number) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (number >= rows_.size()) {
    return absl::DataLossError(absl::StrCat("keyring ", path_, ": key ", number,
                                            ", want one below ", rows_.size()));
  }
  if (!IsWhole(rows_[number], number)) {
    return absl::DataLossError(
        absl::StrCat("keyring ", path_, ": row ", number, " is damaged"));
  }
  if (KindOf(rows_[number]) == KeyKind::kDestroyed) {
    return absl::NotFoundError(absl::StrCat("key ", number, " was destroyed"));
  }
  if (KindOf(rows_[number]) == KeyKind::kLost) {
    return absl::DataLossError(
        absl::StrCat("keyring ", path_, ": key ", number,
                     " is lost: an older keyring was put in its place"));
  }
  return Unwrap(rows_[number]);
}

bool Keyring::IsDestroyed(uint32_t number) const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return number < rows_.size() && IsWhole(rows_[number], number) &&
         KindOf(rows_[number]) == KeyKind::kDestroyed;
}

absl::Status Keyring::Sync() {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (unsynced_ == rows_.size()) return absl::OkStatus();
  for (size_t i = unsynced_; wants_rewrite_ && i < rows_.size(); ++i) {
    if (pwrite(file_, rows_[i].data(), kRowBytes, i * kRowBytes) !=
        static_cast<ssize_t>(kRowBytes)) {
      return NotWritten(path_, errno);
    }
  }
  wants_rewrite_ = true;
  if (fdatasync(file_) != 0) return FileError("sync keyring", path_, errno);
  wants_rewrite_ = false;
  unsynced_ = rows_.size();
  return absl::OkStatus();
}

absl::Status Keyring::KeepNumbers(uint32_t size) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (rows_.size() >= size) return absl::OkStatus();
  while (rows_.size() < size) {
    const uint32_t number = static_cast<uint32_t>(rows_.size());
    std::string row = NewRow(KeyKind::kLost, number, "");
    Finish(&row);
    if (pwrite(file_, row.data(), row.size(), number * kRowBytes) !=
        static_cast<ssize_t>(row.size())) {
      return NotWritten(path_, errno);
    }
    rows_.push_back(row);
  }
  if (fdatasync(file_) != 0) return FileError("sync keyring", path_, errno);
  unsynced_ = rows_.size();
  return absl::OkStatus();
}

absl::Status Keyring::Destroy(uint32_t number) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (number == 0 || number >= rows_.size()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "keyring: key ", number, ", want one from 1 to ", rows_.size() - 1));
  }
  if (IsWhole(rows_[number], number) &&
      KindOf(rows_[number]) == KeyKind::kDestroyed) {
    return absl::OkStatus();
  }
  std::string row = DestroyedRow(number);
  if (pwrite(file_, row.data(), row.size(), number * kRowBytes) !=
          static_cast<ssize_t>(row.size()) ||
      fdatasync(file_) != 0) {
    return NotWritten(path_, errno);
  }
  SetDestroyed(number, std::move(row));
  return absl::OkStatus();
}

void Keyring::Forget(uint32_t number) {
  const std::lock_guard<std::mutex> lock(mutex_);
  if (number == 0 || number >= rows_.size()) return;
  SetDestroyed(number, DestroyedRow(number));
}

// REQUIRES: mutex_ is held
void Keyring::SetDestroyed(uint32_t number, std::string row) {
  const auto found = numbers_.find(rows_[number].substr(16, kTagBytes));
  if (found != numbers_.end() && found->second == number) {
    numbers_.erase(found);
  }
  rows_[number] = std::move(row);
}

std::string Keyring::Tag(absl::string_view kind, absl::string_view scope,
                         absl::string_view name) const {
  return DeriveKey(master_, {"tag", kind, scope, name}).substr(0, kTagBytes);
}

absl::Status Keyring::CopyTo(const std::string& path) const {
  std::string bytes;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    for (const std::string& row : rows_) bytes += row;
  }
  const int copy = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC,
                        S_IRUSR | S_IWUSR);
  if (copy < 0 && errno == EEXIST) {
    return absl::AlreadyExistsError(absl::StrCat(
        "keys ", path, ": there is such a file, want the name of a new one"));
  }
  if (copy < 0) return FileError("create", path, errno);
  int error = WriteAll(copy, bytes);
  if (error == 0 && fsync(copy) != 0) error = errno;
  close(copy);
  const size_t slash = path.rfind('/');
  const absl::Status status =
      error != 0
          ? FileError("write", path, error)
          : SyncFolder(slash == std::string::npos ? "."
                                                  : path.substr(0, slash + 1));
  if (!status.ok()) unlink(path.c_str());
  return status;
}

std::vector<std::string> Keyring::Check() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<std::string> wrong;
  for (uint32_t number = 0; number < rows_.size(); ++number) {
    const std::string& row = rows_[number];
    if (!IsWhole(row, number)) {
      wrong.push_back(absl::StrCat("keyring: row ", number, " is damaged"));
    } else if (KindOf(row) == KeyKind::kLost) {
      wrong.push_back(absl::StrCat("keyring: key ", number,
                                   " is lost: the file is an older one"));
    } else if (KindOf(row) != KeyKind::kDestroyed && !Unwrap(row).ok()) {
      wrong.push_back(absl::StrCat("keyring: row ", number,
                                   " is not wrapped by this master key"));
    }
  }
  return wrong;
}

uint32_t Keyring::size() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return static_cast<uint32_t>(rows_.size());
}

}  // namespace footnote
