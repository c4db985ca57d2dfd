#include "indexer/passages.h"

#include <algorithm>
#include <utility>

#include "absl/strings/string_view.h"
#include "base/utf8.h"
#include "text/sentences.h"

namespace footnote {
namespace {

// A sentence or a piece of one, with what the packing needs to know.
struct Piece {
  TextSpan span;
  uint32_t code_points = 0;
  // Code points of white space between the piece before and this one.
  uint32_t gap = 0;
  uint32_t block = 0;
  bool ends_block = false;
};

// Of a code point.
constexpr size_t kMostBytes = 4;

// Where to cut a text of more than `target` code points: after `target`, or at
// the last space before it if that is not too far back.
uint32_t CutPoint(absl::string_view text, uint32_t target) {
  const uint32_t hard = static_cast<uint32_t>(ByteOffset(text, target));
  const size_t space = text.rfind(' ', hard);
  return space != absl::string_view::npos && space * 2 > hard
             ? static_cast<uint32_t>(space)
             : hard;
}

class PassageCutter {
 public:
  PassageCutter(const Extracted& document, Language language,
                const PassageOptions& options)
      : document_(document),
        text_(document.text),
        language_(language),
        options_(options) {}

  std::vector<CutPassage> Cut() {
    const std::vector<Block>& blocks = document_.blocks;
    size_t begin = 0;
    while (begin < blocks.size()) {
      size_t end = begin + 1;
      while (end < blocks.size() &&
             blocks[end].section == blocks[begin].section &&
             blocks[end].kind != BlockKind::kHeading) {
        ++end;
      }
      if (!IsHeadingAlone(begin, end)) CutRun(begin, end);
      begin = end;
    }
    return std::move(out_);
  }

 private:
  // True for a heading whose section begins with a subsection at once.
  bool IsHeadingAlone(size_t begin, size_t end) const {
    const std::vector<Block>& blocks = document_.blocks;
    if (end - begin != 1 || blocks[begin].kind != BlockKind::kHeading ||
        end == blocks.size()) {
      return false;
    }
    return document_.sections[blocks[end].section].parent ==
           blocks[begin].section;
  }

  // Blocks [begin, end) stand in one section.
  void CutRun(size_t begin, size_t end) {
    Split(begin, end);
    size_t first = 0;
    while (first < pieces_.size()) {
      const size_t last = PassageEnd(first);
      Emit(first, last);
      first = last;
    }
  }

  void Split(size_t begin, size_t end) {
    pieces_.clear();
    for (size_t b = begin; b < end; ++b) {
      const TextSpan block = document_.blocks[b].span;
      sentences_.clear();
      Sentences(text_.substr(block.begin, block.size()), language_,
                &sentences_);
      for (const TextSpan& sentence : sentences_) {
        AddPieces({block.begin + sentence.begin, block.begin + sentence.end},
                  static_cast<uint32_t>(b));
      }
      if (!pieces_.empty()) pieces_.back().ends_block = true;
    }
  }

  void AddPieces(TextSpan span, uint32_t block) {
    while (!span.empty()) {
      Piece piece;
      piece.span = span;
      piece.block = block;
      const absl::string_view all = text_.substr(span.begin, span.size());
      // What is left of a very long one is not counted for each piece.
      uint64_t code_points = options_.target + uint64_t{1};
      if (all.size() <= kMostBytes * options_.target) {
        code_points = CountCodePoints(all);
      }
      if (code_points > options_.target) {
        piece.span.end = span.begin + CutPoint(all, options_.target);
        code_points = CountCodePoints(all.substr(0, piece.span.size()));
      }
      piece.code_points = static_cast<uint32_t>(code_points);
      if (!pieces_.empty()) {
        const uint32_t before = pieces_.back().span.end;
        piece.gap = static_cast<uint32_t>(
            CountCodePoints(text_.substr(before, piece.span.begin - before)));
      }
      span.begin = piece.span.end;
      while (span.begin < span.end && text_[span.begin] == ' ') ++span.begin;
      pieces_.push_back(piece);
    }
  }

  // One past the last piece of the passage that begins with `first`.
  size_t PassageEnd(size_t first) const {
    uint64_t length = pieces_[first].code_points;
    size_t end = first + 1;
    size_t block_end = pieces_[first].ends_block ? end : first;
    uint64_t length_at_block_end = block_end > first ? length : 0;
    while (end < pieces_.size()) {
      const uint64_t longer =
          length + pieces_[end].gap + pieces_[end].code_points;
      if (longer > options_.target) break;
      length = longer;
      ++end;
      if (pieces_[end - 1].ends_block) {
        block_end = end;
        length_at_block_end = length;
      }
    }
    if (end == pieces_.size()) return end;
    // What is left may fit after all.
    uint64_t rest = length;
    size_t i = end;
    for (; i < pieces_.size() && rest <= options_.limit; ++i) {
      rest += pieces_[i].gap + pieces_[i].code_points;
    }
    if (i == pieces_.size() && rest <= options_.limit) return i;
    // Ending with a block is worth a third of the length, no more.
    if (block_end > first && length_at_block_end * 3 >= options_.target * 2) {
      return block_end;
    }
    return end;
  }

  void Emit(size_t first, size_t last) {
    CutPassage passage;
    passage.span = {pieces_[first].span.begin, pieces_[last - 1].span.end};
    const Block& block = document_.blocks[pieces_[first].block];
    passage.section = block.section;
    passage.line = block.line;
    passage.kind = block.kind;
    passage.sentences.reserve(last - first);
    uint64_t code_points = pieces_[first].code_points;
    for (size_t i = first; i < last; ++i) {
      if (i > first) code_points += pieces_[i].gap + pieces_[i].code_points;
      passage.sentences.push_back(pieces_[i].span);
      if (document_.blocks[pieces_[i].block].kind != passage.kind) {
        passage.kind = BlockKind::kParagraph;
      }
    }
    code_points_ +=
        CountCodePoints(text_.substr(counted_, passage.span.begin - counted_));
    passage.code_point_begin = code_points_;
    code_points_ += code_points;
    passage.code_point_end = code_points_;
    counted_ = passage.span.end;
    out_.push_back(std::move(passage));
  }

  const Extracted& document_;
  const absl::string_view text_;
  const Language language_;
  const PassageOptions options_;
  std::vector<TextSpan> sentences_;
  std::vector<Piece> pieces_;
  // Code points before byte `counted_`.
  uint64_t code_points_ = 0;
  uint32_t counted_ = 0;
  std::vector<CutPassage> out_;
};

}  // namespace

std::vector<CutPassage> CutPassages(const Extracted& document,
                                    Language language,
                                    const PassageOptions& options) {
  return PassageCutter(document, language, options).Cut();
}

}  // namespace footnote
