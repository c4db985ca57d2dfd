#include "audit/merkle.h"

#include <gtest/gtest.h>

#include <random>

#include "absl/strings/str_cat.h"
#include "base/hash.h"

namespace footnote {
namespace {

TreeHash FromHexHash(const char* hex) { return AsHash(*FromHex(hex)); }

std::vector<TreeHash> Hashes(const std::vector<const char*>& hex) {
  std::vector<TreeHash> hashes;
  for (const char* h : hex) hashes.push_back(FromHexHash(h));
  return hashes;
}

// A whole tree in memory, and the definition of the RFC word for word.
class Tree {
 public:
  explicit Tree(const std::vector<TreeHash>& leaves) : levels_{leaves} {
    while (levels_.back().size() > 1) {
      const std::vector<TreeHash>& below = levels_.back();
      std::vector<TreeHash> level;
      for (size_t i = 0; i + 1 < below.size(); i += 2) {
        level.push_back(NodeHash(below[i], below[i + 1]));
      }
      levels_.push_back(level);
    }
  }
  NodeReader reader() const {
    return [this](int level, uint64_t index) -> absl::StatusOr<TreeHash> {
      return levels_.at(level).at(index);
    };
  }
  const TreeHash& leaf(uint64_t index) const { return levels_[0][index]; }
  // MTH(D[begin:end])
  TreeHash Definition(size_t begin, size_t end) const {
    if (begin == end) return EmptyRoot();
    if (end - begin == 1) return levels_[0][begin];
    size_t k = 1;
    while (k * 2 < end - begin) k *= 2;
    return NodeHash(Definition(begin, begin + k), Definition(begin + k, end));
  }

