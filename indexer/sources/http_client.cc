#include "indexer/sources/http_client.h"

#include <curl/curl.h>

#include <algorithm>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "base/status_macros.h"

namespace footnote {
namespace {

constexpr int kTries = 4;
constexpr char kAgent[] = "footnote";

struct Received {
  HttpReply reply;
  size_t max_bytes = 0;
  bool too_large = false;
};

size_t OnBody(char* data, size_t size, size_t count, void* received) {
  auto* const out = static_cast<Received*>(received);
  const size_t bytes = size * count;
  if (out->reply.body.size() + bytes > out->max_bytes) {
    out->too_large = true;
    return 0;
  }
  out->reply.body.append(data, bytes);
  return bytes;
}

size_t OnHeader(char* data, size_t size, size_t count, void* received) {
  HttpReply* const reply = &static_cast<Received*>(received)->reply;
  const absl::string_view line(data, size * count);
  const size_t colon = line.find(':');
  if (colon != absl::string_view::npos) {
    const absl::string_view name = line.substr(0, colon);
    const absl::string_view value =
        absl::StripAsciiWhitespace(line.substr(colon + 1));
    if (absl::EqualsIgnoreCase(name, "etag")) {
      reply->etag = std::string(value);
    } else if (absl::EqualsIgnoreCase(name, "content-type")) {
      reply->media_type = std::string(value);
    } else if (absl::EqualsIgnoreCase(name, "content-encoding")) {
      reply->encoding =
          absl::EqualsIgnoreCase(value, "identity") ? "" : std::string(value);
    } else if (absl::EqualsIgnoreCase(name, "retry-after")) {
      if (!absl::SimpleAtoi(value, &reply->retry_after)) reply->retry_after = 0;
    }
  }
  return size * count;
}

absl::Status CurlError(CURLcode code, const std::string& url) {
  const std::string what = absl::StrCat(url, ": ", curl_easy_strerror(code));
  switch (code) {
    case CURLE_SSL_CACERT_BADFILE:
      return absl::FailedPreconditionError(
          absl::StrCat(what, ", want Debian's package ca-certificates"));
    case CURLE_OPERATION_TIMEDOUT:
      return absl::DeadlineExceededError(what);
    case CURLE_URL_MALFORMAT:
    case CURLE_UNSUPPORTED_PROTOCOL:
      return absl::InvalidArgumentError(what);
    default:
      return absl::UnavailableError(what);
  }
}

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};

std::string UrlOf(CURLU* url) {
  curl_url_set(url, CURLUPART_FRAGMENT, nullptr, 0);
  char* text = nullptr;
  if (curl_url_get(url, CURLUPART_URL, &text, CURLU_NO_DEFAULT_PORT) !=
      CURLUE_OK) {
    return "";
  }
  std::string out(text);
  curl_free(text);
  return absl::StartsWith(out, "http://") || absl::StartsWith(out, "https://")
             ? out
             : "";
}

}  // namespace

struct HttpClient::Handle {
  Handle() : curl(curl_easy_init()) {}
  ~Handle() { curl_easy_cleanup(curl); }
  CURL* const curl;
};

HttpClient::HttpClient(double rate, size_t max_bytes, absl::Duration patience)
    : handle_(std::make_unique<Handle>()),
      pause_(absl::Seconds(1 / std::max(rate, 0.001))),
      next_(absl::InfinitePast()),
      max_bytes_(max_bytes),
      patience_(patience) {}

HttpClient::~HttpClient() = default;

void HttpClient::SlowTo(absl::Duration pause) {
  pause_ = std::max(pause_, pause);
}

