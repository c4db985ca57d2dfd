#include "storage/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <system_error>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/file.h"
#include "base/lock_file.h"
#include "base/private_folder.h"
#include "base/status_macros.h"
#include "storage/backup_list.h"
#include "storage/copy_file.h"
#include "storage/sound_file.h"

namespace footnote {
namespace {

namespace fs = std::filesystem;

constexpr int kBackupFormat = 1;
constexpr char kFormatPrefix[] = "footnote backup ";
constexpr char kFormatName[] = "FORMAT";
constexpr char kLockName[] = "LOCK";
constexpr char kFilesName[] = "files";
constexpr char kBackupsName[] = "backups";
constexpr absl::Duration kLookAgain = absl::Milliseconds(100);
constexpr size_t kMaxIdBytes = 64;
constexpr size_t kMaxListBytes = size_t{1} << 30;

std::string FilePath(const std::string& folder, const std::string& sha256) {
  return absl::StrCat(folder, "/files/", sha256.substr(0, 2), "/", sha256);
}

std::string ListPath(const std::string& folder, const std::string& id,
                     const std::string& part) {
  return absl::StrCat(folder, "/backups/", id, "/", part);
}

absl::StatusOr<int> ReadFormat(const std::string& folder) {
  const absl::StatusOr<std::string> text =
      ReadFile(absl::StrCat(folder, "/FORMAT"), 1 << 10);
  if (absl::IsNotFound(text.status())) {
    return absl::NotFoundError(absl::StrCat("backup folder ", folder,
                                            ": not found, want one that "
                                            "`backup create` made"));
  }
  RETURN_IF_ERROR(text.status());
  absl::string_view number = absl::StripAsciiWhitespace(*text);
  int format = 0;
  // A store has a FORMAT too.
  if (!absl::ConsumePrefix(&number, kFormatPrefix) ||
      !absl::SimpleAtoi(number, &format) || format < 1) {
    return absl::FailedPreconditionError(
        absl::StrCat("backup folder ", folder,
                     ": its FORMAT is not one of a backup folder"));
  }
  if (format > kBackupFormat) {
    return absl::UnimplementedError(
        absl::StrCat("backup folder ", folder, ": format ", format,
                     ", want at most ", kBackupFormat));
  }
  return format;
}

// The right to write to a backup folder, which one thread of all processes has
// at a time. Two would copy to the same temporary file, and one that removes
// would take the files of a backup whose list is not written yet.
class FolderLock {
 public:
  // Waits for it, as long as `waits`, which may be empty, says so.
  //   Cancelled  it said no
  static absl::StatusOr<std::unique_ptr<FolderLock>> Take(
      const std::string& folder, const std::function<bool()>& waits) {
    const std::string path = absl::StrCat(folder, "/", kLockName);
    const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0660);
    if (fd < 0) return FileError("open", path, errno);
    auto lock = std::unique_ptr<FolderLock>(new FolderLock(fd));
    while (true) {
      ASSIGN_OR_RETURN(const bool locked, TryLockFile(fd, path));
      if (locked) return lock;
      if (waits != nullptr && !waits()) {
        return absl::CancelledError(absl::StrCat(
            "backup folder ", folder, ": another one writes to it: cancelled"));
      }
      absl::SleepFor(kLookAgain);
    }
  }
  ~FolderLock() { close(fd_); }
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  explicit FolderLock(int fd) : fd_(fd) {}
  const int fd_;
};

absl::StatusOr<std::vector<std::string>> Names(const std::string& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator it(folder, error), end; !error && it != end;
       it.increment(error)) {
    names.push_back(it->path().filename().string());
  }
  if (error) return FileError("list", folder, error.value());
  std::sort(names.begin(), names.end());
  return names;
}

bool IsEmpty(const std::string& folder) {
  std::error_code error;
  return !fs::exists(folder, error) || fs::is_empty(folder, error);
}