 private:
  std::vector<std::vector<TreeHash>> levels_;
};

Tree Numbers(uint64_t n) {
  std::vector<TreeHash> leaves;
  for (uint64_t i = 0; i < n; ++i) leaves.push_back(LeafHash(absl::StrCat(i)));
  return Tree(leaves);
}

// The leaves and roots of the tests of Certificate Transparency.
const char* const kLeaves[] = {"",
                               "00",
                               "10",
                               "2021",
                               "3031",
                               "40414243",
                               "5051525354555657",
                               "606162636465666768696a6b6c6d6e6f"};
const char* const kRoots[] = {
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328"};

Tree KnownTree() {
  std::vector<TreeHash> leaves;
  for (const char* leaf : kLeaves) leaves.push_back(LeafHash(*FromHex(leaf)));
  return Tree(leaves);
}

TEST(MerkleTest, HasTheKnownRoots) {
  const Tree tree = KnownTree();
  Frontier frontier;
  for (size_t size = 0; size <= 8; ++size) {
    EXPECT_EQ(frontier.Root(), FromHexHash(kRoots[size])) << size;
    EXPECT_EQ(*RootOf(size, tree.reader()), FromHexHash(kRoots[size])) << size;
    if (size < 8) frontier.Add(tree.leaf(size));
  }
}

TEST(MerkleTest, HasTheKnownInclusionProofs) {
  const Tree tree = KnownTree();
  EXPECT_TRUE(InclusionProof(0, 1, tree.reader())->empty());
  EXPECT_EQ(
      *InclusionProof(0, 8, tree.reader()),
      Hashes(
          {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
           "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
           "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6"
           "e4"}));
  EXPECT_EQ(
      *InclusionProof(5, 8, tree.reader()),
      Hashes(
          {"bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
           "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
           "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd952096"
           "14b7"}));
  EXPECT_EQ(*InclusionProof(2, 3, tree.reader()),
            Hashes({"fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00"
                    "e3c125"}));
}

TEST(MerkleTest, HasTheKnownConsistencyProofs) {
  const Tree tree = KnownTree();
  EXPECT_TRUE(ConsistencyProof(1, 1, tree.reader())->empty());
  EXPECT_EQ(
      *ConsistencyProof(1, 8, tree.reader()),
      Hashes(
          {"96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
           "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
           "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6"
           "e4"}));
  EXPECT_EQ(
      *ConsistencyProof(6, 8, tree.reader()),
      Hashes(
          {"0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
           "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
           "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd952096"
           "14b7"}));
  EXPECT_EQ(
      *ConsistencyProof(2, 5, tree.reader()),
      Hashes(
          {"5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
           "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6"
           "b"}));
}

TEST(MerkleTest, IsTheDefinitionForEverySize) {
  const Tree tree = Numbers(300);
  Frontier frontier;
  for (uint64_t size = 0; size <= 300; ++size) {
    const TreeHash want = tree.Definition(0, size);
    EXPECT_EQ(frontier.Root(), want) << size;
    EXPECT_EQ(Frontier::Of(size, tree.reader())->Root(), want) << size;
    if (size < 300) frontier.Add(tree.leaf(size));
  }
}

// Changes of a proof that must not pass: another leaf, place, size or root,
// a hash more or less, two swapped, and bits of every hash.
void ExpectEveryChangeFails(uint64_t index, uint64_t size, const TreeHash& leaf,
                            const std::vector<TreeHash>& proof,
                            const TreeHash& root, int bit_step,
                            std::mt19937* random) {
  const auto fails = [&](uint64_t i, uint64_t n, const TreeHash& l,
                         const std::vector<TreeHash>& p, const TreeHash& r) {
    EXPECT_FALSE(CheckInclusion(i, n, l, p, r).ok()) << index << " " << size;
  };
  const auto flip = [](TreeHash hash, int bit) {
    hash[bit / 8] ^= 1 << bit % 8;
    return hash;
  };
  for (int bit = (*random)() % bit_step; bit < 256; bit += bit_step) {
    fails(index, size, flip(leaf, bit), proof, root);
    fails(index, size, leaf, proof, flip(root, bit));
    for (size_t i = 0; i < proof.size(); ++i) {
      std::vector<TreeHash> changed = proof;
      changed[i] = flip(changed[i], bit);
      fails(index, size, leaf, changed, root);
    }
  }
  if (index > 0) fails(index - 1, size, leaf, proof, root);
  fails(index + 1, size, leaf, proof, root);
  std::vector<TreeHash> changed = proof;
  changed.push_back(root);
  fails(index, size, leaf, changed, root);
  if (!proof.empty()) {
    changed = proof;
    changed.pop_back();
    fails(index, size, leaf, changed, root);
    changed = proof;
    changed.erase(changed.begin());
    fails(index, size, leaf, changed, root);
  }
  if (proof.size() > 1) {
    changed = proof;
    std::swap(changed[0], changed[1]);
    fails(index, size, leaf, changed, root);
  }
}

TEST(MerkleTest, ProvesEveryLeafOfEveryTreeTo300) {
  std::mt19937 random(1);
  const Tree tree = Numbers(300);
  for (uint64_t size = 1; size <= 300; ++size) {
    const TreeHash root = *RootOf(size, tree.reader());
    for (uint64_t index = 0; index < size; ++index) {
      const auto proof = *InclusionProof(index, size, tree.reader());
      ASSERT_EQ(CheckInclusion(index, size, tree.leaf(index), proof, root),
                absl::OkStatus())
          << index << " " << size;
      ExpectEveryChangeFails(index, size, tree.leaf(index), proof, root,
                             size <= 20 ? 1 : 256, &random);
    }
  }
}

TEST(MerkleTest, ProvesThatEveryTreeTo300ContinuesEverySmaller) {
  std::mt19937 random(2);
  const Tree tree = Numbers(300);
  const auto flip = [&](TreeHash hash) {
    const int bit = random() % 256;
    hash[bit / 8] ^= 1 << bit % 8;
    return hash;
  };
  std::vector<TreeHash> roots;
  for (uint64_t size = 0; size <= 300; ++size) {
    roots.push_back(*RootOf(size, tree.reader()));
    for (uint64_t old = 0; old <= size; ++old) {
      const auto proof = *ConsistencyProof(old, size, tree.reader());
      const TreeHash& from = roots[old];
      const TreeHash& to = roots[size];
      ASSERT_EQ(CheckConsistency(old, size, from, to, proof), absl::OkStatus())
          << old << " " << size;
      EXPECT_FALSE(CheckConsistency(old, size, flip(from), to, proof).ok());
      // From nothing every tree continues.
      if (old > 0) {
        EXPECT_FALSE(CheckConsistency(old, size, from, flip(to), proof).ok());
      }
      std::vector<TreeHash> changed = proof;
      for (TreeHash& hash : changed) {
        const TreeHash good = hash;
        hash = flip(hash);
        EXPECT_FALSE(CheckConsistency(old, size, from, to, changed).ok());
        hash = good;
      }
      changed.push_back(to);
      EXPECT_FALSE(CheckConsistency(old, size, from, to, changed).ok());
      if (!proof.empty()) {
        changed = proof;
        changed.pop_back();
        EXPECT_FALSE(CheckConsistency(old, size, from, to, changed).ok());
      }
      if (old > 0 && old < size) {
        EXPECT_FALSE(CheckConsistency(old - 1, size, from, to, proof).ok());
      }
    }
  }
}

TEST(MerkleTest, EveryBitOfEveryConsistencyProofTo20Counts) {
  const Tree tree = Numbers(20);
  for (uint64_t size = 1; size <= 20; ++size) {
    for (uint64_t old = 1; old < size; ++old) {
      std::vector<TreeHash> proof = *ConsistencyProof(old, size, tree.reader());
      const TreeHash from = *RootOf(old, tree.reader());
      const TreeHash to = *RootOf(size, tree.reader());
      for (TreeHash& hash : proof) {
        for (int bit = 0; bit < 256; ++bit) {
          hash[bit / 8] ^= 1 << bit % 8;
          ASSERT_FALSE(CheckConsistency(old, size, from, to, proof).ok());
          hash[bit / 8] ^= 1 << bit % 8;
        }
      }
    }
  }
}

// All leaves are equal, so that a node is known from its level alone and no
// tree of ten million is built.
TEST(MerkleTest, ProvesRandomOnesToTenMillion) {
  std::vector<TreeHash> level = {LeafHash("x")};
  for (int i = 1; i < 40; ++i) {
    level.push_back(NodeHash(level.back(), level.back()));
  }
  const NodeReader reader = [&](int l, uint64_t) -> absl::StatusOr<TreeHash> {
    return level[l];
  };
  std::mt19937_64 random(3);
  for (int i = 0; i < 100000; ++i) {
    const uint64_t size = 1 + random() % 10000000;
    const uint64_t index = random() % size;
    const TreeHash root = *RootOf(size, reader);
    auto proof = *InclusionProof(index, size, reader);
    ASSERT_EQ(CheckInclusion(index, size, level[0], proof, root),
              absl::OkStatus());
    const TreeHash from = *RootOf(index, reader);
    auto consistency = *ConsistencyProof(index, size, reader);
    ASSERT_EQ(CheckConsistency(index, size, from, root, consistency),
              absl::OkStatus());
    for (std::vector<TreeHash>* changed : {&proof, &consistency}) {
      if (changed->empty()) continue;
      (*changed)[random() % changed->size()][random() % 32] ^= 1
                                                               << random() % 8;
    }
    if (!proof.empty()) {
      ASSERT_FALSE(CheckInclusion(index, size, level[0], proof, root).ok());
    }
    if (!consistency.empty()) {
      ASSERT_FALSE(CheckConsistency(index, size, from, root, consistency).ok());
    }
  }
}

TEST(MerkleTest, RefusesWhatIsNotInTheTree) {
  const Tree tree = Numbers(4);
  EXPECT_FALSE(InclusionProof(4, 4, tree.reader()).ok());
  EXPECT_FALSE(InclusionProof(0, 0, tree.reader()).ok());
  EXPECT_FALSE(ConsistencyProof(5, 4, tree.reader()).ok());
  EXPECT_FALSE(CheckInclusion(0, 0, tree.leaf(0), {}, EmptyRoot()).ok());
  EXPECT_FALSE(CheckConsistency(5, 4, tree.leaf(0), tree.leaf(0), {}).ok());
}

}  // namespace
}  // namespace footnote
