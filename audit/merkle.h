// The Merkle tree of RFC 6962 and RFC 9162, section 2.1, and nothing else:
// hashes, roots, proofs, and what checks them. Pure functions of hashes; every
// one may be called from many threads.
//
// A tree over n leaves is hashed as
//   leaf    SHA-256(00, data)
//   node    SHA-256(01, left, right)
//   root    of n leaves: the node of the first k and of the other n - k, where
//           k is the largest power of two below n; of none: SHA-256("")
// A node (level, index) stands for the 2^level leaves from index * 2^level on;
// it never changes once they are all there.
#ifndef FOOTNOTE_AUDIT_MERKLE_H_
#define FOOTNOTE_AUDIT_MERKLE_H_

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

using TreeHash = std::array<uint8_t, 32>;

TreeHash LeafHash(absl::string_view data);
TreeHash NodeHash(const TreeHash& left, const TreeHash& right);
// The root of a tree without leaves.
TreeHash EmptyRoot();

absl::string_view AsBytes(const TreeHash& hash);
// REQUIRES: 32 bytes
TreeHash AsHash(absl::string_view bytes);

// Gives the node (level, index); asked only for nodes whose leaves are all in
// the tree. Level 0 is the leaves' hashes.
using NodeReader =
    std::function<absl::StatusOr<TreeHash>(int level, uint64_t index)>;

// What is needed of a tree to add leaves to it and to know its root: one hash
// for each bit of its size.
class Frontier {
 public:
  Frontier() = default;
  // That of the first `size` leaves.
  static absl::StatusOr<Frontier> Of(uint64_t size, const NodeReader& node);

  void Add(const TreeHash& leaf);
  uint64_t size() const { return size_; }
  TreeHash Root() const;

 private:
  uint64_t size_ = 0;
  // The complete subtrees from left to right, so the largest first.
  std::vector<TreeHash> subtrees_;
};

// The root of the first `size` leaves.
absl::StatusOr<TreeHash> RootOf(uint64_t size, const NodeReader& node);

// That leaf `index` is in the tree of `size`: RFC 9162, 2.1.3.1.
//   InvalidArgument  index >= size
absl::StatusOr<std::vector<TreeHash>> InclusionProof(uint64_t index,
                                                     uint64_t size,
                                                     const NodeReader& node);

// That the tree of `old_size` is the beginning of the tree of `size`: RFC
// 9162, 2.1.4.1. Empty where the two are equal or old_size is 0.
//   InvalidArgument  old_size > size
absl::StatusOr<std::vector<TreeHash>> ConsistencyProof(uint64_t old_size,
                                                       uint64_t size,
                                                       const NodeReader& node);

// OK when `proof` shows that a leaf with this hash is number `index` (from 0)
// of the tree with this size and root.
//   DataLoss  it does not; the message says how
absl::Status CheckInclusion(uint64_t index, uint64_t size, const TreeHash& leaf,
                            const std::vector<TreeHash>& proof,
                            const TreeHash& root);

// OK when `proof` shows that the tree of `old_size` and `old_root` is the
// beginning of the tree of `size` and `root`.
//   DataLoss  it does not; the message says how
absl::Status CheckConsistency(uint64_t old_size, uint64_t size,
                              const TreeHash& old_root, const TreeHash& root,
                              const std::vector<TreeHash>& proof);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_MERKLE_H_
