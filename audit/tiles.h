#ifndef FOOTNOTE_AUDIT_TILES_H_
#define FOOTNOTE_AUDIT_TILES_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "audit/merkle.h"

namespace footnote {

inline constexpr uint64_t kTileWidth = 256;

// Where a tile of a tree lies, as c2sp.org/tlog-tiles says: "tile/0/x001/067",
// or "tile/0/x001/067.p/9" where only 9 of its 256 hashes are there yet.
std::string TilePath(int level, uint64_t index, uint64_t width);

// The hashes of a tree, in files of 256. Hash i of tile (0, n) is that of leaf
// 256 n + i; hash i of tile (l, n) is the root of tile (l - 1, 256 n + i).
//
// A full tile is written once. The tiles at the right edge are in memory until
// Publish writes them. All of it can be made again from the records, so
// nothing here need be on disk before an answer is shown. Not thread-safe.
class Tiles {
 public:
  explicit Tiles(std::string folder) : folder_(std::move(folder)) {}

  // Gives the hash of a leaf whose tile is not on disk.
  using LeafReader = std::function<absl::StatusOr<TreeHash>(uint64_t index)>;

  // Fills the edge for a tree of `size` from the files or, where these are
  // missing, from `leaf`; full tiles that are missing are written again, where
  // there is room. Files that the tree of `published` wants and that were
  // missing are remembered. After an error of `leaf`, the tiles that could not
  // be made are missing, and the others are there.
  absl::Status Load(uint64_t size, uint64_t published, const LeafReader& leaf);
  const std::vector<std::string>& remade() const { return remade_; }

  void Add(const TreeHash& leaf);
  uint64_t size() const { return size_; }

  // Writes the full tiles that are not on disk yet. What fails is tried again
  // by the next call.
  absl::Status WriteFull();

  // Writes the edge, then `checkpoint`, which is of this size; removes what
  // the edge of before left. With `sync`, all of it is durable afterwards.
  absl::Status Publish(const std::string& checkpoint, bool sync);

  // A node of the tree; see NodeReader.
  //   DataLoss  its tile is missing or has another length
  absl::StatusOr<TreeHash> Node(int level, uint64_t index) const;

  // One tile as it is: from memory or the disk.
  absl::StatusOr<std::vector<TreeHash>> Tile(int level, uint64_t index) const;

  const std::string& folder() const { return folder_; }

 private:
  absl::Status WriteTile(int level, uint64_t index,
                         const std::vector<TreeHash>& hashes, bool sync) const;
  absl::StatusOr<std::vector<TreeHash>> Make(int level, uint64_t index,
                                             uint64_t width,
                                             const LeafReader& leaf);
  std::vector<std::string> EdgePaths(uint64_t size) const;
  void Push(int level, const TreeHash& hash);

  const std::string folder_;
  uint64_t size_ = 0;
  // For each level, the hashes of its last tile, which is not full.
  std::vector<std::vector<TreeHash>> edge_;
  // Full tiles that wait for WriteFull.
  std::map<std::pair<int, uint64_t>, std::vector<TreeHash>> unwritten_;
  // Paths of the edge that was published last, and its size.
  std::vector<std::string> published_;
  uint64_t published_size_ = 0;
  std::vector<std::string> remade_;
};

// The bytes of a tile's file, and back. DataLoss where `bytes` are not `width`
// hashes.
std::string TileBytes(const std::vector<TreeHash>& hashes);
absl::StatusOr<std::vector<TreeHash>> ParseTile(absl::string_view bytes,
                                                uint64_t width);

// The root of a full tile.
TreeHash TileRoot(const std::vector<TreeHash>& hashes);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_TILES_H_
