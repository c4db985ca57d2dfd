#include "indexer/sources/site.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "indexer/formats/html_links.h"

namespace footnote {
namespace {

// "https://host" of "https://host/docs/a.html".
absl::string_view HostOf(absl::string_view url) {
  const size_t begin = url.find("://");
  return url.substr(0, url.find('/', begin + 3));
}

std::string PrefixOf(const std::string& address) {
  const size_t query = std::min(address.find('?'), address.size());
  const size_t slash = address.rfind('/', query - 1);
  const size_t host = HostOf(address).size();
  return slash < host ? absl::StrCat(HostOf(address), "/")
                      : address.substr(0, slash + 1);
}

bool IsHtml(const HttpReply& reply) {
  return absl::StartsWithIgnoreCase(reply.media_type, "text/html") ||
         absl::StartsWithIgnoreCase(reply.media_type, "application/xhtml");
}

// A redirect that says nothing of where the page is tomorrow.
bool IsForNow(int code) { return code == 302 || code == 303 || code == 307; }

absl::Status HttpError(const std::string& url, int code) {
  const std::string what = absl::StrCat(url, ": the server answered ", code);
  if (code == 401 || code == 403) return absl::PermissionDeniedError(what);
  if (code >= 500) return absl::UnavailableError(what);
  return absl::FailedPreconditionError(what);
}

}  // namespace

SiteSource::SiteSource(std::string address, const SourceOptions& options)
    : address_(std::move(address)),
      prefix_(PrefixOf(address_)),
      options_(options),
      client_(options.rate, options.max_item_bytes, options.patience) {}

absl::Status SiteSource::ReadRobots() {
  // As RFC 9309 has it; further on there is none.
  constexpr int kMostRedirects = 5;
  HttpRequest request;
  request.url = absl::StrCat(HostOf(prefix_), "/robots.txt");
  ASSIGN_OR_RETURN(HttpReply reply, client_.Get(request));
  for (int i = 0; i < kMostRedirects && !reply.location.empty(); ++i) {
    request.url = reply.location;
    ASSIGN_OR_RETURN(reply, client_.Get(request));
  }
  if (reply.code >= 500) return HttpError(request.url, reply.code);
  if (reply.code == 200) robots_ = Robots(reply.body, "footnote");
  client_.SlowTo(robots_.delay());
  return absl::OkStatus();
}

bool SiteSource::IsOutside(const std::string& url) const {
  return !url.empty() && !absl::StartsWith(url, prefix_);
}

void SiteSource::Found(const std::string& url) {
  if (!absl::StartsWith(url, prefix_) || seen_.size() >= options_.max_items ||
      !robots_.Allows(absl::string_view(url).substr(HostOf(url).size()))) {
    return;
  }
  if (seen_.insert(url).second) queue_.push_back(url);
}

void SiteSource::FollowLinks(const std::string& url, const std::string& page,
                             bool* no_index) {
  const HtmlLinks links = LinksOf(page, {});
  *no_index = links.no_index;
  if (links.no_follow) return;
  const std::string base =
      links.base.empty() ? url : ResolveUrl(url, links.base);
  if (base.empty()) return;
  for (const std::string& link : links.links) Found(ResolveUrl(base, link));
}

// True when it is an item.
absl::StatusOr<bool> SiteSource::ReadPage(
    const std::string& url, const KnownEtags& known,
    const std::function<absl::Status(SourceItem)>& each) {
  SourceItem item;
  item.id = url;
  HttpRequest request;
  request.url = url;
  const auto etag = known.find(url);
  if (etag != known.end() && !etag->second.empty()) {
    request.headers.push_back(absl::StrCat("If-None-Match: ", etag->second));
  }
  absl::StatusOr<HttpReply> reply = client_.Get(request);
  if (!reply.ok()) {
    item.status = reply.status();
  } else if (reply->code == 304) {
    item.unchanged = true;
    item.etag = etag == known.end() ? "" : etag->second;
  } else if (IsForNow(reply->code) && etag != known.end() &&
             !reply->location.empty()) {
    // As to where one signs in, or to a page of an outage.
    item.status = absl::UnavailableError(
        absl::StrCat(url, ": leads to ", reply->location, " for now"));
    Found(reply->location);
  } else if (!reply->location.empty()) {
    if (IsOutside(reply->location)) outside_ = reply->location;
    Found(reply->location);
    return false;
  } else if (reply->code == 404 || reply->code == 410) {
    return false;
  } else if (reply->code != 200) {
    item.status = HttpError(url, reply->code);
  } else {
    bool no_index = false;
    if (IsHtml(*reply)) FollowLinks(url, reply->body, &no_index);
    if (no_index) return false;
    item.etag = std::move(reply->etag);
    item.media_type = std::move(reply->media_type);
    item.bytes = std::move(reply->body);
  }
  RETURN_IF_ERROR(each(std::move(item)));
  return true;
}

absl::Status SiteSource::ReadAll(
    const KnownEtags& known,
    const std::function<absl::Status(SourceItem)>& each) {
  queue_.clear();
  seen_.clear();
  outside_.clear();
  RETURN_IF_ERROR(ReadRobots());
  if (!robots_.Allows(
          absl::string_view(address_).substr(HostOf(address_).size()))) {
    return absl::PermissionDeniedError(
        absl::StrCat(address_, ": robots.txt asks programs to stay away"));
  }
  Found(address_);
  for (const auto& entry : known) {
    // "ADDRESS#part" is a part of a document.
    if (!absl::StrContains(entry.first, "#")) Found(entry.first);
  }
  size_t items = 0;
  while (!queue_.empty()) {
    const std::string url = std::move(queue_.front());
    queue_.pop_front();
    ASSIGN_OR_RETURN(const bool is_item, ReadPage(url, known, each));
    items += is_item;
  }
  if (items == 0) {
    return absl::NotFoundError(absl::StrCat(
        address_, ": nothing there, want ",
        outside_.empty() ? "a page or file"
                         : absl::StrCat(outside_, ", which it leads to")));
  }
  return absl::OkStatus();
}

}  // namespace footnote
