#include "model/encoder/weights_file.h"

#include <cstring>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/hash.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr absl::string_view kMagic("FNENCODE", 8);
constexpr uint32_t kVersion = 1;
constexpr size_t kKindBytes = 32;
constexpr size_t kFixedBytes = 8 + 4 + 4 + 8 + kKindBytes;
constexpr size_t kNameBytes = 40;
constexpr size_t kEntryBytes = kNameBytes + 8 + 8 + kSha256Bytes;
constexpr size_t kAlignment = 64;
constexpr uint32_t kMaxSections = 4096;

// The file is little-endian, and so is every machine that this builds for.
template <typename T>
T Get(absl::string_view bytes, size_t offset) {
  T value;
  std::memcpy(&value, bytes.data() + offset, sizeof(value));
  return value;
}

// Up to the first NUL.
std::string Text(absl::string_view field) {
  return std::string(field.substr(0, field.find('\0')));
}

}  // namespace

absl::StatusOr<std::unique_ptr<WeightsFile>> WeightsFile::Open(
    const std::string& path) {
  ASSIGN_OR_RETURN(std::unique_ptr<MappedFile> mapping, MappedFile::Open(path));
  ASSIGN_OR_RETURN(std::unique_ptr<WeightsFile> file,
                   FromBytes(mapping->contents(), path));
  file->mapping_ = std::move(mapping);
  return file;
}

absl::StatusOr<std::unique_ptr<WeightsFile>> WeightsFile::FromBytes(
    absl::string_view bytes, absl::string_view name) {
  std::unique_ptr<WeightsFile> file = absl::WrapUnique(new WeightsFile());
  file->name_ = std::string(name);
  RETURN_IF_ERROR(file->Read(bytes));
  return file;
}

absl::Status WeightsFile::Damaged(absl::string_view section,
                                  absl::string_view why) const {
  return absl::DataLossError(
      absl::StrCat("encoder weights ", name_, ": ", section, ": ", why));
}

absl::Status WeightsFile::Read(absl::string_view bytes) {
  if (bytes.size() < kFixedBytes + kSha256Bytes) {
    return Damaged("header",
                   absl::StrCat(bytes.size(), " bytes, want at least ",
                                kFixedBytes + kSha256Bytes));
  }
  if (bytes.substr(0, kMagic.size()) != kMagic) {
    return Damaged("header", absl::StrCat("magic ", Hex(bytes.substr(0, 8)),
                                          ", want ", Hex(kMagic)));
  }
  const uint32_t version = Get<uint32_t>(bytes, 8);
  if (version != kVersion) {
    return absl::UnimplementedError(
        absl::StrCat("encoder weights ", name_, ": format version ", version,
                     ", this release reads ", kVersion));
  }
  const uint32_t count = Get<uint32_t>(bytes, 12);
  const uint64_t size = Get<uint64_t>(bytes, 16);
  if (size != bytes.size()) {
    return Damaged("header", absl::StrCat("the file has ", bytes.size(),
                                          " bytes, want ", size));
  }
  const size_t table_end = kFixedBytes + size_t{count} * kEntryBytes;
  if (count > kMaxSections || table_end + kSha256Bytes > bytes.size()) {
    return Damaged("header", absl::StrCat(count, " sections do not fit"));
  }
  const std::string hash = Sha256(bytes.substr(0, table_end));
  if (bytes.substr(table_end, kSha256Bytes) != hash) {
    return Damaged("header",
                   absl::StrCat("SHA-256 ", Hex(hash), ", want ",
                                Hex(bytes.substr(table_end, kSha256Bytes))));
  }
  hash_ = Hex(hash);
  kind_ = Text(bytes.substr(24, kKindBytes));
  for (uint32_t i = 0; i < count; ++i) {
    const absl::string_view entry =
        bytes.substr(kFixedBytes + i * kEntryBytes, kEntryBytes);
    const std::string section = Text(entry.substr(0, kNameBytes));
    const uint64_t offset = Get<uint64_t>(entry, kNameBytes);
    const uint64_t length = Get<uint64_t>(entry, kNameBytes + 8);
    const std::string place = absl::StrCat("section ", section);
    if (offset % kAlignment != 0 || offset > bytes.size() ||
        length > bytes.size() - offset) {
      return Damaged(place, absl::StrCat(length, " bytes at ", offset,
                                         " are outside the file"));
    }
    const absl::string_view content = bytes.substr(offset, length);
    const absl::string_view want = entry.substr(kNameBytes + 16);
    const std::string found = Sha256(content);
    if (found != want) {
      return Damaged(
          place, absl::StrCat("SHA-256 ", Hex(found), ", want ", Hex(want)));
    }
    if (!sections_.emplace(section, content).second) {
      return Damaged(place, "stands there twice");
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::string_view> WeightsFile::Section(
    absl::string_view name) const {
  const auto found = sections_.find(std::string(name));
  if (found == sections_.end()) {
    return Damaged(absl::StrCat("section ", name), "missing");
  }
  return found->second;
}

absl::StatusOr<absl::string_view> WeightsFile::Bytes(absl::string_view name,
                                                     size_t bytes) const {
  ASSIGN_OR_RETURN(absl::string_view content, Section(name));
  if (content.size() != bytes) {
    return Damaged(absl::StrCat("section ", name),
                   absl::StrCat(content.size(), " bytes, want ", bytes));
  }
  return content;
}

absl::StatusOr<absl::Span<const float>> WeightsFile::Floats(
    absl::string_view name, size_t count) const {
  ASSIGN_OR_RETURN(absl::string_view content,
                   Bytes(name, count * sizeof(float)));
  return absl::Span<const float>(reinterpret_cast<const float*>(content.data()),
                                 count);
}

absl::StatusOr<absl::Span<const int32_t>> WeightsFile::Integers(
    absl::string_view name, size_t count) const {
  ASSIGN_OR_RETURN(absl::string_view content,
                   Bytes(name, count * sizeof(int32_t)));
  return absl::Span<const int32_t>(
      reinterpret_cast<const int32_t*>(content.data()), count);
}

}  // namespace footnote
