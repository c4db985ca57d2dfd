// As much HTTP as a log and its witnesses speak: one POST of a text.
#ifndef FOOTNOTE_AUDIT_HTTP_H_
#define FOOTNOTE_AUDIT_HTTP_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace footnote {

struct HttpAnswer {
  int status = 200;
  std::string body;
};

// Sends `body` to `url` (http or https) and waits for the answer, whatever its
// status. Safe from many threads.
//   Unavailable  nobody answered, or not in time
absl::StatusOr<HttpAnswer> HttpPost(const std::string& url,
                                    const std::string& body,
                                    absl::Duration timeout);

// Answers POSTs of one path until its end.
class HttpServer {
 public:
  // `answer` is called from many threads. `port` 0 takes a free one. Bodies
  // over 1 MiB are refused.
  //   Unavailable  the address can't be used
  static absl::StatusOr<std::unique_ptr<HttpServer>> Start(
      const std::string& host, int port, const std::string& path,
      std::function<HttpAnswer(const std::string& body)> answer);
  virtual ~HttpServer() = default;
  virtual int port() const = 0;
};

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_HTTP_H_
