// Turns the cells of a table into lines that can be read alone.
#ifndef FOOTNOTE_INDEXER_FORMATS_TABLE_ROWS_H_
#define FOOTNOTE_INDEXER_FORMATS_TABLE_ROWS_H_

#include <cstdint>
#include <string>
#include <vector>

#include "indexer/formats/block_writer.h"

namespace footnote {

// A table as its reader meets it, row by row.
//
//   TableRows rows;
//   rows.BeginRow(line);  rows.AddCell("Package", true, 1, 1);  …
//   rows.Write(&writer);
class TableRows {
 public:
  // `place` as in BlockWriter::SetPlace; empty leaves the writer's.
  void BeginRow(uint32_t line, std::string place = "");

  // A cell with its folded text; `header` when the source says so. A cell may
  // span columns and rows (values below 1 are read as 1, large ones cut).
  // Outside a row, the cell is ignored.
  void AddCell(std::string text, bool header, int columns, int rows);

  // One table row block per row: "Column: cell | Column: cell". Rows at the
  // top that hold headers only name the columns and are no lines of their own,
  // unless nothing follows them.
  void Write(BlockWriter* writer) const;

  bool empty() const { return rows_.empty(); }

 private:
  struct Cell {
    std::string text;
    bool header = false;
    bool repeated = false;  // the same cell as the one to the left
  };
  struct Row {
    uint32_t line = 0;
    std::string place;
    std::vector<Cell> cells;
  };
  // A cell that reaches down into rows not yet begun.
  struct Reach {
    size_t column;
    int rows_left;
    Cell cell;
  };

  void PlaceReaching();

  std::vector<Row> rows_;
  // Columns of the last row before this one are taken.
  size_t next_column_ = 0;
  std::vector<Reach> reaching_;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_TABLE_ROWS_H_
