#include "indexer/formats/html_content.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "base/count_bytes.h"
#include "indexer/formats/html_tree.h"

namespace footnote {
namespace {

// Names in lower case, of up to 31 bytes; nearly all words that are looked for
// are none of them.
class NameSet {
 public:
  NameSet(std::initializer_list<absl::string_view> names) : names_(names) {
    for (absl::string_view name : names) {
      sizes_[static_cast<unsigned char>(name[0])] |= uint32_t{1} << name.size();
    }
  }

  // Whatever the case of `word`.
  bool Contains(absl::string_view word) const {
    if (word.empty() || word.size() > kLongest) return false;
    char lower[kLongest];
    std::transform(word.begin(), word.end(), lower, [](char c) {
      return absl::ascii_tolower(static_cast<unsigned char>(c));
    });
    const uint32_t sizes = sizes_[static_cast<unsigned char>(lower[0])];
    return (sizes >> word.size() & 1) != 0 &&
           names_.contains(absl::string_view(lower, word.size()));
  }

 private:
  static constexpr size_t kLongest = 31;

  absl::flat_hash_set<absl::string_view> names_;
  // Of the names that begin with a byte, a bit for each size.
  std::array<uint32_t, 256> sizes_ = {};
};

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
  return kNames->Contains(word);
}

bool NamesBox(absl::string_view word) {
  static const NameSet* const kNames = new NameSet{
      "sidebar", "note",    "tip",        "warning", "important", "caution",
      "danger",  "callout", "admonition", "info",    "hint",      "attention"};
  return kNames->Contains(word);
}

bool IsRoleOfBoilerplate(absl::string_view role) {
  return role == "navigation" || role == "banner" || role == "contentinfo" ||
         role == "search" || role == "menu" || role == "menubar" ||
         role == "toolbar" || role == "doc-toc";
}

// What an element says of its purpose.
struct Marks {
  absl::string_view role;
  absl::string_view id;
  absl::string_view classes;
  absl::string_view style;
  bool hidden = false;
};

Marks MarksOf(const HtmlNode& element) {
  Marks marks;
  ForEachHtmlAttribute(element, [&marks](absl::string_view name,
                                         absl::string_view value) {
    if (name == "class") {
      marks.classes = value;
    } else if (name == "id") {
      marks.id = value;
    } else if (name == "role") {
      marks.role = value;
    } else if (name == "style") {
      marks.style = value;
    } else if (name == "hidden" || (name == "aria-hidden" && value == "true")) {
      marks.hidden = true;
    }
  });
  return marks;
}

template <typename Predicate>
bool AnyClass(absl::string_view classes, Predicate predicate) {
  const auto is_space = [](char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
  };
  for (size_t begin = 0; begin < classes.size();) {
    size_t end = begin;
    while (end < classes.size() && !is_space(classes[end])) ++end;
    if (end > begin && predicate(classes.substr(begin, end - begin))) {
      return true;
    }
    begin = end + 1;
  }
  return false;
}

bool Hides(absl::string_view style) {
  if (style.empty()) return false;
  std::string packed = absl::AsciiStrToLower(style);
  packed.erase(std::remove(packed.begin(), packed.end(), ' '), packed.end());
  return absl::StrContains(packed, "display:none") ||
         absl::StrContains(packed, "visibility:hidden");
}

// Measures are kept for these only.
bool IsMeasured(HtmlTag tag) {
  switch (tag) {
    case LXB_TAG_ARTICLE:
    case LXB_TAG_BODY:
    case LXB_TAG_DIV:
    case LXB_TAG_DL:
    case LXB_TAG_FORM:
    case LXB_TAG_MAIN:
    case LXB_TAG_OL:
    case LXB_TAG_P:
    case LXB_TAG_TABLE:
    case LXB_TAG_UL:
      return true;
    default:
      return false;
  }
}

size_t CountText(absl::string_view text) {
  return CountBytes(text, [](auto byte) { return byte > ' '; });
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

bool IsFlowBlock(const HtmlNode& element) {
  switch (HtmlTagOf(element)) {
    case LXB_TAG_BLOCKQUOTE:
    case LXB_TAG_DIV:
    case LXB_TAG_DL:
    case LXB_TAG_OL:
    case LXB_TAG_P:
    case LXB_TAG_PRE:
    case LXB_TAG_UL:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool HoldsNoText(const HtmlNode& element) {
  if (IsOfSvg(element)) return true;
  switch (HtmlTagOf(element)) {
    case LXB_TAG_HEAD:
    case LXB_TAG_SCRIPT:
    case LXB_TAG_STYLE:
    case LXB_TAG_NOSCRIPT:
    case LXB_TAG_TEMPLATE:
    case LXB_TAG_IFRAME:
    case LXB_TAG_OBJECT:
    case LXB_TAG_EMBED:
    case LXB_TAG_CANVAS:
    case LXB_TAG_AUDIO:
    case LXB_TAG_VIDEO:
    case LXB_TAG_SVG:
    case LXB_TAG_SELECT:
    case LXB_TAG_BUTTON:
    case LXB_TAG_INPUT:
    case LXB_TAG_TEXTAREA:
    case LXB_TAG_DATALIST:
    case LXB_TAG_MENU:
    case LXB_TAG_FRAMESET:
      return true;
    default:
      return false;
  }
}

bool IsBlockElement(const HtmlNode& element) {
  if (!IsOfHtml(element)) return false;
  switch (HtmlTagOf(element)) {
    case LXB_TAG_ADDRESS:
    case LXB_TAG_ARTICLE:
    case LXB_TAG_ASIDE:
    case LXB_TAG_BLOCKQUOTE:
    case LXB_TAG_BODY:
    case LXB_TAG_CAPTION:
    case LXB_TAG_CENTER:
    case LXB_TAG_DD:
    case LXB_TAG_DETAILS:
    case LXB_TAG_DIR:
    case LXB_TAG_DIV:
    case LXB_TAG_DL:
    case LXB_TAG_DT:
    case LXB_TAG_FIELDSET:
    case LXB_TAG_FIGCAPTION:
    case LXB_TAG_FIGURE:
    case LXB_TAG_FOOTER:
    case LXB_TAG_FORM:
    case LXB_TAG_H1:
    case LXB_TAG_H2:
    case LXB_TAG_H3:
    case LXB_TAG_H4:
    case LXB_TAG_H5:
    case LXB_TAG_H6:
    case LXB_TAG_HEADER:
    case LXB_TAG_HGROUP:
    case LXB_TAG_HR:
    case LXB_TAG_HTML:
    case LXB_TAG_LEGEND:
    case LXB_TAG_LI:
    case LXB_TAG_LISTING:
    case LXB_TAG_MAIN:
    case LXB_TAG_NAV:
    case LXB_TAG_OL:
    case LXB_TAG_P:
    case LXB_TAG_PLAINTEXT:
    case LXB_TAG_PRE:
    case LXB_TAG_SECTION:
    case LXB_TAG_SUMMARY:
    case LXB_TAG_TABLE:
    case LXB_TAG_TBODY:
    case LXB_TAG_TD:
    case LXB_TAG_TFOOT:
    case LXB_TAG_TH:
    case LXB_TAG_THEAD:
    case LXB_TAG_TR:
    case LXB_TAG_UL:
    case LXB_TAG_XMP:
      return true;
    default:
      return false;
  }
}

int HtmlHeadingLevel(const HtmlNode& element) {
  const HtmlTag tag = HtmlTagOf(element);
  return tag >= LXB_TAG_H1 && tag <= LXB_TAG_H6 ? 1 + tag - LXB_TAG_H1 : 0;
}

bool HasHtmlClass(const HtmlNode& element, absl::string_view name) {
  return AnyClass(HtmlAttribute(element, "class"),
                  [name](absl::string_view word) {
                    return absl::EqualsIgnoreCase(word, name);
                  });
}

bool IsBox(const HtmlNode& element) {
  return IsHtmlElement(element, LXB_TAG_ASIDE) ||
         (IsHtmlElement(element, LXB_TAG_DIV) &&
          AnyClass(HtmlAttribute(element, "class"), NamesBox));
}

HtmlContent::HtmlContent(const HtmlNode* root) {
  struct Frame {
    const HtmlNode* node;
    const HtmlNode* next_child;
    HtmlMeasure measure;
    bool in_link;
  };
  std::vector<Frame> stack;
  std::vector<const HtmlNode*> mains;
  std::vector<const HtmlNode*> articles;
  const HtmlNode* body = nullptr;
  // By language, innermost first.
  std::vector<std::pair<std::string, size_t>> languages;
  stack.push_back({root, root->first_child, {}, false});
  while (!stack.empty()) {
    Frame& frame = stack.back();
    if (frame.next_child != nullptr) {
      const HtmlNode* const child = frame.next_child;
      frame.next_child = child->next;
      if (IsHtmlTextNode(*child)) {
        const size_t bytes = CountText(HtmlText(*child));
        frame.measure.text_bytes += bytes;
        if (frame.in_link) frame.measure.link_bytes += bytes;
      } else if (IsHtmlElementNode(*child) && !HoldsNoText(*child)) {
        const bool link = IsHtmlElement(*child, LXB_TAG_A) &&
                          HasHtmlAttribute(*child, "href");
        const bool in_link = frame.in_link || link;
        stack.push_back({child, child->first_child, {}, in_link});
        HtmlMeasure& measure = stack.back().measure;
        measure.links += link;
        measure.headings += HtmlHeadingLevel(*child) != 0;
        measure.tables += IsHtmlElement(*child, LXB_TAG_TABLE);
        measure.header_cells += IsHtmlElement(*child, LXB_TAG_TH);
        measure.flow_blocks += IsFlowBlock(*child);
      }
      continue;
    }
    const HtmlNode* node = frame.node;
    const HtmlMeasure measure = frame.measure;
    stack.pop_back();
    if (stack.empty()) {
      text_bytes_ = measure.text_bytes;
    } else {
      Add(measure, &stack.back().measure);
    }
    const HtmlTag tag = HtmlTagOf(*node);
    if (IsMeasured(tag)) measures_.emplace(node, measure);
    if (tag == LXB_TAG_BODY) body = node;
    bool is_main = tag == LXB_TAG_MAIN;
    absl::string_view language;
    absl::string_view xml_language;
    ForEachHtmlAttribute(*node,
                         [&](absl::string_view name, absl::string_view value) {
                           if (name == "lang" && language.empty()) {
                             language = value;
                           } else if (name == "xml:lang") {
                             xml_language = value;
                           } else if (name == "role") {
                             is_main |= value == "main";
                           }
                         });
    if (is_main) {
      mains.push_back(node);
      measures_.emplace(node, measure);
    }
    if (tag == LXB_TAG_ARTICLE) articles.push_back(node);
    if (language.empty()) language = xml_language;
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

HtmlMeasure HtmlContent::Measure(const HtmlNode& element) const {
  const auto found = measures_.find(&element);
  return found == measures_.end() ? HtmlMeasure() : found->second;
}

bool HtmlContent::IsBoilerplate(const HtmlNode& element, bool in_main) const {
  const Marks marks = MarksOf(element);
  if (IsRoleOfBoilerplate(marks.role)) return true;
  if (marks.hidden || Hides(marks.style)) return true;
  if (NamesBoilerplate(marks.id) && HtmlHeadingLevel(element) == 0) {
    return true;
  }
  if (AnyClass(marks.classes, NamesBoilerplate)) return true;
  switch (HtmlTagOf(element)) {
    case LXB_TAG_NAV:
      return true;
    case LXB_TAG_ASIDE:
      return !in_main && !AnyClass(marks.classes, NamesBox);
    case LXB_TAG_FOOTER:
      return true;
    case LXB_TAG_FORM:
      // Some servers wrap the whole page in a form.
      return Measure(element).text_bytes * 2 < text_bytes_;
    case LXB_TAG_UL:
    case LXB_TAG_OL:
    case LXB_TAG_DL:
    case LXB_TAG_DIV:
    case LXB_TAG_P:
    case LXB_TAG_TABLE: {
      if (in_main) return false;
      // Short links and little else; long ones are a list of headlines.
      const HtmlMeasure measure = Measure(element);
      return measure.links >= 4 && measure.headings == 0 &&
             measure.link_bytes * 10 >= measure.text_bytes * 8 &&
             measure.link_bytes <= measure.links * 40;
    }
    default:
      return false;
  }
}

bool HtmlContent::IsDataTable(const HtmlNode& table) const {
  const HtmlMeasure measure = Measure(table);
  if (measure.tables > 1 || measure.headings > 0) return false;
  if (HtmlAttribute(table, "role") == "presentation") return false;
  return measure.header_cells > 0 || measure.flow_blocks == 0;
}

}  // namespace footnote
