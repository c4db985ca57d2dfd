#include "indexer/formats/zip_parts.h"

#include <archive.h>
#include <archive_entry.h>

#include <algorithm>
#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr size_t kReadBytes = 64 << 10;
constexpr size_t kBombBytes = 16 << 20;

struct FreeArchive {
  void operator()(archive* a) const { archive_read_free(a); }
};

absl::Status Damaged(archive* a) {
  const char* const why = archive_error_string(a);
  return absl::InvalidArgumentError(
      absl::StrCat("archive: damaged, ", why == nullptr ? "unreadable" : why));
}

absl::StatusOr<std::string> ReadEntry(archive* a, absl::string_view name,
                                      size_t packed, const ZipLimits& limits,
                                      size_t left) {
  std::string out;
  while (true) {
    const size_t at = out.size();
    out.resize(at + kReadBytes);
    const la_ssize_t got = archive_read_data(a, &out[at], kReadBytes);
    if (got < 0) {
      if (archive_read_has_encrypted_entries(a) > 0) {
        return absl::UnimplementedError("archive: encrypted, want it open");
      }
      return Damaged(a);
    }
    out.resize(at + static_cast<size_t>(got));
    if (got == 0) return out;
    if (out.size() > kBombBytes && out.size() / limits.max_ratio > packed) {
      return absl::ResourceExhaustedError(absl::StrCat(
          "archive: a bomb, ", name, " unpacks to over ", limits.max_ratio,
          " times the archive's ", packed, " bytes"));
    }
    if (out.size() > left) {
      return absl::ResourceExhaustedError(
          absl::StrCat("archive: its parts unpack to over ", limits.max_bytes,
                       " bytes, want at most that many"));
    }
  }
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  const char lower = absl::ascii_tolower(static_cast<unsigned char>(c));
  return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
}

std::string DecodePercent(absl::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '%' && i + 2 < text.size() && HexDigit(text[i + 1]) >= 0 &&
        HexDigit(text[i + 2]) >= 0) {
      out.push_back(static_cast<char>(HexDigit(text[i + 1]) * 16 +
                                      HexDigit(text[i + 2])));
      i += 2;
    } else {
      out.push_back(text[i]);
    }
  }
  return out;
}

}  // namespace

absl::StatusOr<ZipParts> ReadZipParts(
    absl::string_view zip, const ZipLimits& limits,
    const std::function<bool(absl::string_view name)>& wanted) {
  const std::unique_ptr<archive, FreeArchive> reader(archive_read_new());
  archive* const a = reader.get();
  archive_read_support_format_zip_seekable(a);
  if (archive_read_open_memory(a, zip.data(), zip.size()) != ARCHIVE_OK) {
    return Damaged(a);
  }
  ZipParts parts;
  size_t left = limits.max_bytes;
  for (size_t entries = 0;; ++entries) {
    if (entries > limits.max_entries) {
      return absl::ResourceExhaustedError(
          absl::StrCat("archive: over ", limits.max_entries,
                       " entries, want at most that many"));
    }
    archive_entry* entry = nullptr;
    const int code = archive_read_next_header(a, &entry);
    if (code == ARCHIVE_EOF) return parts;
    if (code != ARCHIVE_OK && code != ARCHIVE_WARN) return Damaged(a);
    const char* const name = archive_entry_pathname(entry);
    if (name == nullptr || !wanted(name)) continue;
    if (archive_entry_is_encrypted(entry)) {
      return absl::UnimplementedError("archive: encrypted, want it open");
    }
    ASSIGN_OR_RETURN(std::string bytes,
                     ReadEntry(a, name, zip.size(), limits, left));
    left -= std::min(left, bytes.size());
    parts.emplace(name, std::move(bytes));
  }
}

std::string ResolvePart(absl::string_view from, absl::string_view target) {
  const std::string plain = DecodePercent(target.substr(0, target.find('#')));
  std::vector<absl::string_view> path;
  if (plain.empty() || plain[0] != '/') {
    path = absl::StrSplit(from, '/', absl::SkipEmpty());
    if (!path.empty()) path.pop_back();
  }
  for (absl::string_view step : absl::StrSplit(plain, '/', absl::SkipEmpty())) {
    if (step == "..") {
      if (!path.empty()) path.pop_back();
    } else if (step != ".") {
      path.push_back(step);
    }
  }
  return absl::StrJoin(path, "/");
}

}  // namespace footnote
