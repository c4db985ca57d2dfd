// Where documents come from when they are no files: a web site or a bucket.
#ifndef FOOTNOTE_INDEXER_SOURCES_SOURCE_H_
#define FOOTNOTE_INDEXER_SOURCES_SOURCE_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace footnote {

// One document of a source.
struct SourceItem {
  // Its address, which is the document's id: "https://host/page.html",
  // "s3://bucket/folder/page.html".
  std::string id;
  // The source's word for this state of it; empty: it has none.
  std::string etag;
  // As the source says; empty: it does not.
  std::string media_type;
  // Its ETag is the one that was known: there are no bytes.
  bool unchanged = false;
  std::string bytes;
  // Why there are no bytes.
  absl::Status status;
};

// The ETags of the documents that are stored, by id.
using KnownEtags = std::map<std::string, std::string>;

struct SourceOptions {
  // Requests a second, at most.
  double rate = 10;
  size_t max_items = 1000000;
  size_t max_item_bytes = size_t{256} << 20;
  // Of one request.
  absl::Duration patience = absl::Seconds(60);
  // Of buckets: where they are served, "https://s3.eu-west-1.amazonaws.com";
  // empty: $AWS_ENDPOINT_URL, or Amazon in region `region`.
  std::string endpoint;
  std::string region;  // empty: $AWS_REGION, or us-east-1
};

// One thread at a time.
class FileSource {
 public:
  virtual ~FileSource() = default;

  // Calls `each` for every item, once; an item that cannot be had has a status.
  // An error of `each` ends the reading and is returned, and so are those that
  // keep the source as a whole from being read: then what was not seen may
  // still be there.
  virtual absl::Status ReadAll(
      const KnownEtags& known,
      const std::function<absl::Status(SourceItem)>& each) = 0;

  // What the ids of its items begin with.
  virtual const std::string& prefix() const = 0;
};

// True for addresses that OpenSource takes: http:, https: and s3:.
bool IsSourceAddress(absl::string_view address);

// A web site below `address` ("https://host/docs/": pages whose addresses begin
// so, found by their links from there on), or the objects of a bucket
// ("s3://bucket/prefix", credentials in $AWS_ACCESS_KEY_ID and
// $AWS_SECRET_ACCESS_KEY; without them unsigned).
//   InvalidArgument  no such address
absl::StatusOr<std::unique_ptr<FileSource>> OpenSource(
    absl::string_view address, const SourceOptions& options);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_SOURCES_SOURCE_H_
