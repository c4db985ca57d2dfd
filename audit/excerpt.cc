#include "audit/excerpt.h"

#include <algorithm>

#include "absl/strings/string_view.h"

namespace footnote {
namespace {

constexpr size_t kAround = 160;
constexpr absl::string_view kEllipsis = "\xE2\x80\xA6";

bool IsBlank(char c) { return static_cast<unsigned char>(c) <= ' '; }

// True where a character of UTF-8 begins, and at the end.
bool IsBorder(absl::string_view text, size_t at) {
  return at >= text.size() ||
         (static_cast<unsigned char>(text[at]) & 0xC0) != 0x80;
}

std::string InOneLine(absl::string_view text) {
  std::string line;
  for (const char c : text) {
    if (!IsBlank(c) && c != '\x7F') {
      line.push_back(c);
    } else if (line.empty() || line.back() != ' ') {
      line.push_back(' ');
    }
  }
  return line;
}

std::string Before(absl::string_view text, size_t end) {
  size_t begin = end - std::min(end, kAround);
  while (!IsBorder(text, begin)) ++begin;
  if (begin == 0) return InOneLine(text.substr(0, end));
  for (size_t at = begin; at < end; ++at) {
    if (!IsBlank(text[at])) continue;
    begin = at;
    break;
  }
  return std::string(kEllipsis) + InOneLine(text.substr(begin, end - begin));
}

std::string After(absl::string_view text, size_t begin) {
  size_t end = std::min(text.size(), begin + kAround);
  while (!IsBorder(text, end)) --end;
  if (end == text.size()) return InOneLine(text.substr(begin));
  for (size_t at = end; at > begin; --at) {
    if (!IsBlank(text[at - 1])) continue;
    end = at;
    break;
  }
  return InOneLine(text.substr(begin, end - begin)) + std::string(kEllipsis);
}

}  // namespace

Excerpt ExcerptOf(const v1::SourceSpan& source, const Bundle& bundle) {
  Excerpt excerpt;
  excerpt.quote = InOneLine(source.quote());
  const v1::DocumentVersion& version = source.source();
  const uint64_t begin = source.span().begin();
  for (const Bundle::Source& whole : bundle.sources) {
    if (whole.collection != version.collection() ||
        whole.document != version.document() ||
        whole.version != version.version()) {
      continue;
    }
    const absl::string_view text = whole.text;
    if (begin > text.size() ||
        text.substr(begin, source.quote().size()) != source.quote()) {
      continue;
    }
    excerpt.before = Before(text, begin);
    excerpt.after = After(text, begin + source.quote().size());
    break;
  }
  return excerpt;
}

}  // namespace footnote