// OK for a backup folder, and one that may become one: nothing is in it but
// what a process left that was killed while it made one.
absl::Status CheckMayBackUpTo(const std::string& folder) {
  RETURN_IF_ERROR(MakePrivateFolder(folder));
  ASSIGN_OR_RETURN(const std::vector<std::string> names, Names(folder));
  const absl::Status format = ReadFormat(folder).status();
  if (!absl::IsNotFound(format)) return format;
  for (const std::string& name : names) {
    const bool ours = name == kLockName ||
                      absl::StartsWith(name, kFormatName) ||
                      ((name == kFilesName || name == kBackupsName) &&
                       IsEmpty(absl::StrCat(folder, "/", name)));
    // Somebody else may have made it meanwhile.
    if (ours || ReadFormat(folder).ok()) continue;
    return absl::FailedPreconditionError(
        absl::StrCat("backup folder ", folder,
                     ": not empty and no backup folder, want a new one"));
  }
  return absl::OkStatus();
}

// REQUIRES: the folder's lock is held
absl::Status MakeBackupFolder(const std::string& folder) {
  RETURN_IF_ERROR(CheckMayBackUpTo(folder));
  if (ReadFormat(folder).ok()) return absl::OkStatus();
  RETURN_IF_ERROR(MakeFolder(absl::StrCat(folder, "/", kFilesName)));
  RETURN_IF_ERROR(MakeFolder(absl::StrCat(folder, "/", kBackupsName)));
  return WriteFileAtomically(absl::StrCat(folder, "/", kFormatName),
                             absl::StrCat(kFormatPrefix, kBackupFormat, "\n"));
}

absl::StatusOr<BackupList> ReadList(const std::string& folder,
                                    const std::string& id,
                                    const std::string& part) {
  const std::string path = ListPath(folder, id, part);
  ASSIGN_OR_RETURN(const std::string text, ReadFile(path, kMaxListBytes));
  absl::StatusOr<BackupList> list = ParseBackupList(text);
  if (!list.ok()) {
    return absl::Status(list.status().code(),
                        absl::StrCat(path, ": ", list.status().message()));
  }
  if (list->part != part) {
    return absl::DataLossError(
        absl::StrCat(path, ": it is the list of part ", list->part));
  }
  return list;
}

// Files below `source`, by path relative to it.
absl::StatusOr<std::map<std::string, struct stat>> FilesBelow(
    const std::string& source) {
  std::map<std::string, struct stat> files;
  std::error_code error;
  for (fs::recursive_directory_iterator it(source, error), end;
       !error && it != end; it.increment(error)) {
    struct stat info;
    const std::string path = it->path().string();
    if (lstat(path.c_str(), &info) != 0) return FileError("stat", path, errno);
    if (!S_ISREG(info.st_mode)) continue;
    files[path.substr(source.size() + 1)] = info;
  }
  if (error) return FileError("list", source, error.value());
  return files;
}

int64_t ChangedNs(const struct stat& info) {
  return int64_t{info.st_mtim.tv_sec} * 1000000000 + info.st_mtim.tv_nsec;
}

bool IsThere(const std::string& path, uint64_t bytes) {
  struct stat info;
  return stat(path.c_str(), &info) == 0 &&
         static_cast<uint64_t>(info.st_size) == bytes;
}

// What the backups in the folder know of a part's files, by path; the newest
// wins.
std::map<std::string, BackupFile> KnownFiles(const std::string& folder,
                                             const std::string& part) {
  std::map<std::string, BackupFile> known;
  const auto ids = Names(absl::StrCat(folder, "/backups"));
  if (!ids.ok()) return known;
  std::vector<BackupList> lists;
  for (const std::string& id : *ids) {
    absl::StatusOr<BackupList> list = ReadList(folder, id, part);
    if (list.ok()) lists.push_back(*std::move(list));
  }
  std::sort(lists.begin(), lists.end(),
            [](const BackupList& a, const BackupList& b) {
              return a.created_us < b.created_us;
            });
  for (const BackupList& list : lists) {
    for (const BackupFile& file : list.files) known[file.path] = file;
  }
  return known;
}

// Puts a file into the backup under its hash. True when it was not there.
absl::StatusOr<bool> Keep(const std::string& folder, const std::string& path,
                          BackupFile* file) {
  // One at a time, under the folder's lock; an old attempt's rest is
  // overwritten.
  const std::string temporary =
      absl::StrCat(folder, "/files/copy.", getpid(), ".tmp");
  ASSIGN_OR_RETURN(const CopiedFile copied, CopyFile(path, temporary));
  file->sha256 = copied.sha256;
  file->bytes = copied.bytes;
  const std::string kept = FilePath(folder, file->sha256);
  if (IsThere(kept, file->bytes)) {
    unlink(temporary.c_str());
    return false;
  }
  const std::string shelf = fs::path(kept).parent_path().string();
  absl::Status status = MakeFolder(shelf);
  if (status.ok() && rename(temporary.c_str(), kept.c_str()) != 0) {
    status = FileError("rename", kept, errno);
  }
  if (status.ok()) status = SyncFolder(shelf);
  if (!status.ok()) {
    unlink(temporary.c_str());
    return status;
  }
  return true;
}

