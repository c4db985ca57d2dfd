#include "indexer/parsers/tiff_pages.h"

#include <cstdint>
#include <set>

#include "absl/strings/match.h"

namespace footnote {
namespace {

// The offset of the first description is here.
constexpr size_t kFirstAt = 4;
// A description: so many bytes of count, entries of this size, and the offset
// of the next one.
constexpr size_t kCountBytes = 2;
constexpr size_t kEntryBytes = 12;
constexpr size_t kOffsetBytes = 4;

// REQUIRES: they are inside.
size_t Number(absl::string_view bytes, size_t at, size_t size) {
  const bool big_endian = bytes[0] == 'M';
  uint64_t value = 0;
  for (size_t i = 0; i < size; ++i) {
    const size_t from = at + (big_endian ? i : size - 1 - i);
    value = value << 8 | static_cast<unsigned char>(bytes[from]);
  }
  return static_cast<size_t>(value);
}

}  // namespace

bool IsTiff(absl::string_view head) {
  return absl::StartsWith(head, absl::string_view("II*\0", 4)) ||
         absl::StartsWith(head, absl::string_view("MM\0*", 4));
}

std::vector<size_t> TiffPages(absl::string_view bytes) {
  std::vector<size_t> pages;
  if (!IsTiff(bytes) || bytes.size() < kFirstAt + kOffsetBytes) return pages;
  std::set<size_t> seen;
  size_t at = Number(bytes, kFirstAt, kOffsetBytes);
  while (at != 0 && at + kCountBytes <= bytes.size() &&
         pages.size() < kMaxTiffPages && seen.insert(at).second) {
    pages.push_back(at);
    const size_t end =
        at + kCountBytes + kEntryBytes * Number(bytes, at, kCountBytes);
    if (end + kOffsetBytes > bytes.size()) break;
    at = Number(bytes, end, kOffsetBytes);
  }
  return pages;
}

}  // namespace footnote
