#include "audit/tiles.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "audit/write_all.h"
#include "base/file.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr int kLevelsPerTile = 8;

// Renamed into its place whole; durable with `sync` only.
absl::Status PutFile(const std::string& path, absl::string_view bytes,
                     bool sync) {
  RETURN_IF_ERROR(
      MakeFolder(std::filesystem::path(path).parent_path().string()));
  if (sync) return WriteFileAtomically(path, bytes);
  const std::string temporary = absl::StrCat(path, ".tmp");
  const int file =
      open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0640);
  if (file < 0) return FileError("create", temporary, errno);
  int error = WriteAll(file, bytes);
  close(file);
  if (error == 0) {
    if (rename(temporary.c_str(), path.c_str()) == 0) return absl::OkStatus();
    error = errno;
  }
  unlink(temporary.c_str());
  return FileError("write", path, error);
}

absl::Status Missing(const std::string& tile) {
  return absl::DataLossError(absl::StrCat(tile, " is missing"));
}

// Hashes on `level` of tiles in a tree of `size`: complete subtrees only.
uint64_t HashesOn(int level, uint64_t size) {
  const int shift = level * kLevelsPerTile;
  return shift >= 64 ? 0 : size >> shift;
}

}  // namespace

std::string TilePath(int level, uint64_t index, uint64_t width) {
  std::string path = absl::StrFormat("%03d", index % 1000);
  for (index /= 1000; index > 0; index /= 1000) {
    path = absl::StrFormat("x%03d/%s", index % 1000, path);
  }
  path = absl::StrCat("tile/", level, "/", path);
  return width == kTileWidth ? path : absl::StrCat(path, ".p/", width);
}

std::string TileBytes(const std::vector<TreeHash>& hashes) {
  std::string bytes;
  bytes.reserve(hashes.size() * sizeof(TreeHash));
  for (const TreeHash& hash : hashes) absl::StrAppend(&bytes, AsBytes(hash));
  return bytes;
}

absl::StatusOr<std::vector<TreeHash>> ParseTile(absl::string_view bytes,
                                                uint64_t width) {
  if (bytes.size() != width * sizeof(TreeHash)) {
    return absl::DataLossError(absl::StrCat(
        "a tile of ", bytes.size(), " bytes, want ", width * sizeof(TreeHash)));
  }
  std::vector<TreeHash> hashes;
  for (; !bytes.empty(); bytes.remove_prefix(sizeof(TreeHash))) {
    hashes.push_back(AsHash(bytes));
  }
  return hashes;
}

TreeHash TileRoot(const std::vector<TreeHash>& hashes) {
  Frontier frontier;
  for (const TreeHash& hash : hashes) frontier.Add(hash);
  return frontier.Root();
}

std::vector<std::string> Tiles::EdgePaths(uint64_t size) const {
  std::vector<std::string> paths;
  for (int level = 0; HashesOn(level, size) > 0; ++level) {
    const uint64_t hashes = HashesOn(level, size);
    if (hashes % kTileWidth == 0) continue;
    paths.push_back(TilePath(level, hashes / kTileWidth, hashes % kTileWidth));
  }
  return paths;
}

absl::Status Tiles::Load(uint64_t size, uint64_t published,
                         const LeafReader& leaf) {
  size_ = size;
  published_ = EdgePaths(published);
  published_size_ = published;
  remade_.clear();
  edge_.clear();
  absl::Status made;
  for (int level = 0; HashesOn(level, size) > 0; ++level) {
    const uint64_t hashes = HashesOn(level, size);
    // A crash leaves out only what was written last; two tiles a level are
    // looked at, and the audit's fsck looks at all.
    const uint64_t full = hashes / kTileWidth;
    for (uint64_t i = full - std::min<uint64_t>(full, 2); i < full; ++i) {
      made.Update(Make(level, i, kTileWidth, leaf).status());
    }
    absl::StatusOr<std::vector<TreeHash>> last =
        Make(level, full, hashes % kTileWidth, leaf);
    made.Update(last.status());
    edge_.push_back(last.ok() ? *std::move(last) : std::vector<TreeHash>());
  }
  RETURN_IF_ERROR(made);
  // What can't be written stays in memory, and is tried again by Publish.
  const absl::Status written = WriteFull();
  return absl::IsResourceExhausted(written) || absl::IsPermissionDenied(written)
             ? absl::OkStatus()
             : written;
}

// A tile from its file or, where that is missing, from what is below.
absl::StatusOr<std::vector<TreeHash>> Tiles::Make(int level, uint64_t index,
                                                  uint64_t width,
                                                  const LeafReader& leaf) {
  if (width == 0) return std::vector<TreeHash>();
  const absl::StatusOr<std::string> bytes =
      ReadFile(absl::StrCat(folder_, "/", TilePath(level, index, width)));
  if (bytes.ok()) {
    absl::StatusOr<std::vector<TreeHash>> tile = ParseTile(*bytes, width);
    if (tile.ok()) return tile;
  } else if (!absl::IsNotFound(bytes.status())) {
    return bytes.status();
  }
  const auto waiting = unwritten_.find({level, index});
  if (waiting != unwritten_.end()) return waiting->second;
  const uint64_t last = index * kTileWidth + width;
  if (last << (kLevelsPerTile * level) <= published_size_ &&
      (width == kTileWidth || published_size_ == size_)) {
    remade_.push_back(TilePath(level, index, width));
  }
  std::vector<TreeHash> tile;
  for (uint64_t i = 0; i < width; ++i) {
    const uint64_t below = index * kTileWidth + i;
    if (level == 0) {
      ASSIGN_OR_RETURN(const TreeHash hash, leaf(below));
      tile.push_back(hash);
    } else {
      ASSIGN_OR_RETURN(const std::vector<TreeHash> child,
                       Make(level - 1, below, kTileWidth, leaf));
      tile.push_back(TileRoot(child));
    }
  }
  if (width == kTileWidth) unwritten_[{level, index}] = tile;
  return tile;
}

