#include "indexer/formats/pdf_row_maker.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/ascii.h"

namespace footnote {
namespace {

// More than the least way from line to line: another row begins.
constexpr float kLooseStep = 1.3f;

float MiddleY(const PdfBox& box) { return (box.y0 + box.y1) / 2; }

size_t Count(const std::vector<bool>& filled) {
  return static_cast<size_t>(std::count(filled.begin(), filled.end(), true));
}

float Step(const std::vector<PdfStrip>& strips, size_t i) {
  return MiddleY(strips[i].box) - MiddleY(strips[i - 1].box);
}

float LeastStep(const std::vector<PdfStrip>& strips) {
  float least = HUGE_VALF;
  for (size_t i = 1; i < strips.size(); ++i) {
    least = std::min(least, Step(strips, i));
  }
  return least;
}

}  // namespace

void PdfRowMaker::Add(const std::vector<PdfStrip>& strips,
                      std::vector<PdfTableRow>* rows) const {
  const float least = LeastStep(strips);
  const bool spaced = IsSpaced(strips, least);
  for (size_t i = 0; i < strips.size(); ++i) {
    if (i == 0 || Begins(strips, i, least, spaced)) {
      rows->emplace_back();
      rows->back().box = strips[i].box;
    }
    Append(strips[i], &rows->back());
  }
}

void PdfRowMaker::AddHeader(const std::vector<PdfStrip>& strips,
                            std::vector<PdfTableRow>* rows) const {
  bool spans = false;
  for (const PdfStrip& strip : strips) {
    for (const PdfPiece& piece : strip.pieces) {
      const auto under = ColumnsUnder(columns_, piece.box);
      spans |= under.first < under.second;
    }
  }
  for (size_t i = 0; i < strips.size(); ++i) {
    if (i == 0 || spans) {
      rows->emplace_back();
      rows->back().box = strips[i].box;
    }
    Append(strips[i], &rows->back());
  }
}

void PdfRowMaker::Append(const PdfStrip& strip, PdfTableRow* row) const {
  row->box.Add(strip.box);
  std::vector<bool> begun(columns_.size());
  for (const PdfPiece& piece : strip.pieces) {
    const auto under = ColumnsUnder(columns_, piece.box);
    const size_t column = Read(right_to_left_ ? under.second : under.first);
    size_t at = 0;
    while (at < row->cells.size() && row->cells[at].column < column) ++at;
    if (at == row->cells.size() || row->cells[at].column != column) {
      PdfCell cell;
      cell.column = column;
      row->cells.insert(row->cells.begin() + static_cast<ptrdiff_t>(at), cell);
    }
    PdfCell& cell = row->cells[at];
    cell.columns = std::max(cell.columns, under.second - under.first + 1);
    if (!begun[column]) cell.lines.emplace_back();
    begun[column] = true;
    cell.lines.back().insert(cell.lines.back().end(), piece.words.begin(),
                             piece.words.end());
  }
  // No cell reaches into the next.
  for (size_t i = 0; i + 1 < row->cells.size(); ++i) {
    PdfCell& cell = row->cells[i];
    cell.columns =
        std::min(cell.columns, row->cells[i + 1].column - cell.column);
  }
}

std::vector<bool> PdfRowMaker::Filled(const PdfStrip& strip) const {
  std::vector<bool> out(columns_.size());
  for (const PdfPiece& piece : strip.pieces) {
    out[Read(ColumnsUnder(columns_, piece.box).first)] = true;
  }
  return out;
}

bool PdfRowMaker::Spans(const PdfStrip& strip) const {
  for (const PdfPiece& piece : strip.pieces) {
    const auto under = ColumnsUnder(columns_, piece.box);
    if (under.first < under.second) return true;
  }
  return false;
}

// True when wider steps part the rows: between them stand lines that do not
// fill all columns.
bool PdfRowMaker::IsSpaced(const std::vector<PdfStrip>& strips,
                           float least) const {
  size_t groups = 1;
  size_t more = 0;
  size_t full = 0;
  for (size_t i = 1; i < strips.size(); ++i) {
    if (Step(strips, i) > kLooseStep * least) {
      ++groups;
      if (!Filled(strips[i])[0]) return false;
    } else {
      ++more;
      full += Count(Filled(strips[i])) == columns_.size();
    }
  }
  return groups > 1 && more > 0 && full * 4 <= more;
}

bool PdfRowMaker::Begins(const std::vector<PdfStrip>& strips, size_t i,
                         float least, bool spaced) const {
  if (Spans(strips[i]) || Spans(strips[i - 1])) return true;
  if (Step(strips, i) > kLooseStep * least) return true;
  if (spaced) return false;
  const std::vector<bool> filled = Filled(strips[i]);
  const size_t count = Count(filled);
  if (!filled[0]) {
    // All but the first, which names several rows.
    return columns_.size() > 2 && count + 1 == columns_.size() &&
           HasQuantity(strips[i]);
  }
  if (count > 1) return true;
  // A first cell that goes on, or one that stands alone.
  const std::string text = PlainText(page_, strips[i].pieces[0].words);
  return !absl::ascii_islower(static_cast<unsigned char>(text[0])) ||
         text[0] == '(';
}

bool PdfRowMaker::HasQuantity(const PdfStrip& strip) const {
  for (const PdfPiece& piece : strip.pieces) {
    if (IsQuantity(PlainText(page_, piece.words))) return true;
  }
  return false;
}

}  // namespace footnote
