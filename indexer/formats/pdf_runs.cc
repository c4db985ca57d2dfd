#include "indexer/formats/pdf_runs.h"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "indexer/formats/pdf_strips.h"

namespace footnote {
namespace {

// Times the type size: what is white space whatever poppler says.
constexpr float kSpace = .15f;

enum class Way { kNone, kFromLeft, kFromRight };

Way WayOf(const PdfWord& word) {
  if (HasRightToLeft(word.text)) return Way::kFromRight;
  return CharactersOf(word.text).letters > 0 ? Way::kFromLeft : Way::kNone;
}

bool HasAsciiDigit(const PdfWord& word) {
  return word.text.find_first_of("0123456789") != std::string::npos;
}

// Appends `next`, which is read behind `run`.
void Append(const PdfWord& next, bool space, PdfWord* run) {
  if (space) run->text += " ";
  run->text += next.text;
  run->box.Add(next.box);
  run->size = std::max(run->size, next.size);
  run->bold &= next.bold;
}

// The words [first, end) of a line as one.
PdfWord Joined(const std::vector<PdfWord>& line, size_t first, size_t end,
               bool line_from_right) {
  // A line from the right stands from the right, so that its runs never stand
  // as they are read.
  if (!line_from_right && line[first].box.x0 > line[end - 1].box.x0) {
    PdfWord run = line[first];
    for (size_t i = first + 1; i < end; ++i) {
      Append(line[i], line[i - 1].space, &run);
    }
    run.space = line[end - 1].space;
    return run;
  }
  PdfWord run = line[end - 1];
  for (size_t i = end - 1; i-- > first;) {
    const PdfWord& before = line[i + 1];
    const float gap = line[i].box.x0 - before.box.x1;
    Append(line[i],
           line_from_right ? before.space || gap > line[i].size * kSpace
                           : HasSpaceBetween(line[i], before),
           &run);
  }
  // Of the one at the right: behind it the line goes on, or comes from there.
  run.space = line[line_from_right ? first : end - 1].space;
  return run;
}

}  // namespace

bool IsReadFromRight(const std::vector<PdfWord>& line) {
  size_t right = 0;
  size_t all = 0;
  for (const PdfWord& word : line) {
    const size_t letters = CharactersOf(word.text).letters;
    all += letters;
    if (HasRightToLeft(word.text)) right += letters;
  }
  return right * 2 > all;
}

bool HasSpaceBetween(const PdfWord& left, const PdfWord& right) {
  const float gap = right.box.x0 - left.box.x1;
  return gap > right.size * kSpace || (left.space && gap > right.size * .05f);
}

void JoinRuns(bool from_right, std::vector<PdfWord>* line) {
  const Way against = from_right ? Way::kFromLeft : Way::kFromRight;
  std::vector<PdfWord> out;
  for (size_t i = 0; i < line->size();) {
    const Way way = WayOf((*line)[i]);
    // From its first word to its last; a number behind it is first in a line
    // from the right.
    size_t end = i;
    size_t next = i + 1;
    if (way == against ||
        (from_right && way == Way::kNone && HasAsciiDigit((*line)[i]))) {
      if (way == against) end = next;
      for (; next < line->size(); ++next) {
        const Way other = WayOf((*line)[next]);
        if (other == against) end = next + 1;
        if (other != against && other != Way::kNone) break;
      }
    }
    if (end > i + 1) {
      out.push_back(Joined(*line, i, end, from_right));
      i = end;
    }
    for (; i < next; ++i) out.push_back(std::move((*line)[i]));
  }
  *line = std::move(out);
}

}  // namespace footnote
