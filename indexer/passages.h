// Cuts a document into passages: what the index finds and the writer quotes.
#ifndef FOOTNOTE_INDEXER_PASSAGES_H_
#define FOOTNOTE_INDEXER_PASSAGES_H_

#include <cstdint>
#include <vector>

#include "indexer/formats/format.h"
#include "text/language.h"
#include "text/span.h"

namespace footnote {

struct PassageOptions {
  // Code points that a passage should not exceed.
  uint32_t target = 900;
  // A section's end that would be a passage of its own is kept with the one
  // before while both together stay below this.
  uint32_t limit = 1000;
};

// A stretch of canonical text. Passages of a document do not overlap and come
// in text order; they hold every sentence but headings that stand alone above
// a smaller heading (those are part of the heading path below them).
struct CutPassage {
  TextSpan span;  // bytes
  uint64_t code_point_begin = 0;
  uint64_t code_point_end = 0;
  uint32_t section = 0;
  // Of its blocks, when all are of one kind; else kParagraph.
  BlockKind kind = BlockKind::kParagraph;
  // Line of the original where its first block begins.
  uint32_t line = 0;
  // Absolute bytes of canonical text. At least one.
  std::vector<TextSpan> sentences;
};

// Packs sentences greedily. A passage never crosses the border of a section
// and ends at a block's end where that costs little; a sentence is cut, at a
// space if there is one, only when it alone is longer than the target. Linear
// in the text. Safe from many threads.
std::vector<CutPassage> CutPassages(const Extracted& document,
                                    Language language,
                                    const PassageOptions& options = {});

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_PASSAGES_H_
