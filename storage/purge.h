// The way of deleted bytes to their end, written down at every step.
#ifndef FOOTNOTE_STORAGE_PURGE_H_
#define FOOTNOTE_STORAGE_PURGE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "storage/kv.h"

namespace footnote {

// Stored: never renumber. A purge only ever moves on; a killed process goes on
// where the record says.
enum class PurgeState : uint8_t {
  // Nothing shows the documents any more: search, lists and text readers. Their
  // bytes are still in the files that `segments` names, and in the database.
  kHidden = 1,
  // No segment holds their postings, vectors and strings. What files of the
  // database may still hold of them is known: `files`.
  kRewritten = 2,
  // The database was compacted without them.
  kCompacted = 3,
  // Every file that `segments` and `files` name is gone, and no reader of this
  // process holds one any more; no table has a row and no segment an entry.
  kProved = 4,
};

// "HIDDEN", "REWRITTEN", "COMPACTED", "PROVED".
absl::string_view PurgeStateName(PurgeState state);

// One call of Store::Erase.
struct Purge {
  std::string collection;
  // Rises within the collection, from 1.
  uint32_t number = 0;
  PurgeState state = PurgeState::kHidden;
  std::vector<std::string> documents;
  // Names in STORE/segments and in STORE/db that held the bytes.
  std::vector<std::string> segments;
  std::vector<std::string> files;
  int64_t begun_us = 0;  // Unix time
  int64_t proved_us = 0;
};

// Adds to `batch` what makes this the record of the purge.
void AppendPurge(const Purge& purge, KvBatch* batch);
// The purges of a collection (of all when empty), oldest first.
//   DataLoss  a record is damaged
absl::StatusOr<std::vector<Purge>> ListPurges(const Kv& kv,
                                              absl::string_view collection);
// The number of the collection's next purge.
absl::StatusOr<uint32_t> NextPurge(const Kv& kv, absl::string_view collection);

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_PURGE_H_
