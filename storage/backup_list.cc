#include "storage/backup_list.h"

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/hash.h"

namespace footnote {
namespace {

constexpr char kMagic[] = "footnote backup list ";
constexpr int kVersion = 1;

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("backup list: ", what));
}

// A path that stays below the folder it is put in.
bool IsPlainPath(absl::string_view path) {
  if (path.empty()) return false;
  for (const absl::string_view part : absl::StrSplit(path, '/')) {
    if (part.empty() || part == "." || part == "..") return false;
  }
  return path.find('\0') == absl::string_view::npos;
}

bool IsHash(absl::string_view text) {
  return text.size() == 2 * kSha256Bytes &&
         text.find_first_not_of("0123456789abcdef") == absl::string_view::npos;
}

// "file HASH BYTES CHANGED INODE PATH"
bool ParseFile(absl::string_view line, BackupFile* file) {
  const std::vector<absl::string_view> fields =
      absl::StrSplit(line, absl::MaxSplits(' ', 5));
  if (fields.size() != 6 || fields[0] != "file" || !IsHash(fields[1]) ||
      !absl::SimpleAtoi(fields[2], &file->bytes) ||
      !absl::SimpleAtoi(fields[3], &file->changed_ns) ||
      !absl::SimpleAtoi(fields[4], &file->inode) || !IsPlainPath(fields[5])) {
    return false;
  }
  file->sha256 = std::string(fields[1]);
  file->path = std::string(fields[5]);
  return true;
}

}  // namespace

std::string FormatBackupList(const BackupList& list) {
  std::string text = absl::StrCat(kMagic, kVersion, "\npart ", list.part,
                                  "\ncreated ", list.created_us, "\n");
  for (const BackupFile& file : list.files) {
    absl::StrAppend(&text, "file ", file.sha256, " ", file.bytes, " ",
                    file.changed_ns, " ", file.inode, " ", file.path, "\n");
  }
  absl::StrAppend(&text, "end ", Hex(Sha256(text)), "\n");
  return text;
}

absl::StatusOr<BackupList> ParseBackupList(absl::string_view text) {
  const size_t end = text.rfind("end ");
  if (end == absl::string_view::npos || end == 0 || text[end - 1] != '\n') {
    return Damaged("it has no end");
  }
  absl::string_view sum = text.substr(end + 4);
  if (!absl::ConsumeSuffix(&sum, "\n")) return Damaged("it is cut short");
  text = text.substr(0, end);
  absl::string_view version = text.substr(0, text.find('\n'));
  int number = 0;
  if (!absl::ConsumePrefix(&version, kMagic) ||
      !absl::SimpleAtoi(version, &number)) {
    return Damaged("it does not begin as one");
  }
  if (number > kVersion) {
    return absl::UnimplementedError(absl::StrCat(
        "backup list: version ", number, ", want at most ", kVersion));
  }
  if (sum != Hex(Sha256(text))) return Damaged("its checksum does not match");
  BackupList list;
  bool first = true;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    BackupFile file;
    if (first || line.empty()) {
      first = false;
    } else if (absl::ConsumePrefix(&line, "part ")) {
      list.part = std::string(line);
    } else if (absl::ConsumePrefix(&line, "created ")) {
      if (!absl::SimpleAtoi(line, &list.created_us)) {
        return Damaged("its time is no number");
      }
    } else if (ParseFile(line, &file)) {
      list.files.push_back(std::move(file));
    } else {
      return Damaged(absl::StrCat("a line is senseless: ", line.substr(0, 80)));
    }
  }
  return list;
}

}  // namespace footnote