// Every file of the lists of a backup that can be read.
absl::StatusOr<std::vector<BackupList>> WholeBackup(const std::string& folder,
                                                    const std::string& id) {
  RETURN_IF_ERROR(CheckBackupId(id));
  RETURN_IF_ERROR(ReadFormat(folder).status());
  if (!fs::exists(absl::StrCat(folder, "/backups/", id))) {
    return absl::NotFoundError(
        absl::StrCat("backup ", id, ": not found in ", folder));
  }
  std::vector<BackupList> lists;
  for (const char* part : {kStorePart, kAuditPart}) {
    absl::StatusOr<BackupList> list = ReadList(folder, id, part);
    if (absl::IsNotFound(list.status())) {
      return absl::DataLossError(absl::StrCat(
          "backup ", id, ": it has no part ", part, ": it was cut off"));
    }
    RETURN_IF_ERROR(list.status());
    lists.push_back(*std::move(list));
  }
  return lists;
}

absl::Status DamagedFile(const std::string& id, const BackupFile& file,
                         absl::string_view what) {
  return absl::DataLossError(absl::StrCat("backup ", id, ": file ", file.sha256,
                                          " (", file.path, "): ", what));
}

absl::Status RestoreFile(const std::string& folder, const std::string& id,
                         const BackupFile& file, const std::string& to) {
  RETURN_IF_ERROR(MakeFolder(fs::path(to).parent_path().string()));
  const absl::StatusOr<CopiedFile> copied =
      CopyFile(FilePath(folder, file.sha256), to);
  if (absl::IsNotFound(copied.status())) {
    return DamagedFile(id, file, "it is missing");
  }
  RETURN_IF_ERROR(copied.status());
  if (copied->sha256 != file.sha256) {
    return DamagedFile(id, file, "its bytes do not have its checksum");
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status CheckBackupId(absl::string_view id) {
  const bool good =
      !id.empty() && id.size() <= kMaxIdBytes && id[0] != '.' &&
      std::all_of(id.begin(), id.end(), [](char c) {
        return absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.';
      });
  if (good) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("backup id \"", id.substr(0, kMaxIdBytes),
                   "\": want 1 to 64 of a-z, A-Z, 0-9, '-', '_' and '.'"));
}

absl::Status CheckBackupFolder(absl::string_view root,
                               absl::string_view folder) {
  if (root.empty()) {
    return absl::FailedPreconditionError(
        "backup: this server has no folder for backups, want it started with "
        "--backups DIR");
  }
  const fs::path within = fs::absolute(std::string(root)).lexically_normal();
  const fs::path asked = fs::path(std::string(folder)).lexically_normal();
  const std::string way = asked.lexically_relative(within).string();
  if (asked.is_absolute() && !way.empty() && way != ".." &&
      !absl::StartsWith(way, "../")) {
    return absl::OkStatus();
  }
  return absl::InvalidArgumentError(
      absl::StrCat("backup folder ", folder, ": want an absolute path within ",
                   within.string()));
}

absl::StatusOr<BackupCounts> AddToBackup(
    const std::string& folder, const std::string& id, const std::string& part,
    const std::string& source, const std::string& prefix,
    const std::function<bool(const BackupCounts&)>& progress) {
  RETURN_IF_ERROR(CheckBackupId(id));
  RETURN_IF_ERROR(CheckMayBackUpTo(folder));
  ASSIGN_OR_RETURN(const auto lock, FolderLock::Take(folder, [&progress] {
                     return progress == nullptr || progress(BackupCounts());
                   }));
  RETURN_IF_ERROR(MakeBackupFolder(folder));
  const std::string list_path = ListPath(folder, id, part);
  if (fs::exists(list_path)) {
    return absl::AlreadyExistsError(
        absl::StrCat("backup ", id, ": it has part ", part, " already"));
  }
  const std::map<std::string, BackupFile> known = KnownFiles(folder, part);
  ASSIGN_OR_RETURN(const auto files, FilesBelow(source));
  BackupList list;
  list.part = part;
  list.created_us = absl::GetCurrentTimeNanos() / 1000;
  BackupCounts counts;
  for (const auto& entry : files) {
    BackupFile file;
    file.path = absl::StrCat(prefix, entry.first);
    file.bytes = static_cast<uint64_t>(entry.second.st_size);
    file.changed_ns = ChangedNs(entry.second);
    file.inode = entry.second.st_ino;
    const auto before = known.find(file.path);
    if (before != known.end() && before->second.bytes == file.bytes &&
        before->second.changed_ns == file.changed_ns &&
        before->second.inode == file.inode &&
        IsThere(FilePath(folder, before->second.sha256), file.bytes)) {
      file.sha256 = before->second.sha256;
    } else {
      const std::string path = absl::StrCat(source, "/", entry.first);
      const absl::Status sound = CheckIsSound(path);
      if (!sound.ok()) {
        return absl::DataLossError(
            absl::StrCat("backup ", id, ": ", file.path,
                         " is damaged in the store: ", sound.message()));
      }
      ASSIGN_OR_RETURN(const bool added, Keep(folder, path, &file));
      counts.new_files += added;
      counts.new_bytes += added ? file.bytes : 0;
    }
    ++counts.files;
    counts.bytes += file.bytes;
    list.files.push_back(std::move(file));
    if (progress != nullptr && !progress(counts)) {
      return absl::CancelledError(absl::StrCat("backup ", id, ": cancelled"));
    }
  }
  RETURN_IF_ERROR(SyncFolder(absl::StrCat(folder, "/files")));
  RETURN_IF_ERROR(MakeFolder(absl::StrCat(folder, "/backups/", id)));
  RETURN_IF_ERROR(SyncFolder(absl::StrCat(folder, "/backups")));
  RETURN_IF_ERROR(WriteFileAtomically(list_path, FormatBackupList(list)));
  return counts;
}

absl::StatusOr<std::vector<BackupInfo>> ListBackups(const std::string& folder) {
  RETURN_IF_ERROR(ReadFormat(folder).status());
  ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                   Names(absl::StrCat(folder, "/backups")));
  std::vector<BackupInfo> backups;
  for (const std::string& id : ids) {
    BackupInfo info;
    info.id = id;
    for (const char* part : {kStorePart, kAuditPart}) {
      const absl::StatusOr<BackupList> list = ReadList(folder, id, part);
      if (!list.ok()) {
        info.missing.push_back(part);
        continue;
      }
      info.created_us = std::max(info.created_us, list->created_us);
      info.files += list->files.size();
      for (const BackupFile& file : list->files) info.bytes += file.bytes;
    }
    backups.push_back(std::move(info));
  }
  std::stable_sort(backups.begin(), backups.end(),
                   [](const BackupInfo& a, const BackupInfo& b) {
                     return a.created_us < b.created_us;
                   });
  return backups;
}

