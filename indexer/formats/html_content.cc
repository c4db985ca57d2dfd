#include "indexer/formats/html_content.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_split.h"
#include "indexer/formats/html_tree.h"

namespace footnote {
namespace {

using NameSet = absl::flat_hash_set<absl::string_view>;

// Class words and ids by which generators mark what is not content: Docbook
// and Publican, Sphinx, MediaWiki, MkDocs, common themes.
bool NamesBoilerplate(absl::string_view word) {
  static const NameSet* const kNames = new NameSet{"nav",
                                                   "navbar",
                                                   "navigation",
                                                   "navheader",
                                                   "navfooter",
                                                   "docnav",
                                                   "toc",
                                                   "tableofcontents",
                                                   "breadcrumb",
                                                   "breadcrumbs",
                                                   "menu",
                                                   "pagination",
                                                   "pager",
                                                   "footer",
                                                   "site-footer",
                                                   "page-footer",
                                                   "site-header",
                                                   "page-header",
                                                   "masthead",
                                                   "banner",
                                                   "skip-link",
                                                   "skip-nav",
                                                   "cookie-banner",
                                                   "cookie-consent",
                                                   "social",
                                                   "share",
                                                   "sharing",
                                                   "sphinxsidebar",
                                                   "headerlink",
                                                   "mw-editsection",
                                                   "navbox",
                                                   "noprint",
                                                   "catlinks",
                                                   "printfooter",
                                                   "indexterm",
                                                   "md-sidebar",
                                                   "md-header",
                                                   "md-footer",
                                                   "mw-jump-link",
                                                   "jump-to-nav",
                                                   "site-navigation",
                                                   "nav-links",
                                                   "related-posts",
                                                   "advertisement",
                                                   "sr-only",
                                                   "visually-hidden",
                                                   "searchbox",
                                                   "search-form"};
  return kNames->contains(word);
}

bool NamesBox(absl::string_view word) {
  static const NameSet* const kNames = new NameSet{
      "sidebar", "note",    "tip",        "warning", "important", "caution",
      "danger",  "callout", "admonition", "info",    "hint",      "attention"};
  return kNames->contains(word);
}

bool IsRoleOfBoilerplate(absl::string_view role) {
  return role == "navigation" || role == "banner" || role == "contentinfo" ||
         role == "search" || role == "menu" || role == "menubar" ||
         role == "toolbar" || role == "doc-toc";
}

template <typename Predicate>
bool AnyClass(const GumboNode& element, Predicate predicate) {
  for (absl::string_view word :
       absl::StrSplit(HtmlAttribute(element, "class"),
                      absl::ByAnyChar(" \t\r\n"), absl::SkipEmpty())) {
    if (predicate(absl::AsciiStrToLower(word))) return true;
  }
  return false;
}

bool IsHidden(const GumboNode& element) {
  if (HasHtmlAttribute(element, "hidden")) return true;
  if (HtmlAttribute(element, "aria-hidden") == "true") return true;
  const absl::string_view style = HtmlAttribute(element, "style");
  if (style.empty()) return false;
  std::string packed = absl::AsciiStrToLower(style);
  packed.erase(std::remove(packed.begin(), packed.end(), ' '), packed.end());
  return absl::StrContains(packed, "display:none") ||
         absl::StrContains(packed, "visibility:hidden");
}

// Measures are kept for these only.
bool IsMeasured(GumboTag tag) {
  switch (tag) {
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_BODY:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_FORM:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_P:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_UL:
      return true;
    default:
      return false;
  }
}

size_t CountText(absl::string_view text) {
  size_t count = 0;
  for (char c : text) count += static_cast<unsigned char>(c) > ' ';
  return count;
}

void Add(const HtmlMeasure& from, HtmlMeasure* to) {
  to->text_bytes += from.text_bytes;
  to->link_bytes += from.link_bytes;
  to->links += from.links;
  to->headings += from.headings;
  to->tables += from.tables;
  to->header_cells += from.header_cells;
  to->flow_blocks += from.flow_blocks;
}

bool IsFlowBlock(const GumboNode& element) {
  switch (element.v.element.tag) {
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_P:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_UL:
      return true;
    default:
      return false;
  }
}

bool IsElement(const GumboNode& node) {
  return node.type == GUMBO_NODE_ELEMENT || node.type == GUMBO_NODE_TEMPLATE;
}

}  // namespace

bool HoldsNoText(const GumboNode& element) {
  if (element.type == GUMBO_NODE_TEMPLATE) return true;
  if (element.v.element.tag_namespace == GUMBO_NAMESPACE_SVG) return true;
  switch (element.v.element.tag) {
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_NOSCRIPT:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_EMBED:
    case GUMBO_TAG_CANVAS:
    case GUMBO_TAG_AUDIO:
    case GUMBO_TAG_VIDEO:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_SELECT:
    case GUMBO_TAG_BUTTON:
    case GUMBO_TAG_INPUT:
    case GUMBO_TAG_TEXTAREA:
    case GUMBO_TAG_DATALIST:
    case GUMBO_TAG_MENU:
    case GUMBO_TAG_FRAMESET:
      return true;
    default:
      return false;
  }
}

bool IsBlockElement(const GumboNode& element) {
  if (element.v.element.tag_namespace != GUMBO_NAMESPACE_HTML) return false;
  switch (element.v.element.tag) {
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_BODY:
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_CENTER:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_DETAILS:
    case GUMBO_TAG_DIR:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_FIELDSET:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_FIGURE:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_FORM:
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_HGROUP:
    case GUMBO_TAG_HR:
    case GUMBO_TAG_HTML:
    case GUMBO_TAG_LEGEND:
    case GUMBO_TAG_LI:
    case GUMBO_TAG_LISTING:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_P:
    case GUMBO_TAG_PLAINTEXT:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_SUMMARY:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_TBODY:
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TFOOT:
    case GUMBO_TAG_TH:
    case GUMBO_TAG_THEAD:
    case GUMBO_TAG_TR:
    case GUMBO_TAG_UL:
    case GUMBO_TAG_XMP:
      return true;
    default:
      return false;
  }
}

int HtmlHeadingLevel(const GumboNode& element) {
  const GumboTag tag = element.v.element.tag;
  return tag >= GUMBO_TAG_H1 && tag <= GUMBO_TAG_H6 ? 1 + tag - GUMBO_TAG_H1
                                                    : 0;
}

bool HasHtmlClass(const GumboNode& element, absl::string_view name) {
  return AnyClass(element,
                  [name](absl::string_view word) { return word == name; });
}

bool IsBox(const GumboNode& element) {
  return IsHtmlElement(element, GUMBO_TAG_ASIDE) ||
         (IsHtmlElement(element, GUMBO_TAG_DIV) && AnyClass(element, NamesBox));
}

HtmlContent::HtmlContent(const GumboNode* root) {
  struct Frame {
    const GumboNode* node;
    unsigned next_child;
    HtmlMeasure measure;
    bool in_link;
  };
  std::vector<Frame> stack;
  std::vector<const GumboNode*> mains;
  std::vector<const GumboNode*> articles;
  const GumboNode* body = nullptr;
  // By language, innermost first.
  std::vector<std::pair<std::string, size_t>> languages;
  stack.push_back({root, 0, {}, false});
  while (!stack.empty()) {
    Frame& frame = stack.back();
    const GumboElement& element = frame.node->v.element;
    if (frame.next_child < element.children.length) {
      const GumboNode* child = static_cast<const GumboNode*>(
          element.children.data[frame.next_child++]);
      if (child->type == GUMBO_NODE_TEXT || child->type == GUMBO_NODE_CDATA) {
        const size_t bytes = CountText(child->v.text.text);
        frame.measure.text_bytes += bytes;
        if (frame.in_link) frame.measure.link_bytes += bytes;
      } else if (IsElement(*child) && !HoldsNoText(*child)) {
        const bool link = IsHtmlElement(*child, GUMBO_TAG_A) &&
                          HasHtmlAttribute(*child, "href");
        const bool in_link = frame.in_link || link;
        stack.push_back({child, 0, {}, in_link});
        HtmlMeasure& measure = stack.back().measure;
        measure.links += link;
        measure.headings += HtmlHeadingLevel(*child) != 0;
        measure.tables += IsHtmlElement(*child, GUMBO_TAG_TABLE);
        measure.header_cells += IsHtmlElement(*child, GUMBO_TAG_TH);
        measure.flow_blocks += IsFlowBlock(*child);
      }
      continue;
    }
    const GumboNode* node = frame.node;
    const HtmlMeasure measure = frame.measure;
    stack.pop_back();
    if (stack.empty()) {
      text_bytes_ = measure.text_bytes;
    } else {
      Add(measure, &stack.back().measure);
    }
    const GumboTag tag = node->v.element.tag;
    if (IsMeasured(tag)) measures_.emplace(node, measure);
    if (tag == GUMBO_TAG_BODY) body = node;
    if (tag == GUMBO_TAG_MAIN || HtmlAttribute(*node, "role") == "main") {
      mains.push_back(node);
      measures_.emplace(node, measure);
    }
    if (tag == GUMBO_TAG_ARTICLE) articles.push_back(node);
    absl::string_view language = HtmlAttribute(*node, "lang");
    if (language.empty()) language = HtmlAttribute(*node, "xml:lang");
    if (!language.empty()) {
      languages.emplace_back(std::string(language), measure.text_bytes);
    }
  }
  main_part_ = body == nullptr ? root : body;
  if (mains.empty() && articles.size() == 1) mains = articles;
  if (mains.size() == 1 && measures_[mains[0]].text_bytes * 3 >= text_bytes_ &&
      measures_[mains[0]].text_bytes > 0) {
    main_part_ = mains[0];
  }
  for (const auto& language : languages) {
    if (language.second * 5 >= text_bytes_ * 4) {
      language_ = language.first;
      break;
    }
  }
}

HtmlMeasure HtmlContent::Measure(const GumboNode& element) const {
  const auto found = measures_.find(&element);
  return found == measures_.end() ? HtmlMeasure() : found->second;
}

bool HtmlContent::IsBoilerplate(const GumboNode& element, bool in_main) const {
  if (IsRoleOfBoilerplate(HtmlAttribute(element, "role"))) return true;
  if (IsHidden(element)) return true;
  const absl::string_view id = HtmlAttribute(element, "id");
  if (!id.empty() && NamesBoilerplate(absl::AsciiStrToLower(id)) &&
      HtmlHeadingLevel(element) == 0) {
    return true;
  }
  if (AnyClass(element, NamesBoilerplate)) return true;
  const HtmlMeasure measure = Measure(element);
  switch (element.v.element.tag) {
    case GUMBO_TAG_NAV:
      return true;
    case GUMBO_TAG_ASIDE:
      return !in_main && !AnyClass(element, NamesBox);
    case GUMBO_TAG_FOOTER:
      return true;
    case GUMBO_TAG_FORM:
      // Some servers wrap the whole page in a form.
      return measure.text_bytes * 2 < text_bytes_;
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_P:
    case GUMBO_TAG_TABLE:
      // Short links and little else; long ones are a list of headlines.
      return !in_main && measure.links >= 4 && measure.headings == 0 &&
             measure.link_bytes * 10 >= measure.text_bytes * 8 &&
             measure.link_bytes <= measure.links * 40;
    default:
      return false;
  }
}

bool HtmlContent::IsDataTable(const GumboNode& table) const {
  const HtmlMeasure measure = Measure(table);
  if (measure.tables > 1 || measure.headings > 0) return false;
  if (HtmlAttribute(table, "role") == "presentation") return false;
  return measure.header_cells > 0 || measure.flow_blocks == 0;
}

}  // namespace footnote
