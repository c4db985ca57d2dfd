#ifndef FOOTNOTE_AUDIT_RECORD_BATCH_H_
#define FOOTNOTE_AUDIT_RECORD_BATCH_H_

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "audit/merkle.h"
#include "audit/record_rows.h"
#include "storage/kv.h"

namespace footnote {

// One record on its way into the log.
struct PendingRecord {
  // Encoded, not yet stamped.
  std::string bytes;
  // Stands for tenant and request id; empty where there is none.
  std::string request_tag;
  // Whether `root` is wanted.
  bool wants_root = true;

  // Set by RecordBatch::Add: its place; or, with `repeated`, that of the first
  // record with this request.
  uint64_t sequence = 0;
  bool repeated = false;
  int64_t time_us = 0;
  TreeHash leaf;
  // Of the tree whose last leaf this is.
  TreeHash root;
};

// Records that are written together: gives each its number, its time and its
// leaf in the tree, and collects the rows of all tables. Nothing is written.
// One thread.
class RecordBatch {
 public:
  // Continues `tree`, which is that of the records in `kv`.
  RecordBatch(Frontier tree, const Kv& kv,
              const std::function<absl::Time()>& now)
      : tree_(std::move(tree)), kv_(kv), now_(now) {}

  // Unless its request was answered before, in `kv` or in this batch.
  //   and the errors of Kv
  absl::Status Add(PendingRecord* pending);

  // The tree with what was added.
  const Frontier& tree() const { return tree_; }
  KvBatch* changes() { return &changes_; }

 private:
  absl::Status FindRequest(PendingRecord* pending);

  Frontier tree_;
  const Kv& kv_;
  const std::function<absl::Time()>& now_;
  KvBatch changes_;
  RecordRows rows_;
  // Of this batch, by tag.
  std::map<std::string, uint64_t> requests_;
};

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_RECORD_BATCH_H_
