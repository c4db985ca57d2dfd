#include "storage/section_file.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <xxhash.h>

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/file.h"
#include "base/priority.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr size_t kBufferBytes = 1 << 20;
// What is appended comes in small pieces, and is hashed in such ones.
constexpr size_t kHashBytes = 64 << 10;

std::string FolderOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return path.substr(0, slash == 0 ? 1 : slash);
}

}  // namespace

struct SectionFile::State {
  std::string path;
  std::string temporary;
  int fd = -1;
  bool committed = false;
  uint32_t analyzer_version = 0;
  std::vector<char> buffer;
  uint64_t flushed = 0;  // bytes of the file that left the buffer
  absl::Status status;
  std::vector<SectionEntry> table;
  XXH3_state_t* hash = nullptr;
  size_t hashed = 0;  // of the buffer, or not of the section
  struct Mapping {
    void* data;
    size_t bytes;
  };
  std::vector<Mapping> mappings;

  uint64_t offset() const { return flushed + buffer.size(); }

  void Hash() {
    XXH3_64bits_update(hash, buffer.data() + hashed, buffer.size() - hashed);
    hashed = buffer.size();
  }

  ~State() {
    for (const Mapping& mapping : mappings) munmap(mapping.data, mapping.bytes);
    if (hash != nullptr) XXH3_freeState(hash);
    if (fd >= 0) close(fd);
    if (!committed && !temporary.empty()) unlink(temporary.c_str());
  }
};

SectionFile::SectionFile(std::unique_ptr<State> state)
    : state_(std::move(state)) {}

SectionFile::~SectionFile() = default;

absl::StatusOr<std::unique_ptr<SectionFile>> SectionFile::Create(
    absl::string_view path, uint32_t analyzer_version) {
  auto state = std::make_unique<State>();
  state->path = std::string(path);
  const std::string temporary = absl::StrCat(path, kTemporarySuffix);
  state->fd =
      open(temporary.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
  if (state->fd < 0) return FileError("create segment", temporary, errno);
  state->temporary = temporary;
  state->hash = XXH3_createState();
  XXH3_64bits_reset(state->hash);
  state->buffer.reserve(kBufferBytes);
  state->analyzer_version = analyzer_version;

  SegmentHeader header = {};
  memcpy(header.magic, kSegmentMagic, sizeof(header.magic));
  header.format_version = kSegmentFormatVersion;
  header.analyzer_version = analyzer_version;
  header.checksum = XXH3_64bits(&header, offsetof(SegmentHeader, checksum));
  auto file = std::unique_ptr<SectionFile>(new SectionFile(std::move(state)));
  const char* bytes = reinterpret_cast<const char*>(&header);
  file->state_->buffer.assign(bytes, bytes + sizeof(header));
  return file;
}

void SectionFile::Flush() {
  YieldToSearches();
  state_->Hash();
  const char* data = state_->buffer.data();
  size_t left = state_->buffer.size();
  while (left > 0 && state_->status.ok()) {
    const ssize_t written = write(state_->fd, data, left);
    if (written < 0) {
      if (errno == EINTR) continue;
      state_->status = FileError("write segment", state_->path, errno);
      break;
    }
    data += written;
    left -= written;
  }
  state_->flushed += state_->buffer.size();
  state_->buffer.clear();
  state_->hashed = 0;
}

void SectionFile::Begin(SectionId id) {
  const uint64_t over = state_->offset() % kSectionAlignment;
  if (over != 0) {
    state_->buffer.insert(state_->buffer.end(), kSectionAlignment - over, 0);
  }
  SectionEntry entry = {};
  entry.id = static_cast<uint32_t>(id);
  entry.offset = state_->offset();
  state_->table.push_back(entry);
  XXH3_64bits_reset(state_->hash);
  state_->hashed = state_->buffer.size();
}

void SectionFile::Append(const void* data, size_t bytes) {
  if (bytes == 0) return;
  const char* from = static_cast<const char*>(data);
  while (bytes > 0) {
    const size_t room = kBufferBytes - state_->buffer.size();
    const size_t part = bytes < room ? bytes : room;
    state_->buffer.insert(state_->buffer.end(), from, from + part);
    from += part;
    bytes -= part;
    if (state_->buffer.size() - state_->hashed >= kHashBytes) state_->Hash();
    if (state_->buffer.size() >= kBufferBytes) Flush();
  }
}

uint64_t SectionFile::section_bytes() const {
  return state_->offset() - state_->table.back().offset;
}

void SectionFile::End() {
  SectionEntry& entry = state_->table.back();
  entry.size = section_bytes();
  state_->Hash();
  entry.checksum = XXH3_64bits_digest(state_->hash);
  // The alignment gap of the next Begin may overfill the buffer by 63 bytes.
  if (state_->buffer.size() + kSectionAlignment > kBufferBytes) Flush();
}

void SectionFile::AppendSection(SectionId id, const void* data, size_t bytes) {
  Begin(id);
  Append(data, bytes);
  End();
}

absl::Status SectionFile::Check() const { return state_->status; }

absl::StatusOr<const uint8_t*> SectionFile::Map(SectionId id) {
  Flush();
  RETURN_IF_ERROR(state_->status);
  for (const SectionEntry& entry : state_->table) {
    if (entry.id != static_cast<uint32_t>(id)) continue;
    if (entry.size == 0) return nullptr;
    const uint64_t page = sysconf(_SC_PAGESIZE);
    const uint64_t begin = entry.offset / page * page;
    const size_t bytes = entry.offset + entry.size - begin;
    void* data = mmap(nullptr, bytes, PROT_READ, MAP_SHARED, state_->fd, begin);
    if (data == MAP_FAILED) {
      return FileError("map segment", state_->temporary, errno);
    }
    state_->mappings.push_back({data, bytes});
    return static_cast<const uint8_t*>(data) + (entry.offset - begin);
  }
  return absl::InternalError(
      absl::StrCat("segment ", state_->path, ": section ",
                   static_cast<uint32_t>(id), " was not written"));
}

absl::Status SectionFile::Commit() {
  const uint64_t over = state_->offset() % kSectionAlignment;
  if (over != 0) {
    state_->buffer.insert(state_->buffer.end(), kSectionAlignment - over, 0);
  }
  const size_t table_bytes = state_->table.size() * sizeof(SectionEntry);
  SegmentFooter footer = {};
  footer.table_offset = state_->offset();
  footer.table_count = state_->table.size();
  footer.table_checksum = XXH3_64bits(state_->table.data(), table_bytes);
  footer.file_size = footer.table_offset + table_bytes + sizeof(footer);
  memcpy(footer.magic, kSegmentMagic, sizeof(footer.magic));
  footer.checksum = XXH3_64bits(&footer, offsetof(SegmentFooter, checksum));
  const char* table = reinterpret_cast<const char*>(state_->table.data());
  const char* end = reinterpret_cast<const char*>(&footer);
  state_->buffer.insert(state_->buffer.end(), table, table + table_bytes);
  state_->buffer.insert(state_->buffer.end(), end, end + sizeof(footer));
  Flush();
  RETURN_IF_ERROR(state_->status);
  if (fsync(state_->fd) != 0) {
    return FileError("sync segment", state_->temporary, errno);
  }
  if (rename(state_->temporary.c_str(), state_->path.c_str()) != 0) {
    return FileError("rename segment", state_->path, errno);
  }
  state_->committed = true;
  return SyncFolder(FolderOf(state_->path));
}

}  // namespace footnote
