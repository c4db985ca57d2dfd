#include "indexer/formats/pdf_lines.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/strip.h"
#include "indexer/formats/block_writer.h"
#include "indexer/formats/pdf_runs.h"
#include "indexer/formats/pdf_table.h"
#include "indexer/formats/pdf_tables.h"

namespace footnote {
namespace {

// True when `b` stands on the line of `a`, beside it.
bool OnOneLine(const PdfWord& a, const PdfWord& b) {
  const float overlap =
      std::min(a.box.y1, b.box.y1) - std::max(a.box.y0, b.box.y0);
  const float height = std::min(a.box.height(), b.box.height());
  if (height <= 0 || overlap < height / 2) return false;
  const float size = std::max(a.size, b.size);
  // Columns stand further apart, and words of one line do not overlap.
  const float gap = std::max(b.box.x0 - a.box.x1, a.box.x0 - b.box.x1);
  return gap < 3 * size && gap > -size;
}

bool EndsSentence(absl::string_view word) {
  for (const absl::string_view close :
       {"\"", "'", ")", "]", "”", "’", "»", "」", "』", "）"}) {
    absl::ConsumeSuffix(&word, close);
  }
  for (const absl::string_view end :
       {".", "!", "?", ":", "…", "。", "！", "？", "؟", "।", "۔"}) {
    if (absl::EndsWith(word, end)) return true;
  }
  return false;
}

PdfLine MakeLine(uint32_t page, std::vector<PdfWord> words) {
  const bool has_right_to_left = std::any_of(
      words.begin(), words.end(),
      [](const PdfWord& word) { return HasRightToLeft(word.text); });
  const bool from_right = has_right_to_left && IsReadFromRight(words);
  // poppler's words come from the left, and its spaces too; recognised ones as
  // they are read.
  const bool turns = from_right && words.front().box.x0 < words.back().box.x0;
  if (from_right) {
    std::stable_sort(
        words.begin(), words.end(),
        [](const PdfWord& a, const PdfWord& b) { return a.box.x0 > b.box.x0; });
  }
  if (has_right_to_left) JoinRuns(from_right, &words);
  PdfLine line;
  line.page = page;
  line.box = words[0].box;
  size_t bold = 0;
  for (size_t i = 0; i < words.size(); ++i) {
    const PdfWord& word = words[i];
    line.box.Add(word.box);
    line.size = std::max(line.size, word.size);
    bold += word.bold;
    if (i > 0) {
      const PdfBox& before = words[i - 1].box;
      const float gap =
          std::max(word.box.x0 - before.x1, before.x0 - word.box.x1);
      if (turns ? HasSpaceBetween(word, words[i - 1])
                : words[i - 1].space || gap > word.size * .15f) {
        line.text += " ";
      }
    }
    if (i == 0 || EndsSentence(words[i - 1].text)) {
      line.parts.push_back({line.text.size(), word.box});
    }
    line.parts.back().box.Add(word.box);
    line.text += word.text;
  }
  line.bold = bold == words.size();
  return line;
}

std::string CellText(const PdfPage& page, const PdfCell& cell) {
  std::string text;
  for (std::vector<size_t> line : cell.lines) {
    const bool from_right = std::any_of(
        line.begin(), line.end(),
        [&page](size_t i) { return HasRightToLeft(page.words[i].text); });
    if (from_right) std::sort(line.begin(), line.end());
    std::vector<PdfWord> words;
    for (size_t k = 0; k < line.size(); ++k) {
      words.push_back(page.words[line[k]]);
      if (k + 1 == line.size()) break;
      // Where poppler has one line end and another begin there is space, and
      // where a long word is drawn over the next.
      const PdfBox& box = words.back().box;
      if (line[k + 1] != line[k] + 1 ||
          page.words[line[k + 1]].box.x0 < box.x1 - words.back().size * .3f) {
        words.back().space = true;
      }
    }
    AppendPdfLine(MakeLine(0, std::move(words)).text, &text);
  }
  return FoldWhiteSpace(text);
}

// True when each name of the header will stand before some cell.
bool HeaderIsUsed(const PdfTextTable& table) {
  std::set<std::pair<size_t, std::string>> names;
  for (size_t r = 0; r < table.header_rows; ++r) {
    for (size_t c = 0; c < table.rows[r].cells.size(); ++c) {
      const std::string& name = table.rows[r].cells[c];
      if (name.empty()) continue;
      if (!names.insert({c, name}).second) return false;
      bool used = false;
      for (size_t b = table.header_rows; b < table.rows.size(); ++b) {
        for (size_t i = 0; i < table.rows[r].columns[c]; ++i) {
          const std::string& cell = table.rows[b].cells[c + i];
          used |= !cell.empty() && cell != name;
        }
      }
      if (!used) return false;
    }
  }
  return true;
}

PdfTextTable MakeTable(const PdfPage& page, uint32_t number,
                       const PdfTable& table) {
  PdfTextTable out;
  out.page = number;
  out.header_rows = table.header_rows;
  out.header_is_shown = table.header_is_shown;
  out.edges = table.edges;
  for (const PdfTableRow& row : table.rows) {
    PdfTextTable::Row made;
    made.box = row.box;
    made.cells.resize(table.columns);
    made.columns.resize(table.columns, 1);
    made.rows.resize(table.columns, 1);
    for (const PdfCell& cell : row.cells) {
      made.cells[cell.column] = CellText(page, cell);
      made.columns[cell.column] = cell.columns;
      made.rows[cell.column] = cell.rows;
      out.tallest = std::max(out.tallest, cell.rows);
    }
    out.rows.push_back(std::move(made));
  }
  if (!HeaderIsUsed(out)) out.header_rows = 0;
  return out;
}

PdfLine MakeTableLine(const PdfPage& page, uint32_t number,
                      const PdfTable& table) {
  auto made = std::make_shared<PdfTextTable>(MakeTable(page, number, table));
  PdfLine line;
  line.page = number;
  line.box = table.box;
  for (const PdfTextTable::Row& row : made->rows) {
    for (const std::string& cell : row.cells) {
      if (cell.empty()) continue;
      if (!line.text.empty()) line.text += " ";
      line.text += cell;
    }
  }
  line.size = page.words[table.rows.back().cells[0].lines[0][0]].size;
  line.table = std::move(made);
  return line;
}

}  // namespace

std::vector<PdfLine> PdfLinesOf(const PdfPage& page, uint32_t number) {
  const std::vector<PdfTable> tables = FindPdfTables(page);
  constexpr size_t kNone = static_cast<size_t>(-1);
  std::vector<size_t> table_of(page.words.size(), kNone);
  for (size_t t = 0; t < tables.size(); ++t) {
    for (const PdfTableRow& row : tables[t].rows) {
      for (const PdfCell& cell : row.cells) {
        for (const std::vector<size_t>& line : cell.lines) {
          for (const size_t word : line) table_of[word] = t;
        }
      }
    }
  }
  std::vector<PdfLine> lines;
  std::vector<PdfWord> words;
  const auto end_line = [&] {
    if (!words.empty()) lines.push_back(MakeLine(number, std::move(words)));
    words.clear();
  };
  size_t next_table = 0;
  for (size_t i = 0; i < page.words.size(); ++i) {
    if (table_of[i] != kNone) {
      end_line();
      if (table_of[i] != next_table) continue;
      lines.push_back(MakeTableLine(page, number, tables[next_table++]));
      continue;
    }
    if (!words.empty() && !OnOneLine(words.back(), page.words[i])) end_line();
    words.push_back(page.words[i]);
  }
  end_line();
  return lines;
}

void AppendPdfLine(absl::string_view line, std::string* text) {
  static constexpr absl::string_view kSoftHyphen = "\xC2\xAD";
  if (absl::EndsWith(*text, kSoftHyphen)) {
    text->resize(text->size() - kSoftHyphen.size());
  } else if (absl::EndsWith(*text, "-") && text->size() > 1 &&
             !absl::ascii_isspace((*text)[text->size() - 2]) && !line.empty() &&
             absl::ascii_islower(static_cast<unsigned char>(line[0]))) {
    text->pop_back();
  } else if (!text->empty()) {
    // A line break between Han or Kana is nothing; the writer knows.
    text->push_back('\n');
  }
  text->append(line.data(), line.size());
}

}  // namespace footnote
