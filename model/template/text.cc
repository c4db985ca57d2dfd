#include "model/template/text.h"

#include <string.h>

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
  auto stretch = std::partition_point(
      foreign_.begin(), foreign_.end(),
      [begin](const Stretch& before) { return before.second <= begin; });
  for (; stretch != foreign_.end() && stretch->first < end; ++stretch) {
    part.Mark(std::max(stretch->first, begin) - begin,
              std::min(stretch->second, end) - begin);
  }
  return part;
}

size_t FindBytes(absl::string_view in, absl::string_view part, size_t from) {
  if (from > in.size()) return in.npos;
  // std::string::find looks at every byte of `part` again at every byte of
  // `in` where texts are repetitive; memmem does not.
  const void* const found =
      memmem(in.data() + from, in.size() - from, part.data(), part.size());
  return found == nullptr ? in.npos
                          : static_cast<const char*>(found) - in.data();
}

size_t FindLastBytes(absl::string_view in, absl::string_view part) {
  constexpr size_t kShort = 64;
  if (part.size() <= kShort) return in.rfind(part);
  const std::string back(in.rbegin(), in.rend());
  const size_t at = FindBytes(back, std::string(part.rbegin(), part.rend()));
  return at == in.npos ? at : in.size() - at - part.size();
}

}  // namespace footnote
