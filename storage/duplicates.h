// Which documents say nearly the same: signatures of their texts, and groups of
// documents whose signatures are alike.
#ifndef FOOTNOTE_STORAGE_DUPLICATES_H_
#define FOOTNOTE_STORAGE_DUPLICATES_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/node_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/optional.h"
#include "storage/kv.h"

namespace footnote {

// A MinHash of the runs of words of a text: of two texts, each number is equal
// with the probability that is the share of runs that both have (Jaccard's).
using TextSignature = std::array<uint16_t, 64>;

// That share, estimated: 0 to 1, give or take .05.
double SignatureSimilarity(const TextSignature& a, const TextSignature& b);

// From here on two texts say nearly the same.
inline constexpr double kNearDuplicate = 0.8;

struct DuplicateMember {
  std::string document;
  // To the first of the group.
  double similarity = 1;
};

// The groups of a collection, as they are stored. Safe from many threads.
//
// A document finds its like through four hashes of three numbers of its
// signature each: two texts that share .8 of their runs meet in one of them
// with a probability of .94, at .9 with .995. At most 16 documents stand behind
// one hash; of a group that is larger the later ones find those, and others of
// it take the places of those that go.
class DuplicateTable {
 public:
  // `kv` has the tables of StoreTables(); it must outlive this object.
  explicit DuplicateTable(const Kv* kv) : kv_(*kv) {}

  // Whether the collection has a group at all.
  bool HasGroups(absl::string_view collection) const;
  // The group of a document; 0: none.
  absl::StatusOr<uint64_t> GroupOf(absl::string_view collection,
                                   absl::string_view document) const;
  // The members of a group, by id, at most `limit`.
  absl::StatusOr<std::vector<DuplicateMember>> Members(
      absl::string_view collection, uint64_t group, size_t limit) const;
  // Groups after `after` (0: from the first), at most `limit`.
  absl::StatusOr<std::vector<uint64_t>> Groups(absl::string_view collection,
                                               uint64_t after,
                                               size_t limit) const;

 private:
  const Kv& kv_;
};

// What one commit changes in the groups of a collection. One thread; no other
// commit of the collection may run between the first call and the write.
class DuplicateChanges {
 public:
  DuplicateChanges(const Kv* kv, absl::string_view collection);

  // The newest text of `document` has this signature (none: it's too short).
  // Returns a document that was there before, or came earlier in this commit,
  // and says nearly the same; "" where there is none.
  absl::StatusOr<std::string> Put(
      const std::string& document,
      const absl::optional<TextSignature>& signature);

  // The document is no more; nothing happens where it had no signature.
  absl::Status Remove(const std::string& document);

  // Adds the changes to the write that makes them true.
  void AppendTo(KvBatch* batch) const;

 private:
  // What a document's row holds.
  struct Row {
    uint64_t group = 0;
    TextSignature signature;
  };
  // The documents behind one of the hashes of a signature.
  struct Band {
    std::string key;
    std::vector<std::string> documents;
    bool is_changed = false;
  };
  using Bands = std::array<Band*, 4>;

  absl::StatusOr<absl::optional<Row>> GetRow(const std::string& document);
  absl::StatusOr<Band*> GetBand(const std::string& key);
  absl::StatusOr<Bands> GetBands(const TextSignature& signature);
  absl::StatusOr<std::string> FindLike(const TextSignature& signature,
                                       const Bands& bands, Row* like);
  absl::StatusOr<uint64_t> NewGroup(const std::string& document);
  absl::Status LeaveGroup(const std::string& document, uint64_t group);
  absl::StatusOr<std::set<std::string>> TwoMembers(uint64_t group,
                                                   const std::string& document);
  absl::Status Refill(const std::string& document, uint64_t group,
                      std::vector<size_t> which, const Bands& bands);
  absl::Status ForEachMember(
      const std::string& prefix, const std::string& first, size_t most_passed,
      const std::function<bool(const std::string&)>& each);

  const Kv& kv_;
  const std::string collection_;
  // Changed rows, by document; nullopt: deleted.
  absl::flat_hash_map<std::string, absl::optional<Row>> rows_;
  // Those that were asked for, by key.
  absl::node_hash_map<std::string, Band> bands_;
  // Changed members of groups, by key: whether they are there.
  std::map<std::string, bool> members_;
};

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_DUPLICATES_H_
