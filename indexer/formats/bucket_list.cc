#include "indexer/formats/bucket_list.h"

#include <pugixml.hpp>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/utf8.h"

namespace footnote {
namespace {

constexpr size_t kMaxErrorBytes = 300;

bool Parse(absl::string_view xml, pugi::xml_document* document) {
  return static_cast<bool>(document->load_buffer(xml.data(), xml.size()));
}

}  // namespace

absl::StatusOr<BucketList> ReadBucketList(absl::string_view xml) {
  pugi::xml_document document;
  if (!Parse(xml, &document) || !document.child("ListBucketResult")) {
    return absl::DataLossError(
        "bucket: its list is damaged, want the answer "
        "to ListObjectsV2");
  }
  const pugi::xml_node root = document.child("ListBucketResult");
  BucketList out;
  for (const pugi::xml_node& node : root.children("Contents")) {
    BucketList::Object object;
    object.key = ReplaceInvalidUtf8(node.child("Key").text().get());
    object.etag = ReplaceInvalidUtf8(node.child("ETag").text().get());
    if (object.key.empty() ||
        !absl::SimpleAtoi(node.child("Size").text().get(), &object.bytes)) {
      return absl::DataLossError(
          absl::StrCat("bucket: object ", out.objects.size(),
                       " of its list has no key or size"));
    }
    out.objects.push_back(std::move(object));
  }
  if (absl::string_view(root.child("IsTruncated").text().get()) != "true") {
    return out;
  }
  out.next = root.child("NextContinuationToken").text().get();
  if (out.next.empty()) {
    return absl::DataLossError(
        "bucket: its list is cut short and does not say how it goes on, want "
        "a server that knows ListObjectsV2");
  }
  return out;
}

std::string BucketErrorOf(absl::string_view xml) {
  pugi::xml_document document;
  if (!Parse(xml, &document)) return "";
  const pugi::xml_node error = document.child("Error");
  if (!error) return "";
  std::string out =
      ReplaceInvalidUtf8(absl::StrCat(error.child("Code").text().get(), ": ",
                                      error.child("Message").text().get()));
  if (out.size() > kMaxErrorBytes) {
    out.resize(FloorToCodePoint(out, kMaxErrorBytes));
  }
  return out;
}

}  // namespace footnote
