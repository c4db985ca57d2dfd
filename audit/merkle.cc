#include "audit/merkle.h"

#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/hash.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

// The largest power of two below n. REQUIRES: n > 1
uint64_t Split(uint64_t n) {
  uint64_t k = 1;
  while (k << 1 < n) k <<= 1;
  return k;
}

int Log2(uint64_t power) {
  int level = 0;
  while (power >> level != 1) ++level;
  return level;
}

bool IsPowerOfTwo(uint64_t n) { return (n & (n - 1)) == 0; }

// The hash of leaves [begin, end), where begin is a multiple of a power of two
// that is not below end - begin. REQUIRES: begin < end
absl::StatusOr<TreeHash> RangeHash(uint64_t begin, uint64_t end,
                                   const NodeReader& node) {
  const uint64_t n = end - begin;
  if (IsPowerOfTwo(n)) return node(Log2(n), begin / n);
  const uint64_t k = Split(n);
  ASSIGN_OR_RETURN(const TreeHash left, RangeHash(begin, begin + k, node));
  ASSIGN_OR_RETURN(const TreeHash right, RangeHash(begin + k, end, node));
  return NodeHash(left, right);
}

// PATH(index, D[begin:end]) of the RFC.
absl::Status AddPath(uint64_t index, uint64_t begin, uint64_t end,
                     const NodeReader& node, std::vector<TreeHash>* proof) {
  if (end - begin == 1) return absl::OkStatus();
  const uint64_t middle = begin + Split(end - begin);
  const bool left = index < middle;
  RETURN_IF_ERROR(left ? AddPath(index, begin, middle, node, proof)
                       : AddPath(index, middle, end, node, proof));
  ASSIGN_OR_RETURN(
      const TreeHash sibling,
      left ? RangeHash(middle, end, node) : RangeHash(begin, middle, node));
  proof->push_back(sibling);
  return absl::OkStatus();
}

// SUBPROOF(old_size, D[begin:end], known) of the RFC: `known` while the old
// tree is a whole subtree whose root the verifier holds.
absl::Status AddSubproof(uint64_t old_size, uint64_t begin, uint64_t end,
                         bool known, const NodeReader& node,
                         std::vector<TreeHash>* proof) {
  if (old_size == end) {
    if (known) return absl::OkStatus();
    ASSIGN_OR_RETURN(const TreeHash hash, RangeHash(begin, end, node));
    proof->push_back(hash);
    return absl::OkStatus();
  }
  const uint64_t middle = begin + Split(end - begin);
  const bool left = old_size <= middle;
  RETURN_IF_ERROR(left
                      ? AddSubproof(old_size, begin, middle, known, node, proof)
                      : AddSubproof(old_size, middle, end, false, node, proof));
  ASSIGN_OR_RETURN(
      const TreeHash sibling,
      left ? RangeHash(middle, end, node) : RangeHash(begin, middle, node));
  proof->push_back(sibling);
  return absl::OkStatus();
}

absl::Status WrongLength(absl::string_view what, size_t hashes) {
  return absl::DataLossError(absl::StrCat(
      what, " proof: ", hashes, " hashes are not what its sizes want"));
}

absl::Status WrongRoot(absl::string_view what, const TreeHash& have,
                       const TreeHash& want) {
  return absl::DataLossError(absl::StrCat(what, " proof: gives the root ",
                                          Hex(AsBytes(have)), ", want ",
                                          Hex(AsBytes(want))));
}

}  // namespace

absl::string_view AsBytes(const TreeHash& hash) {
  return {reinterpret_cast<const char*>(hash.data()), hash.size()};
}

TreeHash AsHash(absl::string_view bytes) {
  TreeHash hash;
  memcpy(hash.data(), bytes.data(), hash.size());
  return hash;
}

TreeHash LeafHash(absl::string_view data) {
  TreeHash hash;
  Sha256Pieces({absl::string_view("\0", 1), data}, hash.data());
  return hash;
}

TreeHash NodeHash(const TreeHash& left, const TreeHash& right) {
  TreeHash hash;
  Sha256Pieces({absl::string_view("\1", 1), AsBytes(left), AsBytes(right)},
               hash.data());
  return hash;
}

TreeHash EmptyRoot() {
  TreeHash hash;
  Sha256Pieces({}, hash.data());
  return hash;
}

void Frontier::Add(const TreeHash& leaf) {
  TreeHash hash = leaf;
  // Two subtrees of one size become one of the next.
  for (uint64_t bits = size_; bits & 1; bits >>= 1) {
    hash = NodeHash(subtrees_.back(), hash);
    subtrees_.pop_back();
  }
  subtrees_.push_back(hash);
  ++size_;
}

TreeHash Frontier::Root() const {
  if (size_ == 0) return EmptyRoot();
  TreeHash root = subtrees_.back();
  for (size_t i = subtrees_.size() - 1; i > 0; --i) {
    root = NodeHash(subtrees_[i - 1], root);
  }
  return root;
}

