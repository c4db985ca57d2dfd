#include "indexer/formats/pdf_table.h"

#include "absl/strings/str_cat.h"

namespace footnote {

std::vector<size_t> WordsOf(const PdfTable& table) {
  std::vector<size_t> words;
  for (const PdfTableRow& row : table.rows) {
    for (const PdfCell& cell : row.cells) {
      for (const std::vector<size_t>& line : cell.lines) {
        words.insert(words.end(), line.begin(), line.end());
      }
    }
  }
  return words;
}

const PdfCell* CellAt(const PdfTableRow& row, size_t column) {
  for (const PdfCell& cell : row.cells) {
    if (cell.column == column) return &cell;
  }
  return nullptr;
}

std::string PlainText(const PdfPage& page, const std::vector<size_t>& words) {
  std::string out;
  for (const size_t i : words) {
    absl::StrAppend(&out, out.empty() ? "" : " ", page.words[i].text);
  }
  return out;
}

std::string PlainText(const PdfPage& page, const PdfCell& cell) {
  std::string out;
  for (const std::vector<size_t>& line : cell.lines) {
    absl::StrAppend(&out, out.empty() ? "" : " ", PlainText(page, line));
  }
  return out;
}

}  // namespace footnote
