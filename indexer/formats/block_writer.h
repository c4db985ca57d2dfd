// Writes canonical text block by block: the one place that knows its shape.
#ifndef FOOTNOTE_INDEXER_FORMATS_BLOCK_WRITER_H_
#define FOOTNOTE_INDEXER_FORMATS_BLOCK_WRITER_H_

#include <string>
#include <vector>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"

namespace footnote {

// Collects text into blocks and sections of one Extracted. A reader walks its
// document and says what it meets:
//
//   writer.Begin(BlockKind::kHeading, line);  writer.set_heading(2, "anchor");
//   writer.Text("Installation");
//   writer.Begin(BlockKind::kParagraph, line);
//   writer.Text("First ");  writer.Text("download …");
//   writer.End();
//
// Blocks that hold nothing but white space leave no trace. Not thread-safe.
class BlockWriter {
 public:
  explicit BlockWriter(const ExtractLimits& limits);

  // Ends the open block, if any, and opens one that began at `line` of the
  // original. In code every line becomes a block of its own.
  void Begin(BlockKind kind, uint32_t line);

  // The level (from 1) and anchor of the heading that was just begun. When the
  // heading ends, a section of that level opens: inside the last section whose
  // level is smaller.
  void SetHeading(int level, absl::string_view anchor);

  // Appends to the open block, or to a new paragraph when none is open. White
  // space is folded, across calls too; between two Han or Kana characters a
  // line break is nothing. Control characters are white space. `utf8` must be
  // valid UTF-8.
  void Text(absl::string_view utf8);

  // The same for text that begins on `line` of the original; each line break in
  // it begins the next one.
  void TextOfLines(absl::string_view utf8, uint32_t line);

  // What is appended next lies on `line` of the original, and at `place` as
  // SetPlace has it. Nothing where it has a block of its own (code).
  void StartPart(uint32_t line, absl::string_view place = "");

  // Ends the open block.
  void End();
  bool open() const { return open_; }
  // True when nothing but white space came since Begin.
  bool blank() const { return pending_.empty(); }
  BlockKind kind() const { return kind_; }

  // The section that the next block goes into. Going back to an earlier value
  // leaves the sections opened since then: for boxes beside the text.
  uint32_t section() const { return section_; }
  int section_level() const { return out_.sections[section_].level; }
  void LeaveTo(uint32_t section);

  // Where the blocks that are begun from here on lie: Block::place. Empty: not
  // told.
  void SetPlace(absl::string_view place);

  // True when the text has outgrown the limits; a reader may then stop early.
  bool full() const { return full_; }

  // The document. ResourceExhausted when the text outgrew the limits.
  // The writer is empty afterwards.
  absl::Status Finish(Extracted* out);

 private:
  void EndCode();
  void EndLine();
  void AddBlock(absl::string_view line_text, uint32_t line);
  void BeginPart(size_t at);
  uint32_t NumberOf(absl::string_view place);

  ExtractLimits limits_;
  Extracted out_;
  bool open_ = false;
  bool full_ = false;
  BlockKind kind_ = BlockKind::kParagraph;
  uint32_t line_ = 1;
  int level_ = 1;
  std::string anchor_;
  uint32_t section_ = 0;
  uint32_t last_section_ = 0;
  uint32_t place_ = 0;
  std::string pending_;
  // Of the open block, bytes of pending_; and one that waits for its text.
  std::vector<BlockPart> parts_;
  BlockPart next_part_;
  bool part_waits_ = false;
  bool space_ = false;    // white space waits before the next character
  bool newline_ = false;  // … and it held a line break
};

// Appends the text of `block` to the open block of `writer`. `start` is told
// the line of each part before it, to say StartPart.
void CopyParts(const Extracted& from, const Block& block, BlockWriter* writer,
               absl::FunctionRef<void(uint32_t line)> start);

// `utf8` as Text would fold it, without white space at its ends.
std::string FoldWhiteSpace(absl::string_view utf8);

// Appends `utf8` to `out` as Text does. `space` and `newline` carry the white
// space that waits between calls; begin with false.
void AppendFolded(absl::string_view utf8, bool* space, bool* newline,
                  std::string* out);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_BLOCK_WRITER_H_