absl::StatusOr<HttpReply> HttpClient::Get(const HttpRequest& request) {
  absl::StatusOr<HttpReply> reply;
  for (int i = 0; i < kTries; ++i) {
    const absl::Time now = absl::Now();
    if (next_ > now) absl::SleepFor(next_ - now);
    next_ = std::max(now, next_) + pause_;
    reply = TryGet(request);
    const bool busy = reply.ok() ? reply->code == 429 || reply->code == 503
                                 : absl::IsUnavailable(reply.status());
    if (!busy || i + 1 == kTries) break;
    const absl::Duration asked =
        absl::Seconds(reply.ok() ? std::min(reply->retry_after, 60) : 0);
    next_ = std::max(
        next_, absl::Now() +
                   std::max(asked, absl::Milliseconds(200) * (1 << (2 * i))));
  }
  return reply;
}

absl::StatusOr<HttpReply> HttpClient::TryGet(const HttpRequest& request) {
  CURL* const curl = handle_->curl;
  if (curl == nullptr) return absl::ResourceExhaustedError("curl: no memory");
  curl_easy_reset(curl);
  Received received;
  received.max_bytes = max_bytes_;
  curl_slist* headers = nullptr;
  for (const std::string& header : request.headers) {
    headers = curl_slist_append(headers, header.c_str());
  }
  curl_easy_setopt(curl, CURLOPT_URL, request.url.c_str());
  // "a/../b" is the name of an object as any other one; links are resolved.
  curl_easy_setopt(curl, CURLOPT_PATH_AS_IS, 1L);
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(curl, CURLOPT_USERAGENT, kAgent);
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  // Bodies come as the server keeps them: an ETag may mean packed bytes, but a
  // document is what it unpacks to.
  if (!request.is_raw) curl_easy_setopt(curl, CURLOPT_ACCEPT_ENCODING, "");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT_MS,
                   static_cast<long>(absl::ToInt64Milliseconds(patience_)));
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &OnBody);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &received);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &OnHeader);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &received);
  std::string signing, key;
  if (!request.access_key.empty()) {
    signing = absl::StrCat("aws:amz:", request.region, ":s3");
    key = absl::StrCat(request.access_key, ":", request.secret_key);
    curl_easy_setopt(curl, CURLOPT_AWS_SIGV4, signing.c_str());
    curl_easy_setopt(curl, CURLOPT_USERPWD, key.c_str());
    if (!request.session_token.empty()) {
      headers = curl_slist_append(
          headers, absl::StrCat("x-amz-security-token: ", request.session_token)
                       .c_str());
    }
  }
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
  const CURLcode code = curl_easy_perform(curl);
  curl_slist_free_all(headers);
  if (received.too_large) {
    return absl::ResourceExhaustedError(absl::StrCat(
        request.url, ": over ", max_bytes_, " bytes, want at most that many"));
  }
  if (code != CURLE_OK) return CurlError(code, request.url);
  long status = 0;
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
  received.reply.code = static_cast<int>(status);
  char* location = nullptr;
  curl_easy_getinfo(curl, CURLINFO_REDIRECT_URL, &location);
  if (location != nullptr) received.reply.location = NormalUrl(location);
  return std::move(received.reply);
}

std::string ResolveUrl(absl::string_view base, absl::string_view link) {
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  const std::string trimmed(absl::StripAsciiWhitespace(link));
  if (url == nullptr ||
      curl_url_set(url.get(), CURLUPART_URL, std::string(base).c_str(), 0) !=
          CURLUE_OK ||
      curl_url_set(url.get(), CURLUPART_URL, trimmed.c_str(),
                   CURLU_URLENCODE) != CURLUE_OK) {
    return "";
  }
  return UrlOf(url.get());
}

std::string NormalUrl(absl::string_view url) { return ResolveUrl(url, url); }

std::string EscapeUrl(absl::string_view text, bool keep_slash) {
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (absl::ascii_isalnum(byte) || c == '-' || c == '.' || c == '_' ||
        c == '~' || (keep_slash && c == '/')) {
      out.push_back(c);
    } else {
      absl::StrAppendFormat(&out, "%%%02X", byte);
    }
  }
  return out;
}

}  // namespace footnote
