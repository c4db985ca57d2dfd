// What every format reader gives: the canonical text of a document, its parts,
// and the way back to the original file.
//
// Canonical text is UTF-8, extracted once, stored verbatim and never changed
// afterwards. One block (heading, paragraph, list item, table row, code line)
// stands on each line; an empty line precedes each section. What is not
// content (navigation, scripts, comments) is left out. Inside a block, runs
// of white space of the source are one space, except in code.
#ifndef FOOTNOTE_INDEXER_FORMATS_FORMAT_H_
#define FOOTNOTE_INDEXER_FORMATS_FORMAT_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "text/span.h"

namespace footnote {

// Part of every document version: the same file read by another extractor
// version is a new version of the document. Raised by every change that can
// alter canonical text, or tell more exactly where it lay.
constexpr uint32_t kExtractorVersion = 6;

// The forms of file that can be read. Stored with document versions: never
// renumber.
enum class Format : uint8_t {
  kUnknown = 0,
  kPlain = 1,
  kMarkdown = 2,
  kHtml = 3,
  kMallard = 4,
  kDocBook = 5,
  kJsonLines = 6,
  kDocx = 7,
  kPptx = 8,
  kXlsx = 9,
  kOdt = 10,
  kOdp = 11,
  kOds = 12,
  kEpub = 13,
  kCsv = 14,
  kTsv = 15,
  kPdf = 16,
  kMail = 17,
  kRtf = 18,
  kCode = 19,
  kPng = 20,
  kJpeg = 21,
  kTiff = 22,
  kLast = kTiff,
};

// "plain text", "Markdown", …, for messages.
absl::string_view FormatName(Format format);

// Stored in segments: never renumber.
enum class BlockKind : uint8_t {
  kParagraph = 0,
  kHeading = 1,
  kListItem = 2,
  kTableRow = 3,
  kCaption = 4,
  kCode = 5,
};

// One line of canonical text, without its newline.
struct Block {
  TextSpan span;
  BlockKind kind = BlockKind::kParagraph;
  // The section that the block stands in; a heading stands in its own.
  uint32_t section = 0;
  // The line of the original file, counted from 1, where the block begins; of
  // a file without lines its paragraph, table row, slide or page.
  uint32_t line = 0;
  // Where it lies in the original, when lines do not tell: entry `place - 1` of
  // Extracted::places. 0: the section's anchor tells.
  uint32_t place = 0;
};

// Where part of a block lay that stood on another line, or elsewhere, than what
// is before it.
struct BlockPart {
  // Byte of canonical text, inside a block.
  uint32_t begin = 0;
  // As Block has them, of this part.
  uint32_t line = 0;
  uint32_t place = 0;
};

// A heading and what follows it. Section 0 is the document itself: it has no
// heading and is its own parent.
struct Section {
  uint32_t parent = 0;
  // 1 for a chapter, 2 for what lies in it; 0 for section 0.
  int level = 0;
  // The heading in canonical text; empty for section 0.
  TextSpan heading;
  // The element id in the original to which a link can point; may be empty.
  std::string anchor;
};

// A document as a format reader leaves it.
struct Extracted {
  Format format = Format::kUnknown;
  // Canonical text. Valid UTF-8; no line begins or ends with white space
  // except that code keeps its indentation; the last line ends with a newline
  // unless the text is empty.
  std::string text;
  // In text order. Every byte that is not a newline lies in exactly one.
  std::vector<Block> blocks;
  // In text order. A block of one line has none; one that begins where its
  // block does is more exact than the block.
  std::vector<BlockPart> parts;
  // Never empty; parents come before children.
  std::vector<Section> sections;
  // "slide=3", "Prices!A5:D5", "page=2&box=72,90,540,120": see Block::place.
  std::vector<std::string> places;
  // What the file says of itself; each may be empty.
  std::string title;
  std::string language;  // BCP 47 as written in the file: "pt-BR"
  std::vector<std::pair<std::string, std::string>> metadata;
  // The encoding that the bytes were read in: "UTF-8", "UTF-16LE", ….
  std::string encoding;
  // Byte sequences that were not valid in that encoding and became U+FFFD.
  size_t replaced_sequences = 0;

  // The headings that lead to `section`, outermost first.
  std::vector<absl::string_view> HeadingPath(uint32_t section) const;

  // The parts of `block`; at least one, which begins where it does.
  std::vector<BlockPart> PartsOf(const Block& block) const;
};

// What a reader refuses to go beyond.
struct ExtractLimits {
  // Bytes of one document: of the file, and of its canonical text.
  size_t max_document_bytes = size_t{64} << 20;
  // Elements inside one another.
  int max_depth = 4096;
};

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_FORMAT_H_
