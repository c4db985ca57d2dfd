#include "audit/http.h"

#include <arpa/inet.h>
#include <curl/curl.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <string.h>

#include <mutex>
#include <utility>

#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

constexpr size_t kMostBodyBytes = 1 << 20;

size_t Collect(char* data, size_t size, size_t count, void* into) {
  std::string& body = *static_cast<std::string*>(into);
  if (body.size() + size * count > kMostBodyBytes) return 0;
  body.append(data, size * count);
  return size * count;
}

// One request on its way in.
struct Incoming {
  std::string body;
  bool too_large = false;
};

class MicroServer final : public HttpServer {
 public:
  MicroServer(std::string path,
              std::function<HttpAnswer(const std::string&)> answer)
      : path_(std::move(path)), answer_(std::move(answer)) {}
  ~MicroServer() override {
    if (daemon_ != nullptr) MHD_stop_daemon(daemon_);
  }

  absl::Status Listen(const std::string& host, int port) {
    sockaddr_in address;
    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_port = htons(static_cast<uint16_t>(port));
    if (inet_pton(AF_INET, host.c_str(), &address.sin_addr) != 1) {
      return absl::InvalidArgumentError(
          absl::StrCat("listen: ", host, ", want an IPv4 address"));
    }
    daemon_ = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD, 0, nullptr, nullptr, &Handle, this,
        MHD_OPTION_SOCK_ADDR, &address, MHD_OPTION_CONNECTION_LIMIT, 64u,
        MHD_OPTION_CONNECTION_TIMEOUT, 30u, MHD_OPTION_NOTIFY_COMPLETED,
        &Forget, nullptr, MHD_OPTION_END);
    if (daemon_ == nullptr) {
      return absl::UnavailableError(
          absl::StrCat("listen: ", host, ":", port, " can't be used"));
    }
    return absl::OkStatus();
  }

  int port() const override {
    return MHD_get_daemon_info(daemon_, MHD_DAEMON_INFO_BIND_PORT)->port;
  }

 private:
  static void Forget(void*, MHD_Connection*, void** state,
                     MHD_RequestTerminationCode) {
    delete static_cast<Incoming*>(*state);
    *state = nullptr;
  }

  static MHD_Result Reply(MHD_Connection* connection,
                          const HttpAnswer& answer) {
    MHD_Response* const response = MHD_create_response_from_buffer(
        answer.body.size(), const_cast<char*>(answer.body.data()),
        MHD_RESPMEM_MUST_COPY);
    MHD_add_response_header(response, "Content-Type",
                            answer.status == 409 ? "text/x.tlog.size"
                                                 : "text/plain; charset=utf-8");
    const MHD_Result sent = MHD_queue_response(
        connection, static_cast<unsigned>(answer.status), response);
    MHD_destroy_response(response);
    return sent;
  }

  static MHD_Result Handle(void* self, MHD_Connection* connection,
                           const char* url, const char* method, const char*,
                           const char* data, size_t* bytes, void** state) {
    MicroServer& server = *static_cast<MicroServer*>(self);
    if (*state == nullptr) {
      *state = new Incoming;
      return MHD_YES;
    }
    Incoming& incoming = *static_cast<Incoming*>(*state);
    if (*bytes > 0) {
      if (incoming.body.size() + *bytes > kMostBodyBytes) {
        incoming.too_large = true;
      } else {
        incoming.body.append(data, *bytes);
      }
      *bytes = 0;
      return MHD_YES;
    }
    if (url != server.path_) return Reply(connection, {404, "no such path\n"});
    if (strcmp(method, MHD_HTTP_METHOD_POST) != 0) {
      return Reply(connection, {405, "want POST\n"});
    }
    if (incoming.too_large) return Reply(connection, {413, "too large\n"});
    return Reply(connection, server.answer_(incoming.body));
  }

  const std::string path_;
  const std::function<HttpAnswer(const std::string&)> answer_;
  MHD_Daemon* daemon_ = nullptr;
};

}  // namespace

absl::StatusOr<HttpAnswer> HttpPost(const std::string& url,
                                    const std::string& body,
                                    absl::Duration timeout) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> curl(
      curl_easy_init(), &curl_easy_cleanup);
  if (curl == nullptr) return absl::InternalError("curl: can't begin");
  HttpAnswer answer;
  curl_easy_setopt(curl.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(curl.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(curl.get(), CURLOPT_POSTFIELDSIZE,
                   static_cast<long>(body.size()));
  curl_easy_setopt(curl.get(), CURLOPT_WRITEFUNCTION, &Collect);
  curl_easy_setopt(curl.get(), CURLOPT_WRITEDATA, &answer.body);
  curl_easy_setopt(curl.get(), CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(timeout)));
  curl_easy_setopt(curl.get(), CURLOPT_NOSIGNAL, 1L);
  const CURLcode code = curl_easy_perform(curl.get());
  if (code != CURLE_OK) {
    return absl::UnavailableError(
        absl::StrCat(url, ": ", curl_easy_strerror(code),
                     code == CURLE_SSL_CACERT_BADFILE
                         ? ", want Debian's package ca-certificates"
                         : ""));
  }
  long status = 0;
  curl_easy_getinfo(curl.get(), CURLINFO_RESPONSE_CODE, &status);
  answer.status = static_cast<int>(status);
  return answer;
}

absl::StatusOr<std::unique_ptr<HttpServer>> HttpServer::Start(
    const std::string& host, int port, const std::string& path,
    std::function<HttpAnswer(const std::string& body)> answer) {
  auto server = std::make_unique<MicroServer>(path, std::move(answer));
  const absl::Status status = server->Listen(host, port);
  if (!status.ok()) return status;
  return std::unique_ptr<HttpServer>(std::move(server));
}

}  // namespace footnote
