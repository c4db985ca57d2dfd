// What a collection takes of a document.
#ifndef FOOTNOTE_INDEXER_COLLECTION_FIT_H_
#define FOOTNOTE_INDEXER_COLLECTION_FIT_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "indexer/prepare.h"
#include "model/encoder/encoder.h"
#include "storage/store.h"

namespace footnote {

// What no segment or no generation would take costs itself alone, if it is
// found in time: once it is in a segment, all that is with it there goes too.
// Safe from many threads.
class CollectionFit {
 public:
  // `encoder` makes the vectors, null: none are made; `encoder_hash` is its
  // hash, raw. Both pointers must outlive this.
  CollectionFit(Store* store, std::string collection, const Encoder* encoder,
                std::string encoder_hash);

  // InvalidArgument where it does not fit the collection as it is now: vectors
  // of another kind, or headings longer than a segment's strings.
  absl::Status Check(const PreparedDocument& document) const;

  // How many numbers its vectors have; of a text without one, those beside it.
  absl::StatusOr<int> DimensionOf(const PreparedDocument& document) const;

 private:
  Store* const store_;
  const std::string collection_;
  const Encoder* const encoder_;
  const std::string encoder_hash_;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_COLLECTION_FIT_H_
