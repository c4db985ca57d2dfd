#include "audit/fsck_tree.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "audit/tiles.h"
#include "base/file.h"
#include "base/status_macros.h"

namespace footnote {

void FsckTree::Begin(const Checkpoint& newest) {
  newest_ = newest;
  roots_.resize(newest_.size / kTileWidth);
}

uint64_t FsckTree::tiles() const {
  return (newest_.size + kTileWidth - 1) / kTileWidth;
}

std::vector<TreeHash> FsckTree::Written(uint64_t tile) const {
  return WrittenTile(0, tile,
                     std::min(kTileWidth, newest_.size - tile * kTileWidth));
}

void FsckTree::SetLeaves(uint64_t tile, std::vector<TreeHash> leaves) {
  if (leaves.size() == kTileWidth) {
    roots_[tile] = TileRoot(leaves);
  } else {
    edge_ = std::move(leaves);
  }
}

// A tile's file, or memory where it waits.
std::vector<TreeHash> FsckTree::WrittenTile(int level, uint64_t index,
                                            uint64_t width) const {
  const std::string path = TilePath(level, index, width);
  const absl::StatusOr<std::string> bytes =
      ReadFile(absl::StrCat(ledger_.folder(), "/log/", path));
  absl::StatusOr<std::vector<TreeHash>> tile =
      bytes.ok() ? ParseTile(*bytes, width) : bytes.status();
  if (absl::IsNotFound(tile.status())) tile = WaitingTile(level, index, width);
  if (tile.ok()) return *std::move(tile);
  damages_.Report(0, absl::StrCat(path, ": ", tile.status().message()))
      .IgnoreError();
  return {};
}

// A log in use has tiles that are not written yet.
absl::StatusOr<std::vector<TreeHash>> FsckTree::WaitingTile(
    int level, uint64_t index, uint64_t width) const {
  absl::StatusOr<std::vector<TreeHash>> tile =
      ledger_.health().ok() ? ledger_.WaitingTile(level, index)
                            : absl::NotFoundError("missing");
  if (!tile.ok() || tile->size() < width) {
    return absl::NotFoundError("missing");
  }
  tile->resize(width);
  return tile;
}

// Levels above the leaves: from the roots below, against their files.
absl::Status FsckTree::CheckUpperTiles() const {
  std::vector<TreeHash> below = roots_;
  for (int level = 1; !below.empty(); ++level) {
    std::vector<TreeHash> next;
    for (uint64_t first = 0; first < below.size(); first += kTileWidth) {
      const uint64_t width =
          std::min<uint64_t>(kTileWidth, below.size() - first);
      const std::vector<TreeHash> hashes(below.begin() + first,
                                         below.begin() + first + width);
      const std::vector<TreeHash> written =
          WrittenTile(level, first / kTileWidth, width);
      for (uint64_t i = 0; i < width && !written.empty(); ++i) {
        if (written[i] == hashes[i]) continue;
        RETURN_IF_ERROR(damages_.Report(
            0, absl::StrCat(TilePath(level, first / kTileWidth, width),
                            ": hash ", i, " is not that of the tile below")));
      }
      if (width == kTileWidth) next.push_back(TileRoot(hashes));
    }
    below = std::move(next);
  }
  return absl::OkStatus();
}

// A node of the tree as the records make it.
absl::StatusOr<TreeHash> FsckTree::Node(int level, uint64_t index) const {
  const uint64_t count = uint64_t{1} << (level % 8);
  if (level < 8) {
    const uint64_t first = index * count;
    if (first / kTileWidth == roots_.size()) {
      const auto begin = edge_.begin() + first % kTileWidth;
      return TileRoot({begin, begin + count});
    }
    return absl::InternalError("a node within a full tile");
  }
  const uint64_t leaves = uint64_t{1} << (level - 8);
  return TileRoot(
      {roots_.begin() + index * leaves, roots_.begin() + (index + 1) * leaves});
}

// The root of the first `size` leaves: of the records at tiles' borders, of the
// tiles, which were compared with them, between.
absl::StatusOr<TreeHash> FsckTree::RootAt(uint64_t size) const {
  return RootOf(size, [&](int level, uint64_t index) {
    const bool inside =
        level < 8 && (index << level) / kTileWidth < roots_.size();
    return inside ? ledger_.Node(level, index) : Node(level, index);
  });
}

absl::Status FsckTree::CheckCheckpoint(absl::string_view name,
                                       const Checkpoint& checkpoint) const {
  if (checkpoint.size > newest_.size) {
    return damages_.Report(
        newest_.size + 1,
        absl::StrCat("missing: ", name, " is of ", checkpoint.size,
                     " records, here are ", newest_.size));
  }
  const absl::StatusOr<TreeHash> root = RootAt(checkpoint.size);
  if (root.ok() && *root == checkpoint.root) return absl::OkStatus();
  return damages_.Report(0, absl::StrCat(name, ": the first ", checkpoint.size,
                                         " records have another root"));
}

absl::Status FsckTree::CheckNote(absl::string_view name,
                                 absl::string_view note) const {
  const absl::StatusOr<Checkpoint> checkpoint =
      OpenCheckpoint(note, ledger_.verifier());
  if (checkpoint.ok()) return CheckCheckpoint(name, *checkpoint);
  return damages_.Report(
      0, absl::StrCat(name, ": ", checkpoint.status().message()));
}

absl::Status FsckTree::CheckVerifierFile() const {
  const absl::StatusOr<std::string> text =
      ReadFile(absl::StrCat(ledger_.folder(), "/log/log.vkey"), 4096);
  if (text.ok() &&
      *text == absl::StrCat(VerifierText(ledger_.verifier()), "\n")) {
    return absl::OkStatus();
  }
  return damages_.Report(0, "log/log.vkey is not the log's key");
}

absl::Status FsckTree::Check(const v1::VerifyChainRequest& request) const {
  RETURN_IF_ERROR(CheckUpperTiles());
  RETURN_IF_ERROR(CheckCheckpoint("the newest checkpoint", newest_));
  const absl::StatusOr<std::string> published =
      ReadFile(absl::StrCat(ledger_.folder(), "/log/checkpoint"), 1 << 20);
  if (published.ok()) {
    RETURN_IF_ERROR(CheckNote("log/checkpoint", *published));
  } else {
    RETURN_IF_ERROR(damages_.Report(0, published.status().message()));
  }
  const absl::StatusOr<std::string> cosigned =
      ReadFile(absl::StrCat(ledger_.folder(), "/log/cosigned"), 1 << 20);
  if (cosigned.ok()) RETURN_IF_ERROR(CheckNote("log/cosigned", *cosigned));
  RETURN_IF_ERROR(CheckVerifierFile());
  for (int i = 0; i < request.checkpoints_size(); ++i) {
    RETURN_IF_ERROR(CheckNote(absl::StrCat("given checkpoint ", i + 1),
                              request.checkpoints(i)));
  }
  return absl::OkStatus();
}

}  // namespace footnote
