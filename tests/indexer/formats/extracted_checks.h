// What must hold for every extracted document, whatever its format.
#ifndef FOOTNOTE_TESTS_INDEXER_FORMATS_EXTRACTED_CHECKS_H_
#define FOOTNOTE_TESTS_INDEXER_FORMATS_EXTRACTED_CHECKS_H_

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/utf8.h"
#include "indexer/formats/format.h"

namespace footnote {

// The first broken promise of format.h, or an empty string.
inline std::string BrokenPromise(const Extracted& document) {
  const std::string& text = document.text;
  if (!IsValidUtf8(text)) return "text is not UTF-8";
  if (document.sections.empty()) return "no section 0";
  size_t at = 0;
  for (const Block& block : document.blocks) {
    while (at < block.span.begin) {
      if (at >= text.size() || text[at] != '\n') {
        return absl::StrCat("byte ", at, " lies in no block");
      }
      ++at;
    }
    if (block.span.end > text.size()) return "a block beyond the text";
    if (block.span.empty()) return "an empty block";
    if (block.section >= document.sections.size()) return "unknown section";
    for (; at < block.span.end; ++at) {
      if (text[at] == '\n') return "a newline inside a block";
    }
    if (at >= text.size() || text[at] != '\n') return "no newline after block";
  }
  for (; at < text.size(); ++at) {
    if (text[at] != '\n') return absl::StrCat("byte ", at, " is in no block");
  }
  if (absl::string_view(text).find("\n\n\n") != absl::string_view::npos) {
    return "two empty lines";
  }
  for (size_t i = 1; i < document.sections.size(); ++i) {
    const Section& section = document.sections[i];
    if (section.parent >= i) return "a parent after its child";
    if (section.heading.empty()) return "a section without heading";
    if (section.heading.end > text.size()) return "a heading beyond the text";
    if (section.level <= document.sections[section.parent].level) {
      return "a section not deeper than its parent";
    }
  }
  return "";
}

// The blocks as text: "p: …", "#: …" (one # per level), "-: " list item,
// "|: " table row, "=: " caption, "$: " code.
inline std::vector<std::string> Outline(const Extracted& document) {
  std::vector<std::string> out;
  for (const Block& block : document.blocks) {
    const absl::string_view line =
        absl::string_view(document.text)
            .substr(block.span.begin, block.span.size());
    std::string mark;
    switch (block.kind) {
      case BlockKind::kParagraph:
        mark = "p";
        break;
      case BlockKind::kHeading:
        mark = std::string(document.sections[block.section].level, '#');
        break;
      case BlockKind::kListItem:
        mark = "-";
        break;
      case BlockKind::kTableRow:
        mark = "|";
        break;
      case BlockKind::kCaption:
        mark = "=";
        break;
      case BlockKind::kCode:
        mark = "$";
        break;
    }
    out.push_back(absl::StrCat(mark, ": ", line));
  }
  return out;
}

}  // namespace footnote

#endif  // FOOTNOTE_TESTS_INDEXER_FORMATS_EXTRACTED_CHECKS_H_
