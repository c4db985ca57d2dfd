// The objects of an S3-compatible bucket, as a source.
#ifndef FOOTNOTE_INDEXER_SOURCES_BUCKET_H_
#define FOOTNOTE_INDEXER_SOURCES_BUCKET_H_

#include <string>

#include "indexer/sources/http_client.h"
#include "indexer/sources/source.h"

namespace footnote {

// Lists the bucket (ListObjectsV2) and gets what has another ETag than is
// known; large objects in ranges that must all be of one state of the object.
class BucketSource : public FileSource {
 public:
  // `address` is "s3://bucket/prefix".
  BucketSource(absl::string_view address, const SourceOptions& options);

  absl::Status ReadAll(
      const KnownEtags& known,
      const std::function<absl::Status(SourceItem)>& each) override;
  const std::string& prefix() const override { return prefix_; }

 private:
  struct Object {
    std::string key;
    std::string etag;
    uint64_t bytes = 0;
  };
  struct Page {
    std::vector<Object> objects;
    // Empty on the last page.
    std::string next;
  };

  HttpRequest Signed(std::string url) const;
  absl::StatusOr<Page> List(const std::string& continuation);
  absl::StatusOr<std::string> Fetch(const Object& object,
                                    std::string* media_type);

  std::string bucket_;
  std::string key_prefix_;
  std::string prefix_;
  std::string endpoint_;
  std::string region_;
  const SourceOptions options_;
  HttpClient client_;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_SOURCES_BUCKET_H_
