// Which parts of a page are content.
#ifndef FOOTNOTE_INDEXER_FORMATS_HTML_CONTENT_H_
#define FOOTNOTE_INDEXER_FORMATS_HTML_CONTENT_H_

#include <cstddef>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/html_tree.h"

namespace footnote {

// What stands inside an element, script and style not counted.
struct HtmlMeasure {
  size_t text_bytes = 0;  // without white space
  size_t link_bytes = 0;  // of them, inside links
  size_t links = 0;
  size_t headings = 0;
  size_t tables = 0;
  size_t header_cells = 0;
  size_t flow_blocks = 0;  // paragraphs, lists and the like; not table parts
};

// One look over a whole page, before it is read.
class HtmlContent {
 public:
  explicit HtmlContent(const HtmlNode* root);

  // The element that holds the page's own text: <main>, a lone <article> or
  // what calls itself main, if it holds a fair part of all text; else the
  // body, else the root.
  const HtmlNode* main_part() const { return main_part_; }

  // True when `element` and all in it should be left out. `in_main` tells that
  // it stands in an explicit main part, whose lists of links are content.
  bool IsBoilerplate(const HtmlNode& element, bool in_main) const;

  // True when the rows of this <table> are data; false when it arranges.
  bool IsDataTable(const HtmlNode& table) const;

  // The lang attribute under which most of the text stands; may be empty.
  const std::string& language() const { return language_; }

 private:
  HtmlMeasure Measure(const HtmlNode& element) const;

  absl::flat_hash_map<const HtmlNode*, HtmlMeasure> measures_;
  size_t text_bytes_ = 0;
  const HtmlNode* main_part_ = nullptr;
  std::string language_;
};

// True when `element` never holds text for readers: script, style, ….
bool HoldsNoText(const HtmlNode& element);

// True when `element` begins a new line: p, div, li, ….
bool IsBlockElement(const HtmlNode& element);

// 1 to 6 for h1 to h6, else 0.
int HtmlHeadingLevel(const HtmlNode& element);

// True when one of the words of attribute class is `name`.
bool HasHtmlClass(const HtmlNode& element, absl::string_view name);

// True for boxes beside the running text: notes, tips, sidebars of a book.
bool IsBox(const HtmlNode& element);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_HTML_CONTENT_H_
