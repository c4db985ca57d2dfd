#include "model/template/text.h"

#include <algorithm>

namespace footnote {

Text::Text(absl::string_view bytes, bool foreign) { Append(bytes, foreign); }

void Text::Mark(size_t begin, size_t end) {
  if (begin == end) return;
  if (!foreign_.empty() && foreign_.back().second == begin) {
    foreign_.back().second = end;
  } else {
    foreign_.emplace_back(begin, end);
  }
}

void Text::Append(absl::string_view bytes, bool foreign) {
  if (foreign) Mark(bytes_.size(), bytes_.size() + bytes.size());
  bytes_.append(bytes.data(), bytes.size());
}

void Text::Append(const Text& other) {
  const size_t shift = bytes_.size();
  // A copy, because `other` may be this text.
  const std::vector<Stretch> stretches = other.foreign_;
  bytes_.append(std::string(other.bytes_));
  for (const auto& [begin, end] : stretches) Mark(begin + shift, end + shift);
}

Text Text::AsMarkup(bool markup) const {
  Text same = *this;
  same.markup_ = markup;
  return same;
}

Text Text::Escaped() const {
  if (markup_) return *this;
  std::string escaped;
  for (const char c : bytes_) {
    switch (c) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      case '"':
        escaped += "&#34;";
        break;
      default:
        escaped.push_back(c);
    }
  }
  return Changed(escaped).AsMarkup(true);
}

Text Text::Part(size_t begin, size_t end) const {
  Text part;
  part.markup_ = markup_;
  part.bytes_ = bytes_.substr(begin, end - begin);
  for (const auto& [from, to] : foreign_) {
    const size_t first = std::max(from, begin);
    const size_t last = std::min(to, end);
    if (first < last) part.Mark(first - begin, last - begin);
  }
  return part;
}

}  // namespace footnote
