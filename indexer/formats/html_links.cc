#include "indexer/formats/html_links.h"

#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/utf8.h"
#include "indexer/formats/html_tree.h"

namespace footnote {
namespace {

void ReadElement(const HtmlNode& node, HtmlLinks* out) {
  switch (HtmlTagOf(node)) {
    case LXB_TAG_A:
    case LXB_TAG_AREA: {
      const absl::string_view href = HtmlAttribute(node, "href");
      const std::string rel = absl::AsciiStrToLower(HtmlAttribute(node, "rel"));
      if (!href.empty() && !absl::StrContains(rel, "nofollow")) {
        out->links.emplace_back(href);
      }
      break;
    }
    case LXB_TAG_BASE:
      if (out->base.empty()) {
        out->base = std::string(HtmlAttribute(node, "href"));
      }
      break;
    case LXB_TAG_META: {
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
  const HtmlNode* const root = (*tree)->root();
  const HtmlNode* node = root;
  while (true) {
    if (IsHtmlElementNode(*node)) ReadElement(*node, &out);
    if (node->first_child != nullptr) {
      node = node->first_child;
      continue;
    }
    while (node != root && node->next == nullptr) node = node->parent;
    if (node == root) break;
    node = node->next;
  }
  return out;
}

}  // namespace footnote
