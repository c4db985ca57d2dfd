// Parses HTML with lexbor, within bounds.
#ifndef FOOTNOTE_INDEXER_FORMATS_HTML_TREE_H_
#define FOOTNOTE_INDEXER_FORMATS_HTML_TREE_H_

#include <lexbor/dom/interfaces/node.h>
#include <lexbor/tag/const.h>

#include <cstdint>
#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"

namespace footnote {

// An element, a text or something else of a page. What is below it begins with
// `first_child` and goes on with `next`. Only HtmlTree makes nodes.
using HtmlNode = lxb_dom_node_t;
// LXB_TAG_P, ….
using HtmlTag = lxb_tag_id_t;

// A parsed page. Its memory is given back as a whole.
class HtmlTree {
 public:
  // `utf8` must outlive the tree.
  //   InvalidArgument     elements stand deeper than limits.max_depth
  //   ResourceExhausted   the tree needs far more memory than its source is
  //                       worth (a page made to blow up)
  static absl::StatusOr<std::unique_ptr<HtmlTree>> Parse(
      absl::string_view utf8, const ExtractLimits& limits);
  ~HtmlTree();
  HtmlTree(const HtmlTree&) = delete;
  HtmlTree& operator=(const HtmlTree&) = delete;

  // The <html> element.
  const HtmlNode* root() const { return root_; }

 private:
  struct Page;
  HtmlTree();

  std::unique_ptr<Page> page_;
  const HtmlNode* root_ = nullptr;
};

inline bool IsHtmlElementNode(const HtmlNode& node) {
  return node.type == LXB_DOM_NODE_TYPE_ELEMENT;
}

inline bool IsHtmlTextNode(const HtmlNode& node) {
  return node.type == LXB_DOM_NODE_TYPE_TEXT ||
         node.type == LXB_DOM_NODE_TYPE_CDATA_SECTION;
}

// The tag of `node`, whatever namespace it is of; of what is no element, one
// that no element has.
inline HtmlTag HtmlTagOf(const HtmlNode& node) { return node.local_name; }

// True when `node` is an element of HTML, not of SVG or MathML.
bool IsOfHtml(const HtmlNode& node);
bool IsOfSvg(const HtmlNode& node);

// True when `node` is an HTML element (not SVG, not MathML) of that tag.
bool IsHtmlElement(const HtmlNode& node, HtmlTag tag);

// The text of a text node.
absl::string_view HtmlText(const HtmlNode& text);

// The line, counted from 1, on which `node` begins. 0 where the parser does not
// know: of text that it moved out of a table, say.
uint32_t HtmlLine(const HtmlNode& node);

// True when a line break stood right after the tag of `element`, a <pre>; the
// parser drops it.
bool HtmlDroppedLineBreak(const HtmlNode& element);

// The value of attribute `name` (lower case) of `node`, empty when there is
// none.
absl::string_view HtmlAttribute(const HtmlNode& node, absl::string_view name);
bool HasHtmlAttribute(const HtmlNode& node, absl::string_view name);

// Calls `each` with the name and value of every attribute of `node`: for who
// wants to know of several.
void ForEachHtmlAttribute(
    const HtmlNode& node,
    absl::FunctionRef<void(absl::string_view name, absl::string_view value)>
        each);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_HTML_TREE_H_
