#include "indexer/sources/source.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "indexer/sources/bucket.h"
#include "indexer/sources/http_client.h"
#include "indexer/sources/site.h"

namespace footnote {

bool IsSourceAddress(absl::string_view address) {
  return absl::StartsWith(address, "http://") ||
         absl::StartsWith(address, "https://") ||
         absl::StartsWith(address, "s3://");
}

absl::StatusOr<std::unique_ptr<FileSource>> OpenSource(
    absl::string_view address, const SourceOptions& options) {
  if (absl::StartsWith(address, "s3://") && address.size() > 5) {
    return std::make_unique<BucketSource>(address, options);
  }
  std::string url = NormalUrl(address);
  if (url.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(address,
                     ": no address, want https://HOST/PATH or "
                     "s3://BUCKET/PREFIX"));
  }
  return std::make_unique<SiteSource>(std::move(url), options);
}

}  // namespace footnote
