#include "storage/locator.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "storage/locator_reader.h"

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
  LocatorReader reader(begin, end);
  reader.Add(bytes);
  return reader.Finish();
}

bool LocatorReader::Add(absl::string_view piece) {
  bytes_.append(piece.data(), piece.size());
  absl::string_view left(bytes_);
  left.remove_prefix(taken_);
  while (!done_ && status_.ok()) {
    absl::string_view rest = left;
    if (!Take(&rest)) break;
    left = rest;
    taken_ = bytes_.size() - left.size();
  }
  return !done_ && status_.ok();
}

bool LocatorReader::Take(absl::string_view* bytes) {
  if (next_ == Next::kBlock && left_ == 0) return false;
  if (next_ == Next::kBlock) return TakeBlock(bytes);
  if (next_ == Next::kElement && left_ == 0) next_ = Next::kBlocks;
  uint64_t number;
  if (!TakeVarint(bytes, &number)) return false;
  switch (next_) {
    case Next::kVersion:
      if (number > kLocatorVersion) {
        status_ = absl::UnimplementedError(absl::StrCat(
            "locator: version ", number, ", want at most ", kLocatorVersion));
      }
      next_ = Next::kElements;
      return true;
    case Next::kElements:
      left_ = number;
      next_ = Next::kElement;
      return true;
    case Next::kElement:
      if (number > bytes->size()) return false;
      elements_.emplace_back(bytes_.size() - bytes->size(), number);
      bytes->remove_prefix(number);
      --left_;
      return true;
    default:
      left_ = number;
      next_ = Next::kBlock;
      return true;
  }
}

bool LocatorReader::TakeBlock(absl::string_view* bytes) {
  uint64_t step;
  uint64_t element = 0;
  uint64_t line;
  if (!TakeVarint(bytes, &step) ||
      ((step & 1) != 0 && !TakeVarint(bytes, &element)) ||
      !TakeVarint(bytes, &line)) {
    return false;
  }
  --left_;
  block_.begin += step >> 1;
  block_.line = static_cast<uint32_t>(block_.line + UnZigZag(line));
  if (element >= elements_.size() - block_.element) {
    status_ = Damaged("a block's element");
    return true;
  }
  block_.element += static_cast<uint32_t>(element);
  if (block_.begin <= begin_) {
    first_ = block_;
    has_first_ = true;
    return true;
  }
  if (has_first_) Keep(first_);
  has_first_ = false;
  done_ = block_.begin >= end_;
  if (!done_) Keep(block_);
  return true;
}

void LocatorReader::Keep(const Block& block) {
  const std::pair<size_t, size_t> element = elements_[block.element];
  out_.SetElement(
      absl::string_view(bytes_).substr(element.first, element.second));
  out_.Add(block.begin, block.line);
}

absl::StatusOr<Locator> LocatorReader::Finish() {
  RETURN_IF_ERROR(status_);
  if (!done_ && !bytes_.empty()) {
    if (next_ != Next::kBlock || left_ > 0) return Damaged("cut short");
    if (taken_ < bytes_.size()) return Damaged("bytes after the end");
  }
  if (has_first_) Keep(first_);
  return std::move(out_);
}

}  // namespace footnote
