// A web site below one address, as a source.
#ifndef FOOTNOTE_INDEXER_SOURCES_SITE_H_
#define FOOTNOTE_INDEXER_SOURCES_SITE_H_

#include <deque>
#include <memory>
#include <set>
#include <string>

#include "indexer/sources/http_client.h"
#include "indexer/sources/robots.h"
#include "indexer/sources/source.h"

namespace footnote {

// Follows links from `address` on, breadth first, to addresses of the same host
// that begin as `address` does up to its last "/". Asks robots.txt first and
// does what it says; a robots.txt that the server cannot give just now (5xx)
// means that nothing may be read. Pages that are known are asked for with their
// ETag, and asked for too when no link leads to them any more; a page whose
// ETag is the known one leads to what it led to before, which is known. Pages
// that are gone (404, 410) are left out. What redirects lead to counts when it
// lies below the address; a known page that leads to another one for now is an
// item that can't be read, not one that is gone.
class SiteSource : public FileSource {
 public:
  SiteSource(std::string address, const SourceOptions& options);

  absl::Status ReadAll(
      const KnownEtags& known,
      const std::function<absl::Status(SourceItem)>& each) override;
  const std::string& prefix() const override { return prefix_; }

 private:
  absl::Status ReadRobots();
  bool IsOutside(const std::string& url) const;
  // Puts `url` into the queue, once, when it may be read.
  void Found(const std::string& url);
  void FollowLinks(const std::string& url, const std::string& page,
                   bool* no_index);
  absl::StatusOr<bool> ReadPage(
      const std::string& url, const KnownEtags& known,
      const std::function<absl::Status(SourceItem)>& each);

  const std::string address_;
  const std::string prefix_;
  const SourceOptions options_;
  HttpClient client_;
  Robots robots_;
  std::deque<std::string> queue_;
  std::set<std::string> seen_;
  // Where a redirect led that is not below the address.
  std::string outside_;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_SOURCES_SITE_H_
