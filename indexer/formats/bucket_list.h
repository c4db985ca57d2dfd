// What an S3-compatible server says of the objects in a bucket.
#ifndef FOOTNOTE_INDEXER_FORMATS_BUCKET_LIST_H_
#define FOOTNOTE_INDEXER_FORMATS_BUCKET_LIST_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace footnote {

struct BucketList {
  struct Object {
    std::string key;
    std::string etag;
    uint64_t bytes = 0;
  };
  std::vector<Object> objects;
  // The token that the next page is asked for with; empty on the last.
  std::string next;
};

// Reads the answer to ListObjectsV2.
//   DataLoss  it is none, or not the last page and yet without a token
absl::StatusOr<BucketList> ReadBucketList(absl::string_view xml);

// "NoSuchBucket: The specified bucket does not exist"; empty when `xml` is no
// error.
std::string BucketErrorOf(absl::string_view xml);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_BUCKET_LIST_H_
