// HTTP requests of the sources, with libcurl.
#ifndef FOOTNOTE_INDEXER_SOURCES_HTTP_CLIENT_H_
#define FOOTNOTE_INDEXER_SOURCES_HTTP_CLIENT_H_

#include <cstddef>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace footnote {

struct HttpRequest {
  std::string url;
  // "If-None-Match: \"abc\"".
  std::vector<std::string> headers;
  // Signs for S3 in `region` when there is a key.
  std::string access_key, secret_key, session_token, region;
  // The body as the server keeps it, packed or not.
  bool is_raw = false;
};

struct HttpReply {
  int code = 0;
  std::string body;
  std::string etag;
  std::string media_type;
  // How the body is packed, such as "gzip"; empty: it is not.
  std::string encoding;
  // Where a redirect leads, absolute; empty when it is none.
  std::string location;
  // In seconds; 0 when the server does not ask to wait.
  int retry_after = 0;
};

// Keeps its connection. One thread at a time.
class HttpClient {
 public:
  // Waits so that no more than `rate` requests begin in a second.
  HttpClient(double rate, size_t max_bytes, absl::Duration patience);
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // GET, redirects not followed. Busy servers (429, 503) and broken connections
  // are asked again three times, later each time.
  //   Unavailable        no connection, or it broke
  //   DeadlineExceeded   no end in time
  //   ResourceExhausted  the body is larger than it may be
  //   FailedPrecondition no authority's certificate is installed here
  absl::StatusOr<HttpReply> Get(const HttpRequest& request);

  // At least this long between two requests: what robots.txt asks for.
  void SlowTo(absl::Duration pause);

 private:
  absl::StatusOr<HttpReply> TryGet(const HttpRequest& request);

  struct Handle;
  std::unique_ptr<Handle> handle_;
  absl::Duration pause_;
  absl::Time next_;
  const size_t max_bytes_;
  const absl::Duration patience_;
};

// `link` as written on the page at `base`, absolute and without its fragment;
// empty when it is none that HTTP can get.
std::string ResolveUrl(absl::string_view base, absl::string_view link);

// `url` in the one form that all its spellings have; empty when it is none.
std::string NormalUrl(absl::string_view url);

// `text` with all but letters, digits, "-._~" and, where `keep_slash`, "/" as
// %XX.
std::string EscapeUrl(absl::string_view text, bool keep_slash);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_SOURCES_HTTP_CLIENT_H_
