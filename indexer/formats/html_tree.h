// Parses HTML with gumbo, within bounds.
#ifndef FOOTNOTE_INDEXER_FORMATS_HTML_TREE_H_
#define FOOTNOTE_INDEXER_FORMATS_HTML_TREE_H_

#include <gumbo.h>

#include <memory>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"

namespace footnote {

// A parsed page. Its memory is one arena: gumbo's own destructor calls itself
// once per level and would overflow the stack on deep pages.
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
  const GumboNode* root() const { return root_; }

 private:
  struct Arena;
  HtmlTree();

  std::unique_ptr<Arena> arena_;
  const GumboNode* root_ = nullptr;
};

// The value of attribute `name` of `node`, empty when there is none.
absl::string_view HtmlAttribute(const GumboNode& node, const char* name);
bool HasHtmlAttribute(const GumboNode& node, const char* name);

// True when `node` is an HTML element (not SVG, not MathML) of that tag.
bool IsHtmlElement(const GumboNode& node, GumboTag tag);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_HTML_TREE_H_
