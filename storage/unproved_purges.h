#ifndef FOOTNOTE_STORAGE_UNPROVED_PURGES_H_
#define FOOTNOTE_STORAGE_UNPROVED_PURGES_H_

#include <vector>

#include "absl/status/statusor.h"
#include "storage/kv.h"
#include "storage/purge.h"

namespace footnote {

// The purges that are not proved, collection by collection, oldest first. They
// are few, and the others, which all stay on record, are not read again: up to
// which number all of a collection are proved goes to `proved`, for the
// database.
//   DataLoss  a record that is read is damaged
absl::StatusOr<std::vector<Purge>> ListUnproved(const Kv& kv, KvBatch* proved);

}  // namespace footnote

#endif  // FOOTNOTE_STORAGE_UNPROVED_PURGES_H_
