#include "storage/locator.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

// Raised when an older reader would misread the bytes.
constexpr uint64_t kLocatorVersion = 1;

void PutVarint(uint64_t value, std::string* out) {
  for (; value >= 0x80; value >>= 7) {
    out->push_back(static_cast<char>(value | 0x80));
  }
  out->push_back(static_cast<char>(value));
}

bool TakeVarint(absl::string_view* in, uint64_t* value) {
  *value = 0;
  for (int shift = 0; shift < 64 && !in->empty(); shift += 7) {
    const uint64_t byte = static_cast<unsigned char>(in->front());
    in->remove_prefix(1);
    *value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return true;
  }
  return false;
}

uint64_t ZigZag(int64_t value) {
  return (static_cast<uint64_t>(value) << 1) ^
         static_cast<uint64_t>(value >> 63);
}

int64_t UnZigZag(uint64_t value) {
  return static_cast<int64_t>(value >> 1) ^ -static_cast<int64_t>(value & 1);
}

absl::Status Damaged(absl::string_view what) {
  return absl::DataLossError(absl::StrCat("locator: ", what));
}

}  // namespace

void Locator::SetElement(absl::string_view element) {
  if (!elements_.empty() && elements_.back() == element) return;
  elements_.emplace_back(element);
}

void Locator::Add(uint64_t begin, uint32_t line) {
  if (elements_.empty()) elements_.emplace_back();
  entries_.push_back(
      {begin, line, static_cast<uint32_t>(elements_.size() - 1)});
}

Locator::Place Locator::Find(uint64_t offset) const {
  const auto after = std::upper_bound(
      entries_.begin(), entries_.end(), offset,
      [](uint64_t at, const Entry& entry) { return at < entry.begin; });
  if (after == entries_.begin()) return Place();
  return place(static_cast<size_t>(after - entries_.begin()) - 1);
}

std::string Locator::Encode() const {
  std::string out;
  PutVarint(kLocatorVersion, &out);
  PutVarint(elements_.size(), &out);
  for (const std::string& element : elements_) {
    PutVarint(element.size(), &out);
    out += element;
  }
  PutVarint(entries_.size(), &out);
  uint64_t begin = 0;
  int64_t line = 0;
  uint32_t element = 0;
  for (const Entry& entry : entries_) {
    // Most blocks stay under the element of the one before.
    PutVarint((entry.begin - begin) << 1 | (entry.element != element), &out);
    if (entry.element != element) PutVarint(entry.element - element, &out);
    PutVarint(ZigZag(static_cast<int64_t>(entry.line) - line), &out);
    begin = entry.begin;
    line = entry.line;
    element = entry.element;
  }
  return out;
}

absl::StatusOr<Locator> Locator::Decode(absl::string_view bytes, uint64_t begin,
                                        uint64_t end) {
  Locator out;
  if (bytes.empty()) return out;
  uint64_t version;
  uint64_t count;
  if (!TakeVarint(&bytes, &version)) return Damaged("no version");
  if (version > kLocatorVersion) {
    return absl::UnimplementedError(absl::StrCat(
        "locator: version ", version, ", want at most ", kLocatorVersion));
  }
  if (!TakeVarint(&bytes, &count) || count > bytes.size()) {
    return Damaged("number of elements");
  }
  std::vector<absl::string_view> elements;
  elements.reserve(count);
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t size;
    if (!TakeVarint(&bytes, &size) || size > bytes.size()) {
      return Damaged("an element");
    }
    elements.push_back(bytes.substr(0, size));
    bytes.remove_prefix(size);
  }
  if (!TakeVarint(&bytes, &count) || count > bytes.size()) {
    return Damaged("number of blocks");
  }
  uint32_t kept_element = 0;
  const auto keep = [&](const Entry& entry) {
    if (out.elements_.empty() || kept_element != entry.element) {
      out.elements_.emplace_back(elements[entry.element]);
      kept_element = entry.element;
    }
    out.Add(entry.begin, entry.line);
  };
  // The last one that is not behind `begin`.
  Entry first = {0, 0, 0};
  bool has_first = false;
  Entry entry = {0, 0, 0};
  for (uint64_t i = 0; i < count; ++i) {
    uint64_t step;
    uint64_t element = 0;
    uint64_t line;
    if (!TakeVarint(&bytes, &step) ||
        ((step & 1) != 0 && !TakeVarint(&bytes, &element)) ||
        !TakeVarint(&bytes, &line)) {
      return Damaged("a block");
    }
    entry.begin += step >> 1;
    entry.line = static_cast<uint32_t>(entry.line + UnZigZag(line));
    if (element >= elements.size() - entry.element) {
      return Damaged("a block's element");
    }
    entry.element += static_cast<uint32_t>(element);
    if (entry.begin <= begin) {
      first = entry;
      has_first = true;
      continue;
    }
    if (has_first) keep(first);
    has_first = false;
    if (entry.begin >= end) return out;
    keep(entry);
  }
  if (has_first) keep(first);
  if (!bytes.empty()) return Damaged("bytes after the end");
  return out;
}

}  // namespace footnote
