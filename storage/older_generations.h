// Generations that were current once and can still be searched, so that an
// answer is replayed against what was there when it was given.
#ifndef FOOTNOTE_STORAGE_OLDER_GENERATIONS_H_
#define FOOTNOTE_STORAGE_OLDER_GENERATIONS_H_

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/kv.h"
#include "storage/manifest.h"

namespace footnote {

// How long older generations of a collection are kept. The oldest go first,
// until every bound holds.
struct KeepPolicy {
  // Since another took its place; 0: none is kept.
  int64_t seconds = 0;
  // Of manifests, and of segments that nothing but older generations lists.
  uint64_t bytes = 0;
  // How many.
  size_t generations = 1000;
};

// The policy of a collection, as it is now.
using KeepRule = std::function<absl::StatusOr<KeepPolicy>(
    const Kv& kv, const std::string& collection)>;

struct OlderGeneration {
  Manifest manifest;
  int64_t replaced_us = 0;  // Unix time
  // Documents that a search of it found, and that were erased since: the
  // segments do not hold them any more.
  uint64_t erased = 0;
};

// Bytes of an older generation and back. Decode of any bytes is safe.
//   DataLoss       cut short or senseless
//   Unimplemented  written by a newer release
std::string EncodeOlder(const OlderGeneration& older);
absl::StatusOr<OlderGeneration> DecodeOlder(absl::string_view bytes);

//   NotFound  it is not kept
absl::StatusOr<OlderGeneration> ReadOlder(const Kv& kv,
                                          absl::string_view collection,
                                          uint64_t generation);

// What the rows of older generations say, in memory: which are kept and which
// segments they list. Not thread-safe. Changes go into the caller's batch and
// are taken as made: then comes TakeFreed, or Undo where the write failed.
class OlderGenerations {
 public:
  // `kv` must outlive this object, which knows of nothing before Load.
  explicit OlderGenerations(const Kv* kv) : kv_(kv) {}

  // Reads every row, once. Keys of rows that don't decode (a newer release
  // wrote them) go to `unreadable`.
  absl::Status Load(std::vector<std::string>* unreadable);
  // Forgets those with a segment for which `is_there` is false, in a restored
  // backup.
  void DropIncomplete(const std::function<bool(const std::string&)>& is_there,
                      KvBatch* batch);

  // A generation is replaced, or its row changes.
  void Put(const OlderGeneration& older, KvBatch* batch);
  void Drop(const std::string& collection, uint64_t generation, KvBatch* batch);
  // Drops the oldest until `policy` holds. `shared` are segments that others
  // list too: they cost nothing.
  void Trim(const std::string& collection, const KeepPolicy& policy,
            const std::set<std::string>& shared, int64_t now_us,
            KvBatch* batch);

  // The batch is written: segments that no generation lists any more since the
  // last call.
  std::vector<std::string> TakeFreed();
  // The batch could not be written: all is as it was after the last TakeFreed.
  // Needs nothing of the database, which may be what is broken.
  void Undo();

  bool Lists(const std::string& collection, const std::string& segment) const;
  // Numbers of the generations that list it, rising.
  std::vector<uint64_t> Listing(const std::string& collection,
                                const std::string& segment) const;
  // Segments that generations of the collection list, each once.
  std::set<std::string> Segments(const std::string& collection) const;
  std::vector<std::string> Collections() const;

  struct Summary {
    uint64_t generations = 0;
    uint64_t oldest = 0;            // its number; 0: none is kept
    int64_t oldest_created_us = 0;  // when it became current; Unix time
    uint64_t bytes = 0;             // as KeepPolicy counts them
  };
  Summary Summarize(const std::string& collection,
                    const std::set<std::string>& shared) const;

 private:
  struct Segment {
    std::string name;
    uint64_t file_bytes = 0;
  };
  struct Entry {
    uint64_t generation = 0;
    int64_t created_us = 0;
    int64_t replaced_us = 0;
    uint64_t row_bytes = 0;
    std::vector<Segment> segments;

    bool Lists(const std::string& segment) const;
  };
  struct Use {
    uint64_t entries = 0;
    uint64_t file_bytes = 0;
  };
  struct Kept {
    std::deque<Entry> entries;  // by rising number
    std::map<std::string, Use> uses;
    uint64_t row_bytes = 0;

    void Add(Entry entry);
    Entry Remove(size_t index, std::vector<std::string>* freed);
    uint64_t Bytes(const std::set<std::string>& shared) const;
  };
  struct Change {
    std::string collection;
    bool added = false;  // else removed
    Entry entry;
  };

  static Entry EntryOf(const OlderGeneration& older, uint64_t row_bytes);
  void Add(const std::string& collection, Entry entry);
  void Remove(const std::string& collection, size_t index);

  const Kv* const kv_;
  std::map<std::string, Kept> kept_;
  // Since the last TakeFreed.
  std::vector<std::string> freed_;
  std::vector<Change> changes_;
};

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_OLDER_GENERATIONS_H_
