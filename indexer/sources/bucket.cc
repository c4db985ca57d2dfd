#include "indexer/sources/bucket.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "indexer/formats/bucket_list.h"

namespace footnote {
namespace {

constexpr uint64_t kRangeBytes = 8 << 20;

std::string Variable(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

std::string FirstOf(const std::string& a, const std::string& b,
                    const std::string& c) {
  return !a.empty() ? a : !b.empty() ? b : c;
}

}  // namespace

BucketSource::BucketSource(absl::string_view address,
                           const SourceOptions& options)
    : prefix_(address),
      options_(options),
      client_(options.rate, options.max_item_bytes, options.patience) {
  absl::string_view rest = address.substr(5);
  const size_t slash = std::min(rest.find('/'), rest.size());
  bucket_ = std::string(rest.substr(0, slash));
  if (slash < rest.size()) key_prefix_ = std::string(rest.substr(slash + 1));
  if (slash == rest.size()) prefix_ += "/";
  region_ = FirstOf(options.region, Variable("AWS_REGION"), "us-east-1");
  endpoint_ = FirstOf(options.endpoint, Variable("AWS_ENDPOINT_URL"),
                      absl::StrCat("https://s3.", region_, ".amazonaws.com"));
  while (absl::EndsWith(endpoint_, "/")) endpoint_.pop_back();
}

HttpRequest BucketSource::Signed(std::string url) const {
  HttpRequest request;
  request.url = std::move(url);
  request.access_key = Variable("AWS_ACCESS_KEY_ID");
  request.secret_key = Variable("AWS_SECRET_ACCESS_KEY");
  request.session_token = Variable("AWS_SESSION_TOKEN");
  request.region = region_;
  return request;
}

absl::StatusOr<BucketSource::Page> BucketSource::List(
    const std::string& continuation) {
  // In the order of their names: that is how they are signed.
  std::string query;
  if (!continuation.empty()) {
    query = absl::StrCat("continuation-token=",
                         EscapeUrl(continuation, /*keep_slash=*/false), "&");
  }
  absl::StrAppend(&query, "list-type=2&prefix=",
                  EscapeUrl(key_prefix_, /*keep_slash=*/false));
  const std::string url =
      absl::StrCat(endpoint_, "/", EscapeUrl(bucket_, false), "?", query);
  ASSIGN_OR_RETURN(const HttpReply reply, client_.Get(Signed(url)));
  if (reply.code != 200) {
    const std::string what =
        absl::StrCat(prefix_, ": ", endpoint_, " answered ", reply.code, " ",
                     BucketErrorOf(reply.body));
    if (reply.code == 404) return absl::NotFoundError(what);
    if (reply.code == 401 || reply.code == 403) {
      return absl::PermissionDeniedError(what);
    }
    return absl::UnavailableError(what);
  }
  ASSIGN_OR_RETURN(BucketList list, ReadBucketList(reply.body));
  Page page;
  page.next = std::move(list.next);
  for (BucketList::Object& object : list.objects) {
    page.objects.push_back(
        {std::move(object.key), std::move(object.etag), object.bytes});
  }
  return page;
}

absl::StatusOr<std::string> BucketSource::Fetch(const Object& object,
                                                std::string* media_type) {
  const std::string url =
      absl::StrCat(endpoint_, "/", EscapeUrl(bucket_, false), "/",
                   EscapeUrl(object.key, /*keep_slash=*/true));
  bool whole = object.bytes <= kRangeBytes;
  std::string bytes;
  while (true) {
    HttpRequest request = Signed(url);
    const uint64_t end =
        std::min<uint64_t>(bytes.size() + kRangeBytes, object.bytes);
    request.is_raw = !whole;
    if (!whole) {
      request.headers.push_back(
          absl::StrCat("Range: bytes=", bytes.size(), "-", end - 1));
    }
    if (!object.etag.empty()) {
      request.headers.push_back(absl::StrCat("If-Match: ", object.etag));
    }
    ASSIGN_OR_RETURN(HttpReply reply, client_.Get(request));
    if (reply.code == 412) {
      return absl::AbortedError(absl::StrCat(
          object.key, ": changed while it was read, want another run"));
    }
    if (reply.code != (whole ? 200 : 206)) {
      return absl::UnavailableError(
          absl::StrCat(object.key, ": the server answered ", reply.code, " ",
                       BucketErrorOf(reply.body)));
    }
    if (!whole && !reply.encoding.empty()) {
      // It is kept packed, and no part of it can be unpacked by itself.
      whole = true;
      bytes.clear();
      continue;
    }
    if (!whole && reply.body.size() != end - bytes.size()) {
      return absl::DataLossError(
          absl::StrCat(object.key, ": ", reply.body.size(), " bytes, want ",
                       end - bytes.size()));
    }
    *media_type = std::move(reply.media_type);
    bytes += reply.body;
    if (whole || bytes.size() >= object.bytes) return bytes;
  }
}

absl::Status BucketSource::ReadAll(
    const KnownEtags& known,
    const std::function<absl::Status(SourceItem)>& each) {
  if (bucket_.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat(prefix_, ": no bucket, want s3://BUCKET/PREFIX"));
  }
  std::string next;
  size_t items = 0;
  do {
    ASSIGN_OR_RETURN(const Page page, List(next));
    if (!next.empty() && page.next == next) {
      return absl::DataLossError(
          absl::StrCat(prefix_, ": ", endpoint_,
                       " lists one page again and again, want the next one"));
    }
    next = page.next;
    for (const Object& object : page.objects) {
      // What stands for a folder.
      if (absl::EndsWith(object.key, "/") && object.bytes == 0) continue;
      if (++items > options_.max_items) {
        return absl::ResourceExhaustedError(
            absl::StrCat(prefix_, ": over ", options_.max_items,
                         " objects, want at most that many"));
      }
      SourceItem item;
      item.id = absl::StrCat("s3://", bucket_, "/", object.key);
      item.etag = object.etag;
      const auto etag = known.find(item.id);
      if (etag != known.end() && !object.etag.empty() &&
          etag->second == object.etag) {
        item.unchanged = true;
      } else if (object.bytes > options_.max_item_bytes) {
        item.status = absl::ResourceExhaustedError(
            absl::StrCat(item.id, ": ", object.bytes, " bytes, want at most ",
                         options_.max_item_bytes));
      } else {
        absl::StatusOr<std::string> bytes = Fetch(object, &item.media_type);
        if (bytes.ok()) {
          item.bytes = *std::move(bytes);
        } else {
          item.status = bytes.status();
        }
      }
      RETURN_IF_ERROR(each(std::move(item)));
    }
  } while (!next.empty());
  return absl::OkStatus();
}

}  // namespace footnote
