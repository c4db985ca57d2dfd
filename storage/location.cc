#include "storage/location.h"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "storage/locator.h"
#include "storage/locator_pieces.h"
#include "storage/locator_reader.h"

namespace footnote {
namespace {

// What Block::line counts, of a file of this type (indexer/formats/format.h).
enum class LineKind { kLine, kNothing, kRow };

LineKind LineKindOf(absl::string_view media_type) {
  if (media_type == "application/pdf" || media_type == "message/rfc822" ||
      absl::StartsWith(media_type, "image/") ||
      absl::EndsWith(media_type, ".presentation")) {
    // Pages, slides and lines of parts, which the element tells.
    return LineKind::kNothing;
  }
  if (absl::EndsWith(media_type, ".sheet") ||
      media_type == "application/vnd.oasis.opendocument.spreadsheet") {
    return LineKind::kRow;
  }
  return LineKind::kLine;
}

// The number behind `name` at the beginning of `element`; 0 where there is
// none.
uint32_t NumberAfter(absl::string_view name, absl::string_view element) {
  if (!absl::ConsumePrefix(&element, name)) return 0;
  uint32_t number = 0;
  return absl::SimpleAtoi(element.substr(0, element.find('&')), &number)
             ? number
             : 0;
}

v1::Location ToLocation(const Locator::Place& place, LineKind kind) {
  v1::Location out;
  out.set_element(std::string(place.element));
  out.set_page(std::max(NumberAfter("page=", place.element),
                        NumberAfter("slide=", place.element)));
  out.set_row(NumberAfter("row=", place.element));
  switch (kind) {
    case LineKind::kLine:
      out.set_line(place.line);
      break;
    case LineKind::kRow:
      out.set_row(place.line);
      break;
    case LineKind::kNothing:
      break;
  }
  return out;
}

constexpr char kBox[] = "&box=";
constexpr size_t kBoxBytes = sizeof(kBox) - 1;

// "72,90,540,120" of "page=3&box=72,90,540,120&head=…"; empty without one.
absl::string_view BoxOf(absl::string_view element) {
  const size_t at = element.find(kBox);
  if (at == absl::string_view::npos) return "";
  element.remove_prefix(at + kBoxBytes);
  return element.substr(0, element.find('&'));
}

// Left, top, right, bottom; false where `text` is none.
bool ParseBox(absl::string_view text, std::array<int, 4>* box) {
  const std::vector<absl::string_view> numbers = absl::StrSplit(text, ',');
  if (numbers.size() != box->size()) return false;
  for (size_t i = 0; i < box->size(); ++i) {
    if (!absl::SimpleAtoi(numbers[i], &(*box)[i])) return false;
  }
  return true;
}

// Puts the box of `next` behind those of `element`, on the same page; on the
// same line of print both become one.
void AddBox(absl::string_view next, std::string* element) {
  std::array<int, 4> box;
  if (!ParseBox(BoxOf(next), &box)) return;
  // The last page of those that it names.
  size_t page = element->rfind("&page=");
  if (page == std::string::npos) page = 0;
  const size_t head = std::min(element->find("&head", page), element->size());
  size_t begin = head;
  const size_t last = element->rfind(kBox, head);
  std::array<int, 4> before;
  if (last != std::string::npos && last >= page && last < head &&
      ParseBox(absl::string_view(*element).substr(last + kBoxBytes,
                                                  head - last - kBoxBytes),
               &before) &&
      std::min(before[3], box[3]) - std::max(before[1], box[1]) >
          (box[3] - box[1]) / 2) {
    begin = last;
    for (const size_t i : {0, 1}) box[i] = std::min(before[i], box[i]);
    for (const size_t i : {2, 3}) box[i] = std::max(before[i], box[i]);
  }
  element->replace(begin, head - begin,
                   absl::StrCat(kBox, absl::StrJoin(box, ",")));
}

// Room for the boxes of some ten pages.
constexpr size_t kMostElementBytes = 16 << 10;

// One past the last part that begins at `offset` or before.
size_t EndOfParts(const Locator& parts, uint64_t offset) {
  size_t before = 0;
  size_t after = parts.size();
  while (before < after) {
    const size_t middle = before + (after - before) / 2;
    if (parts.begin(middle) <= offset) {
      before = middle + 1;
    } else {
      after = middle;
    }
  }
  return before;
}

}  // namespace

v1::Location LocationIn(const Locator& locator, absl::string_view media_type,
                        uint64_t begin, uint64_t end) {
  v1::Location out;
  size_t i = EndOfParts(locator, begin);
  if (i == 0) return out;
  const LineKind kind = LineKindOf(media_type);
  out = ToLocation(locator.place(i - 1), kind);
  uint32_t page = out.page();
  // Of other files the begin is all that is told.
  if (page == 0) return out;
  for (; i < locator.size() && locator.begin(i) < end &&
         out.element().size() < kMostElementBytes;
       ++i) {
    const v1::Location next = ToLocation(locator.place(i), kind);
    if (next.page() > 0 && next.page() != page) {
      page = next.page();
      absl::StrAppend(out.mutable_element(), "&", next.element());
    } else {
      AddBox(next.element(), out.mutable_element());
    }
  }
  return out;
}

v1::Location ReadLocation(const Kv& kv, const VersionRef& version,
                          absl::string_view media_type, uint64_t begin,
                          uint64_t end) {
  LocatorReader reader(begin, end);
  const absl::Status read = ReadLocatorPieces(
      kv, version,
      [&reader](absl::string_view piece) { return reader.Add(piece); });
  if (!read.ok()) return v1::Location();
  const absl::StatusOr<Locator> locator = reader.Finish();
  // A text is good without it.
  if (!locator.ok()) return v1::Location();
  return LocationIn(*locator, media_type, begin, end);
}

}  // namespace footnote