absl::StatusOr<std::string> NewestBackup(const std::string& folder) {
  ASSIGN_OR_RETURN(const std::vector<BackupInfo> backups, ListBackups(folder));
  for (auto it = backups.rbegin(); it != backups.rend(); ++it) {
    if (it->missing.empty()) return it->id;
  }
  return absl::NotFoundError(
      absl::StrCat("backup folder ", folder, ": it holds no whole backup"));
}

absl::StatusOr<std::vector<std::string>> VerifyBackup(const std::string& folder,
                                                      const std::string& id) {
  std::vector<std::string> damage;
  const absl::StatusOr<std::vector<BackupList>> lists = WholeBackup(folder, id);
  if (absl::IsDataLoss(lists.status())) {
    damage.emplace_back(lists.status().message());
    return damage;
  }
  RETURN_IF_ERROR(lists.status());
  std::map<std::string, bool> good;
  for (const BackupList& list : *lists) {
    for (const BackupFile& file : list.files) {
      const auto seen = good.find(file.sha256);
      if (seen != good.end() && seen->second) continue;
      const absl::StatusOr<CopiedFile> read =
          HashFile(FilePath(folder, file.sha256));
      good[file.sha256] = read.ok() && read->sha256 == file.sha256;
      if (absl::IsNotFound(read.status())) {
        damage.emplace_back(DamagedFile(id, file, "it is missing").message());
      } else if (!read.ok()) {
        damage.emplace_back(read.status().message());
      } else if (read->sha256 != file.sha256) {
        damage.emplace_back(
            DamagedFile(id, file, "its bytes do not have its checksum")
                .message());
      }
    }
  }
  return damage;
}

