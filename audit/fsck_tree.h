#ifndef FOOTNOTE_AUDIT_FSCK_TREE_H_
#define FOOTNOTE_AUDIT_FSCK_TREE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "audit/damages.h"
#include "audit/ledger.h"
#include "audit/merkle.h"
#include "audit/note.h"
#include "proto/footnote/v1/audit.pb.h"

namespace footnote {

// The tree as the records make it, beside the tiles and checkpoints that say
// what it was: the part of fsck that knows no record.
class FsckTree {
 public:
  // For the tree of the first `size` records. Both must outlive it.
  FsckTree(const Ledger& ledger, Damages* damages)
      : ledger_(ledger), damages_(*damages) {}

  // The newest checkpoint, to whose size the check goes.
  void Begin(const Checkpoint& newest);
  uint64_t size() const { return newest_.size; }
  // Tiles of 256 leaves, the last of which may be smaller.
  uint64_t tiles() const;

  // The leaves of a tile as they were published; empty when that is damaged,
  // which is reported. Safe from many threads.
  std::vector<TreeHash> Written(uint64_t tile) const;
  // What the records make of the leaves of a tile. Each tile once; safe from
  // many threads.
  void SetLeaves(uint64_t tile, std::vector<TreeHash> leaves);

  // When all leaves are set: the tiles above them, the newest checkpoint, the
  // files of log/, and the checkpoints that the caller kept.
  absl::Status Check(const v1::VerifyChainRequest& request) const;

 private:
  std::vector<TreeHash> WrittenTile(int level, uint64_t index,
                                    uint64_t width) const;
  absl::StatusOr<std::vector<TreeHash>> WaitingTile(int level, uint64_t index,
                                                    uint64_t width) const;
  absl::Status CheckUpperTiles() const;
  absl::Status CheckVerifierFile() const;
  absl::Status CheckNote(absl::string_view name, absl::string_view note) const;
  absl::Status CheckCheckpoint(absl::string_view name,
                               const Checkpoint& checkpoint) const;
  absl::StatusOr<TreeHash> Node(int level, uint64_t index) const;
  absl::StatusOr<TreeHash> RootAt(uint64_t size) const;

  const Ledger& ledger_;
  Damages& damages_;
  Checkpoint newest_;
  // Of the full tiles of level 0; then the leaves of the rest.
  std::vector<TreeHash> roots_;
  std::vector<TreeHash> edge_;
};

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_FSCK_TREE_H_
