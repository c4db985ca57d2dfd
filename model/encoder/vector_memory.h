#ifndef FOOTNOTE_MODEL_ENCODER_VECTOR_MEMORY_H_
#define FOOTNOTE_MODEL_ENCODER_VECTOR_MEMORY_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/hash.h"

namespace footnote {

// Vectors of texts. Of a text its SHA-256 is held alone: nobody reads here what
// was deleted elsewhere.
//
// Some are kept on purpose, before anybody asks about their texts: they don't
// give way to what is met. Of each is kept where its text stands, by a number:
// who may not look there must not learn that it does.
//
// Safe from many threads.
class VectorMemory {
 public:
  using Key = std::array<uint8_t, kSha256Bytes>;

  // Holds up to `most` numbers of texts that are met, then begins anew, and
  // beside them up to `most_kept` numbers of those that are kept. A number
  // takes four bytes, a text some 32 more.
  VectorMemory(size_t most, size_t most_kept)
      : most_(most), most_kept_(most_kept) {}

  // Of `pieces` one behind the other.
  static Key KeyOf(std::initializer_list<absl::string_view> pieces);

  // Copies what is held of keys[i] to rows + i * size, which is as long, and
  // returns the indices of those of which nothing is.
  std::vector<size_t> Find(absl::Span<const Key> keys, size_t size,
                           float* rows) const;
  // Holds `vector`, if that of `key` is not kept.
  void Meet(const Key& key, absl::Span<const float> vector);

  // Whether all of `keys` are kept, keys[i] of where[i]. REQUIRES: there are as
  // many of both
  bool Keeps(absl::Span<const Key> keys,
             absl::Span<const uint64_t> where) const;

  // Keeps the vector of `key`, of `size` numbers, where one is held; NotFound:
  // there is none, but room for it. `round` is a number that never falls. Where
  // as many are kept as may be, those of an earlier round make room, any: who
  // comes later in this round makes room for itself again.
  //   ResourceExhausted  as many were kept in this round, this one was not
  absl::Status KeepMet(const Key& key, size_t size, uint64_t where,
                       uint64_t round);
  // Keeps `vector`, or the one that is kept already. Errors as those of
  // KeepMet.
  absl::Status Keep(const Key& key, std::vector<float> vector, uint64_t where,
                    uint64_t round);
  // Lets go of what was kept in no round from `round` on; also of where it was.
  void ForgetKeptBefore(uint64_t round);

  // Texts whose vectors are held, and how many of them are kept.
  size_t size() const;
  size_t kept() const;

 private:
  struct Kept {
    std::vector<float> vector;
    // The last round, of all places and of each.
    uint64_t round = 0;
    absl::flat_hash_map<uint64_t, uint64_t> round_where;
  };

  // Lets `numbers` more be kept in `round`; lets go of some of an earlier
  // round where that must be. REQUIRES: mutex_ is held.
  absl::Status MakeRoom(size_t numbers, uint64_t round);
  // Notes that `key` is kept of `where`, too; false: it is not kept. REQUIRES:
  // mutex_ is held.
  bool KeepAgain(const Key& key, uint64_t where, uint64_t round);
  // Takes it out of met_. REQUIRES: mutex_ is held.
  void ForgetMet(const Key& key);

  const size_t most_;
  const size_t most_kept_;
  mutable std::mutex mutex_;
  // All guarded by mutex_. No text is in both.
  absl::flat_hash_map<Key, std::vector<float>> met_;
  absl::flat_hash_map<Key, Kept> kept_;
  size_t numbers_met_ = 0;
  size_t numbers_kept_ = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_MODEL_ENCODER_VECTOR_MEMORY_H_