absl::StatusOr<Frontier> Frontier::Of(uint64_t size, const NodeReader& node) {
  Frontier frontier;
  frontier.size_ = size;
  uint64_t begin = 0;
  for (int level = 63; level >= 0; --level) {
    const uint64_t n = uint64_t{1} << level;
    if ((size & n) == 0) continue;
    ASSIGN_OR_RETURN(const TreeHash hash, node(level, begin / n));
    frontier.subtrees_.push_back(hash);
    begin += n;
  }
  return frontier;
}

absl::StatusOr<TreeHash> RootOf(uint64_t size, const NodeReader& node) {
  ASSIGN_OR_RETURN(const Frontier frontier, Frontier::Of(size, node));
  return frontier.Root();
}

absl::StatusOr<std::vector<TreeHash>> InclusionProof(uint64_t index,
                                                     uint64_t size,
                                                     const NodeReader& node) {
  if (index >= size) {
    return absl::InvalidArgumentError(absl::StrCat(
        "inclusion proof: leaf ", index, ", want one below ", size));
  }
  std::vector<TreeHash> proof;
  RETURN_IF_ERROR(AddPath(index, 0, size, node, &proof));
  return proof;
}

absl::StatusOr<std::vector<TreeHash>> ConsistencyProof(uint64_t old_size,
                                                       uint64_t size,
                                                       const NodeReader& node) {
  if (old_size > size) {
    return absl::InvalidArgumentError(absl::StrCat(
        "consistency proof: from size ", old_size, ", want at most ", size));
  }
  std::vector<TreeHash> proof;
  if (old_size == 0 || old_size == size) return proof;
  RETURN_IF_ERROR(AddSubproof(old_size, 0, size, true, node, &proof));
  return proof;
}

// RFC 9162, 2.1.3.2.
absl::Status CheckInclusion(uint64_t index, uint64_t size, const TreeHash& leaf,
                            const std::vector<TreeHash>& proof,
                            const TreeHash& root) {
  if (index >= size) {
    return absl::DataLossError(absl::StrCat("inclusion proof: leaf ", index,
                                            ", want one below ", size));
  }
  uint64_t position = index;
  uint64_t last = size - 1;
  TreeHash hash = leaf;
  for (const TreeHash& sibling : proof) {
    if (last == 0) return WrongLength("inclusion", proof.size());
    if ((position & 1) == 1 || position == last) {
      hash = NodeHash(sibling, hash);
      while ((position & 1) == 0 && position != 0) {
        position >>= 1;
        last >>= 1;
      }
    } else {
      hash = NodeHash(hash, sibling);
    }
    position >>= 1;
    last >>= 1;
  }
  if (last != 0) return WrongLength("inclusion", proof.size());
  if (hash != root) return WrongRoot("inclusion", hash, root);
  return absl::OkStatus();
}

// RFC 9162, 2.1.4.2.
absl::Status CheckConsistency(uint64_t old_size, uint64_t size,
                              const TreeHash& old_root, const TreeHash& root,
                              const std::vector<TreeHash>& proof) {
  if (old_size > size) {
    return absl::DataLossError(absl::StrCat("consistency proof: from size ",
                                            old_size, ", want at most ", size));
  }
  if (old_size == 0 || old_size == size) {
    if (!proof.empty()) return WrongLength("consistency", proof.size());
    const TreeHash want = old_size == 0 ? EmptyRoot() : root;
    return old_root == want ? absl::OkStatus()
                            : WrongRoot("consistency", old_root, want);
  }
  size_t next = 0;
  // A whole subtree is its own first hash; the verifier has it already.
  TreeHash old_hash = old_root;
  if (!IsPowerOfTwo(old_size)) {
    if (proof.empty()) return WrongLength("consistency", 0);
    old_hash = proof[next++];
  }
  TreeHash hash = old_hash;
  uint64_t position = old_size - 1;
  uint64_t last = size - 1;
  while ((position & 1) == 1) {
    position >>= 1;
    last >>= 1;
  }
  for (; next < proof.size(); ++next) {
    if (last == 0) return WrongLength("consistency", proof.size());
    const TreeHash& sibling = proof[next];
    if ((position & 1) == 1 || position == last) {
      old_hash = NodeHash(sibling, old_hash);
      hash = NodeHash(sibling, hash);
      while ((position & 1) == 0 && position != 0) {
        position >>= 1;
        last >>= 1;
      }
    } else {
      hash = NodeHash(hash, sibling);
    }
    position >>= 1;
    last >>= 1;
  }
  if (last != 0) return WrongLength("consistency", proof.size());
  if (old_hash != old_root) {
    return WrongRoot("consistency", old_hash, old_root);
  }
  if (hash != root) return WrongRoot("consistency", hash, root);
  return absl::OkStatus();
}

}  // namespace footnote
