#include "indexer/formats/html_links.h"

#include <gumbo.h>

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/utf8.h"
#include "indexer/formats/html_tree.h"

namespace footnote {
namespace {

void ReadElement(const GumboNode& node, HtmlLinks* out) {
  switch (node.v.element.tag) {
    case GUMBO_TAG_A:
    case GUMBO_TAG_AREA: {
      const absl::string_view href = HtmlAttribute(node, "href");
      const std::string rel = absl::AsciiStrToLower(HtmlAttribute(node, "rel"));
      if (!href.empty() && !absl::StrContains(rel, "nofollow")) {
        out->links.emplace_back(href);
      }
      break;
    }
    case GUMBO_TAG_BASE:
      if (out->base.empty()) {
        out->base = std::string(HtmlAttribute(node, "href"));
      }
      break;
    case GUMBO_TAG_META: {
      if (!absl::EqualsIgnoreCase(HtmlAttribute(node, "name"), "robots")) break;
      const std::string wish =
          absl::AsciiStrToLower(HtmlAttribute(node, "content"));
      const bool none = absl::StrContains(wish, "none");
      out->no_index |= none || absl::StrContains(wish, "noindex");
      out->no_follow |= none || absl::StrContains(wish, "nofollow");
      break;
    }
    default:
      break;
  }
}

}  // namespace

HtmlLinks LinksOf(absl::string_view bytes, const ExtractLimits& limits) {
  HtmlLinks out;
  const std::string utf8 = ReplaceInvalidUtf8(bytes);
  const absl::StatusOr<std::unique_ptr<HtmlTree>> tree =
      HtmlTree::Parse(utf8, limits);
  if (!tree.ok()) return out;
  std::vector<const GumboNode*> stack = {(*tree)->root()};
  while (!stack.empty()) {
    const GumboNode& node = *stack.back();
    stack.pop_back();
    if (node.type != GUMBO_NODE_ELEMENT) continue;
    ReadElement(node, &out);
    const GumboVector& children = node.v.element.children;
    for (unsigned i = children.length; i > 0; --i) {
      stack.push_back(static_cast<const GumboNode*>(children.data[i - 1]));
    }
  }
  return out;
}

}  // namespace footnote