void Tiles::Add(const TreeHash& leaf) {
  Push(0, leaf);
  ++size_;
}

void Tiles::Push(int level, const TreeHash& hash) {
  if (static_cast<int>(edge_.size()) == level) edge_.emplace_back();
  std::vector<TreeHash>& tile = edge_[level];
  tile.push_back(hash);
  if (tile.size() < kTileWidth) return;
  const TreeHash root = TileRoot(tile);
  const uint64_t index = size_ >> (kLevelsPerTile * (level + 1));
  unwritten_[{level, index}] = std::move(tile);
  edge_[level].clear();
  Push(level + 1, root);
}

absl::Status Tiles::WriteFull() {
  while (!unwritten_.empty()) {
    const auto first = unwritten_.begin();
    RETURN_IF_ERROR(WriteTile(first->first.first, first->first.second,
                              first->second, /*sync=*/false));
    unwritten_.erase(first);
  }
  return absl::OkStatus();
}

absl::Status Tiles::WriteTile(int level, uint64_t index,
                              const std::vector<TreeHash>& hashes,
                              bool sync) const {
  return PutFile(
      absl::StrCat(folder_, "/", TilePath(level, index, hashes.size())),
      TileBytes(hashes), sync);
}

absl::Status Tiles::Publish(const std::string& checkpoint, bool sync) {
  RETURN_IF_ERROR(WriteFull());
  const std::vector<std::string> edge = EdgePaths(size_);
  for (size_t level = 0; level < edge_.size(); ++level) {
    const std::vector<TreeHash>& tile = edge_[level];
    if (tile.empty()) continue;
    const uint64_t index = size_ >> (kLevelsPerTile * (level + 1));
    RETURN_IF_ERROR(WriteTile(static_cast<int>(level), index, tile, sync));
  }
  // Everything that was renamed before is durable with the file system's next
  // sync of this one.
  if (sync) ::sync();
  RETURN_IF_ERROR(
      PutFile(absl::StrCat(folder_, "/checkpoint"), checkpoint, true));
  for (const std::string& old : published_) {
    if (std::find(edge.begin(), edge.end(), old) != edge.end()) continue;
    const std::string path = absl::StrCat(folder_, "/", old);
    unlink(path.c_str());
    // The folder of partial tiles, when it was the last of them.
    rmdir(std::filesystem::path(path).parent_path().c_str());
  }
  published_ = edge;
  published_size_ = size_;
  return absl::OkStatus();
}

absl::StatusOr<std::vector<TreeHash>> Tiles::Tile(int level,
                                                  uint64_t index) const {
  const auto waiting = unwritten_.find({level, index});
  if (waiting != unwritten_.end()) return waiting->second;
  const uint64_t hashes = HashesOn(level, size_);
  if (index * kTileWidth >= hashes) {
    return absl::DataLossError(absl::StrCat("tile ",
                                            TilePath(level, index, kTileWidth),
                                            ": want one of a tree of ", size_));
  }
  if (index == hashes / kTileWidth) {
    if (edge_[level].size() == hashes % kTileWidth) return edge_[level];
    return Missing(TilePath(level, index, hashes % kTileWidth));
  }
  const std::string path = TilePath(level, index, kTileWidth);
  absl::StatusOr<std::string> bytes =
      ReadFile(absl::StrCat(folder_, "/", path));
  if (absl::IsNotFound(bytes.status())) return Missing(path);
  RETURN_IF_ERROR(bytes.status());
  return ParseTile(*bytes, kTileWidth);
}

absl::StatusOr<TreeHash> Tiles::Node(int level, uint64_t index) const {
  const int tile_level = level / kLevelsPerTile;
  const uint64_t count = uint64_t{1} << level % kLevelsPerTile;
  const uint64_t first = index * count;
  const uint64_t tile_index = first / kTileWidth;
  const size_t begin = first % kTileWidth;
  const std::string path = TilePath(tile_level, tile_index, kTileWidth);
  const uint64_t hashes = HashesOn(tile_level, size_);
  if (first + count > hashes) {
    return absl::DataLossError(absl::StrCat(path, ": hash ", begin + count - 1,
                                            " asked of a tree of ", size_));
  }
  const std::vector<TreeHash>* memory = nullptr;
  const auto waiting = unwritten_.find({tile_level, tile_index});
  if (waiting != unwritten_.end()) {
    memory = &waiting->second;
  } else if (tile_index == hashes / kTileWidth) {
    memory = &edge_[tile_level];
  }
  if (memory != nullptr) {
    if (memory->size() < begin + count) return Missing(path);
    return TileRoot({memory->begin() + begin, memory->begin() + begin + count});
  }
  // Of a file only the part that is wanted.
  std::string bytes(count * sizeof(TreeHash), '\0');
  const std::string whole = absl::StrCat(folder_, "/", path);
  const int file = open(whole.c_str(), O_RDONLY | O_CLOEXEC);
  if (file < 0) {
    return errno == ENOENT ? Missing(path) : FileError("open", whole, errno);
  }
  const ssize_t got =
      pread(file, &bytes[0], bytes.size(), begin * sizeof(TreeHash));
  close(file);
  if (got != static_cast<ssize_t>(bytes.size())) {
    return absl::DataLossError(absl::StrCat(path, " is cut short"));
  }
  ASSIGN_OR_RETURN(const std::vector<TreeHash> part, ParseTile(bytes, count));
  return TileRoot(part);
}

}  // namespace footnote
