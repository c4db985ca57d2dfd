#include "indexer/formats/pdf_strips.h"

#include <cmath>

#include "base/utf8.h"

namespace footnote {
namespace {

// Of the lower box's height, what two of one level share.
constexpr float kSharedHeight = .5f;
// No table that is read has more.
constexpr size_t kMaxColumns = 64;
// Type is that much higher than its size at most, or it runs down the page.
constexpr float kMaxHeight = 2.2f;

// The value of a digit; -1 for other characters.
int DigitOf(char32_t c) {
  for (const char32_t zero :
       {U'0', U'٠', U'۰', U'०', U'০', U'੦', U'૦', U'௦', U'౦', U'๐', U'０'}) {
    if (c >= zero && c <= zero + 9) return static_cast<int>(c - zero);
  }
  return -1;
}

bool IsAsciiLetter(char32_t c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Signs beyond ASCII: Latin-1's, punctuation, arrows and mathematics, Han's.
bool IsSign(char32_t c) {
  return (c < 0xC0 && !IsAsciiLetter(c)) || c == 0xD7 || c == 0xF7 ||
         (c >= 0x2000 && c <= 0x2BFF) || (c >= 0x3000 && c <= 0x3020) ||
         (c >= 0x066A && c <= 0x066C) || c == 0xFFFD ||
         (c >= 0xFF01 && c <= 0xFF20);
}

size_t CountCharacters(absl::string_view text) {
  size_t count = 0;
  for (const char c : text) count += (c & 0xC0) != 0x80;
  return count;
}

bool SharesLevel(const PdfBox& a, const PdfBox& b) {
  const float shared = std::min(a.y1, b.y1) - std::max(a.y0, b.y0);
  return shared >= kSharedHeight * std::min(a.height(), b.height());
}

PdfStrip StripOf(const PdfPage& page, std::vector<size_t> words, float gap) {
  std::stable_sort(words.begin(), words.end(), [&page](size_t a, size_t b) {
    return page.words[a].box.x0 < page.words[b].box.x0;
  });
  PdfStrip strip;
  strip.box = page.words[words[0]].box;
  for (const size_t i : words) {
    const PdfWord& word = page.words[i];
    if (strip.pieces.empty() ||
        word.box.x0 - strip.pieces.back().box.x1 >=
            gap * std::max(word.size, strip.pieces.back().size)) {
      strip.pieces.emplace_back();
      strip.pieces.back().box = word.box;
    }
    PdfPiece& piece = strip.pieces.back();
    piece.words.push_back(i);
    piece.box.Add(word.box);
    piece.size = std::max(piece.size, word.size);
    strip.box.Add(word.box);
  }
  return strip;
}

// How many of `strips` have a piece that reaches into `column`.
size_t CountIn(const std::vector<PdfStrip>& strips, const PdfSpan& column) {
  size_t count = 0;
  for (const PdfStrip& strip : strips) {
    count += std::any_of(strip.pieces.begin(), strip.pieces.end(),
                         [&column](const PdfPiece& piece) {
                           return piece.box.x0 < column.x1 &&
                                  piece.box.x1 > column.x0;
                         });
  }
  return count;
}

// Neighbours of which the first strip has one and all others have the other are
// one column: its name stands at the left, say, and its numbers at the right.
void JoinNames(const std::vector<PdfStrip>& strips,
               std::vector<PdfSpan>* columns) {
  if (strips.empty() || columns->size() > kMaxColumns) return;
  const std::vector<PdfStrip> first = {strips[0]};
  for (size_t c = 0; c + 1 < columns->size();) {
    PdfSpan& left = (*columns)[c];
    const PdfSpan& right = (*columns)[c + 1];
    const size_t in_left = CountIn(first, left);
    const size_t in_right = CountIn(first, right);
    if (in_left == in_right ||
        CountIn(strips, in_left > 0 ? left : right) > 1) {
      ++c;
      continue;
    }
    left.x1 = right.x1;
    columns->erase(columns->begin() + static_cast<ptrdiff_t>(c) + 1);
  }
}

}  // namespace

std::vector<PdfStrip> StripsOf(const PdfPage& page,
                               const std::vector<size_t>& words, float gap) {
  std::vector<size_t> sorted;
  for (const size_t i : words) {
    const PdfWord& word = page.words[i];
    if (word.box.height() > 0 && word.box.height() <= kMaxHeight * word.size) {
      sorted.push_back(i);
    }
  }
  std::stable_sort(sorted.begin(), sorted.end(), [&page](size_t a, size_t b) {
    const PdfBox& one = page.words[a].box;
    const PdfBox& other = page.words[b].box;
    return one.y0 + one.y1 < other.y0 + other.y1;
  });
  std::vector<PdfStrip> strips;
  std::vector<size_t> level;
  // The highest of the level: raised and small type stands beside it.
  PdfBox highest;
  for (const size_t i : sorted) {
    const PdfBox& box = page.words[i].box;
    if (!level.empty() && !SharesLevel(highest, box)) {
      strips.push_back(StripOf(page, std::move(level), gap));
      level.clear();
    }
    if (level.empty() || box.height() > 1.2f * highest.height()) highest = box;
    level.push_back(i);
  }
  if (!level.empty()) strips.push_back(StripOf(page, std::move(level), gap));
  return strips;
}

std::vector<PdfSpan> ColumnsOf(const std::vector<PdfStrip>& strips) {
  std::vector<PdfSpan> spans;
  for (const PdfStrip& strip : strips) {
    if (strip.pieces.size() < 2) continue;
    for (const PdfPiece& piece : strip.pieces) {
      spans.push_back({piece.box.x0, piece.box.x1});
    }
  }
  std::sort(spans.begin(), spans.end(),
            [](const PdfSpan& a, const PdfSpan& b) { return a.x0 < b.x0; });
  std::vector<PdfSpan> columns;
  for (const PdfSpan& span : spans) {
    if (columns.empty() || span.x0 >= columns.back().x1) {
      columns.push_back(span);
    } else {
      columns.back().x1 = std::max(columns.back().x1, span.x1);
    }
  }
  JoinNames(strips, &columns);
  return columns;
}

std::pair<size_t, size_t> ColumnsUnder(const std::vector<PdfSpan>& columns,
                                       const PdfBox& box) {
  size_t first = columns.size();
  size_t last = 0;
  size_t nearest = 0;
  float distance = HUGE_VALF;
  for (size_t c = 0; c < columns.size(); ++c) {
    const float away = std::max(columns[c].x0 - box.x1, box.x0 - columns[c].x1);
    if (away < 0) {
      first = std::min(first, c);
      last = c;
    }
    if (away < distance) {
      distance = away;
      nearest = c;
    }
  }
  if (first == columns.size()) return {nearest, nearest};
  return {first, last};
}

PdfCharacters CharactersOf(absl::string_view text) {
  PdfCharacters out;
  for (size_t at = 0; at < text.size();) {
    int length;
    const char32_t c = DecodeUtf8(text, at, &length);
    at += length;
    if (c <= 0x20 || c == 0xA0) continue;
    if (DigitOf(c) >= 0) {
      ++out.digits;
    } else if (IsSign(c)) {
      ++out.others;
    } else {
      ++out.letters;
    }
  }
  return out;
}

bool IsQuantity(absl::string_view text) {
  const PdfCharacters of = CharactersOf(text);
  if (of.digits == 0) return of.letters == 0 && of.others == 1;
  return of.letters <= std::min<size_t>(of.digits + 1, 4) &&
         of.digits + of.others + of.letters <= 24;
}

bool IsItemLabel(absl::string_view text) {
  const PdfCharacters of = CharactersOf(text);
  const size_t all = of.digits + of.letters + of.others;
  if (all == 0 || all > 6) return false;
  if (of.digits + of.letters == 0) return true;
  const char last = text.back();
  return (last == '.' || last == ')' || last == ']' || last == ':') &&
         of.letters <= 3;
}

int NumberOf(absl::string_view text) {
  int number = 0;
  size_t digits = 0;
  size_t letters = 0;
  for (size_t at = 0; at < text.size();) {
    int length;
    const char32_t c = DecodeUtf8(text, at, &length);
    at += length;
    const int digit = DigitOf(c);
    if (digit < 0) {
      ++letters;
    } else if (letters > 0 || ++digits > 6) {
      return -1;
    } else {
      number = 10 * number + digit;
    }
  }
  return digits > 0 && letters < 2 ? number : -1;
}

bool IsLeader(absl::string_view text) {
  size_t run = 0;
  size_t longest = 0;
  for (size_t at = 0; at < text.size();) {
    int length;
    const char32_t c = DecodeUtf8(text, at, &length);
    at += length;
    const bool dot = c == '.' || c == '_' || c == 0xB7 || c == 0x2024 ||
                     c == 0x22EF || c == 0x2026;
    run = dot ? run + (c == 0x22EF || c == 0x2026 ? 2 : 1) : 0;
    longest = std::max(longest, run);
  }
  return longest >= 5;
}

bool IsTypewritten(const PdfPage& page, const std::vector<size_t>& words) {
  std::vector<float> widths;
  for (const size_t i : words) {
    const PdfWord& word = page.words[i];
    if (CharactersOf(word.text).letters < 3 || word.size <= 0) continue;
    widths.push_back(word.box.width() / word.size /
                     static_cast<float>(CountCharacters(word.text)));
  }
  if (widths.size() < 4) return false;
  std::nth_element(widths.begin(), widths.begin() + widths.size() / 2,
                   widths.end());
  const float middle = widths[widths.size() / 2];
  // Han is a square.
  if (middle > .8f) return false;
  size_t same = 0;
  for (const float width : widths) {
    same += std::fabs(width - middle) < .015f * middle;
  }
  return same * 10 >= widths.size() * 8;
}

}  // namespace footnote