absl::Status RestoreBackup(const std::string& folder, const std::string& id,
                           std::string store) {
  ASSIGN_OR_RETURN(const std::vector<BackupList> lists,
                   WholeBackup(folder, id));
  std::error_code error;
  // What is restored lies beside it until it is whole: so where links lead, and
  // without the slash that shells put behind the name of a folder.
  fs::path place = fs::weakly_canonical(store, error);
  if (error) return FileError("restore to", store, error.value());
  if (place.filename().empty()) place = place.parent_path();
  store = place.string();
  if (fs::exists(store, error) &&
      !(fs::is_directory(store, error) && fs::is_empty(store, error))) {
    return absl::AlreadyExistsError(
        absl::StrCat("restore to ", store,
                     ": it exists and is not empty, want a new folder"));
  }
  const std::string partial = absl::StrCat(store, ".restoring");
  fs::remove_all(partial, error);
  absl::Status status = MakePrivateFolder(partial);
  std::set<std::string> folders = {partial};
  for (const BackupList& list : lists) {
    for (const BackupFile& file : list.files) {
      if (!status.ok()) break;
      const std::string path = absl::StrCat(partial, "/", file.path);
      status = RestoreFile(folder, id, file, path);
      folders.insert(fs::path(path).parent_path().string());
    }
  }
  for (const std::string& made : folders) {
    if (status.ok()) status = SyncFolder(made);
  }
  if (status.ok() && fs::exists(store, error) && rmdir(store.c_str()) != 0) {
    status = FileError("replace", store, errno);
  }
  if (status.ok() && rename(partial.c_str(), store.c_str()) != 0) {
    status = FileError("rename", store, errno);
  }
  if (!status.ok()) {
    fs::remove_all(partial, error);
    return status;
  }
  const std::string parent = fs::path(store).parent_path().string();
  return SyncFolder(parent.empty() ? "." : parent);
}

absl::StatusOr<uint64_t> RemoveBackup(const std::string& folder,
                                      const std::string& id) {
  RETURN_IF_ERROR(CheckBackupId(id));
  RETURN_IF_ERROR(ReadFormat(folder).status());
  ASSIGN_OR_RETURN(const auto lock, FolderLock::Take(folder, nullptr));
  const std::string gone = absl::StrCat(folder, "/backups/", id);
  std::error_code error;
  if (!fs::exists(gone, error)) {
    return absl::NotFoundError(
        absl::StrCat("backup ", id, ": not found in ", folder));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> ids,
                   Names(absl::StrCat(folder, "/backups")));
  std::set<std::string> used;
  for (const std::string& other : ids) {
    if (other == id) continue;
    for (const char* part : {kStorePart, kAuditPart}) {
      const absl::StatusOr<BackupList> list = ReadList(folder, other, part);
      if (absl::IsNotFound(list.status())) continue;
      // With a list that can't be read nobody knows what is still used.
      RETURN_IF_ERROR(list.status());
      for (const BackupFile& file : list->files) used.insert(file.sha256);
    }
  }
  fs::remove_all(gone, error);
  if (error) return FileError("remove", gone, error.value());
  RETURN_IF_ERROR(SyncFolder(absl::StrCat(folder, "/backups")));
  uint64_t freed = 0;
  ASSIGN_OR_RETURN(const auto files,
                   FilesBelow(absl::StrCat(folder, "/files")));
  for (const auto& entry : files) {
    if (used.count(fs::path(entry.first).filename().string()) > 0) continue;
    const std::string path = absl::StrCat(folder, "/files/", entry.first);
    if (unlink(path.c_str()) != 0) return FileError("remove", path, errno);
    freed += static_cast<uint64_t>(entry.second.st_size);
  }
  return freed;
}

}  // namespace footnote
