#include "indexer/formats/html_tree.h"

#include <lexbor/core/lexbor.h>
#include <lexbor/dom/dom.h>
#include <lexbor/html/parser.h>
#include <lexbor/html/tree.h>

#include <algorithm>
#include <cstdlib>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

// Ordinary pages need 5 to 15 times their size.
size_t MemoryBudget(size_t source_bytes) {
  return (size_t{64} << 20) + 48 * source_bytes;
}

// No element of a page that is read by people has more.
constexpr int kMostAttributes = 256;

bool IsAsciiLetter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

// Elements that hold nothing, or that the next of their kind closes: they do
// not count as depth.
bool EndsByItself(absl::string_view name) {
  static const auto* const kNames = new absl::flat_hash_set<absl::string_view>{
      "area",   "base",  "basefont", "bgsound", "br",       "col",   "dd",
      "dt",     "embed", "frame",    "hr",      "img",      "input", "keygen",
      "li",     "link",  "meta",     "option",  "optgroup", "p",     "param",
      "source", "tbody", "td",       "tfoot",   "th",       "thead", "tr",
      "track",  "wbr",   "colgroup"};
  return kNames->contains(name);
}

// Elements whose content is not markup.
bool HoldsRawText(absl::string_view name) {
  return name == "script" || name == "style" || name == "textarea" ||
         name == "title" || name == "xmp" || name == "iframe" ||
         name == "noembed" || name == "noframes";
}

// The depth at which the tags of `utf8` nest, found without building a tree:
// the parser looks through all open elements for many a tag, so a page that is
// 100,000 deep would take it hours.
int NestingDepth(absl::string_view utf8, int enough) {
  int depth = 0;
  int deepest = 0;
  size_t at = 0;
  while ((at = utf8.find('<', at)) != absl::string_view::npos) {
    ++at;
    if (at >= utf8.size()) break;
    if (absl::StartsWith(utf8.substr(at), "!--")) {
      const size_t end = utf8.find("-->", at);
      if (end == absl::string_view::npos) break;
      at = end;
      continue;
    }
    const bool closes = utf8[at] == '/';
    if (closes) ++at;
    size_t end = at;
    while (end < utf8.size() && (IsAsciiLetter(utf8[end]) ||
                                 (utf8[end] >= '0' && utf8[end] <= '9'))) {
      ++end;
    }
    if (end == at) continue;
    const std::string name = absl::AsciiStrToLower(utf8.substr(at, end - at));
    at = end;
    if (EndsByItself(name)) continue;
    if (closes) {
      if (depth > 0) --depth;
      continue;
    }
    if (HoldsRawText(name)) {
      const std::string end_tag = absl::StrCat("</", name);
      size_t stop = at;
      while (stop < utf8.size() &&
             !absl::StartsWithIgnoreCase(utf8.substr(stop), end_tag)) {
        stop = utf8.find('<', stop + 1);
        if (stop == absl::string_view::npos) return deepest;
      }
      at = stop + 2;
      continue;
    }
    if (++depth > deepest) deepest = depth;
    if (deepest > enough) return deepest;
  }
  return deepest;
}

// What the parser may still take while it reads a page; null between pages.
// It is C, checks what it is given, and says so when it got nothing.
thread_local size_t* budget_left = nullptr;

bool Spend(size_t bytes) {
  if (budget_left == nullptr) return true;
  if (bytes > *budget_left) return false;
  *budget_left -= bytes;
  return true;
}

void* Allocate(size_t bytes) { return Spend(bytes) ? malloc(bytes) : nullptr; }

void* AllocateZeroed(size_t count, size_t bytes) {
  // The parser's counts and sizes are of its own types: no overflow.
  return Spend(count * bytes) ? calloc(count, bytes) : nullptr;
}

void* Reallocate(void* old, size_t bytes) {
  return Spend(bytes) ? realloc(old, bytes) : nullptr;
}

void SetAllocator() {
  static const lxb_status_t kSet =
      lexbor_memory_setup(&Allocate, &Reallocate, &AllocateZeroed, &free);
  (void)kSet;
}

// Nodes carry their line and a bit more in their one free field.
void* PackPlace(uint32_t line, bool dropped_line_break) {
  return reinterpret_cast<void*>((static_cast<uintptr_t>(line) << 1) |
                                 uintptr_t{dropped_line_break});
}

// Stands between the tokenizer and what builds the tree, and notes in each new
// node where the token that made it begins.
class LineNotes {
 public:
  LineNotes(absl::string_view utf8, lxb_html_parser_t* parser)
      : at_(reinterpret_cast<const lxb_char_t*>(utf8.data())),
        end_(at_ + utf8.size()),
        tree_(parser->tree),
        build_(parser->tkz->callback_token_done),
        context_(parser->tkz->callback_token_ctx) {
    lxb_html_tokenizer_callback_token_done_set(parser->tkz, &LineNotes::Token,
                                               this);
  }
  LineNotes(const LineNotes&) = delete;
  LineNotes& operator=(const LineNotes&) = delete;

 private:
  static lxb_html_token_t* Token(lxb_html_tokenizer_t* tokenizer,
                                 lxb_html_token_t* token, void* self) {
    return static_cast<LineNotes*>(self)->Token(tokenizer, token);
  }

  lxb_html_token_t* Token(lxb_html_tokenizer_t* tokenizer,
                          lxb_html_token_t* token) {
    if (token->begin != nullptr && token->begin >= at_ &&
        token->begin <= end_) {
      line_ += static_cast<uint32_t>(std::count(at_, token->begin, '\n'));
      at_ = token->begin;
    }
    if (code_ != nullptr && token->tag_id == LXB_TAG__TEXT && at_ < end_ &&
        (*at_ == '\n' || *at_ == '\r')) {
      code_->user = PackPlace(HtmlLine(*code_), true);
    }
    const bool begins_code =
        (token->tag_id == LXB_TAG_PRE || token->tag_id == LXB_TAG_LISTING) &&
        (token->type & LXB_HTML_TOKEN_TYPE_CLOSE) == 0;
    LeaveOutAttributes(token);
    void* const place = PackPlace(line_, false);
    token = build_(tokenizer, token, context_);
    lxb_dom_node_t* node = lxb_html_tree_current_node(tree_);
    code_ = begins_code ? node : nullptr;
    if (node == nullptr) return token;
    lxb_dom_node_t* const last = node->last_child;
    if (last != nullptr && last->user == nullptr) last->user = place;
    for (; node != nullptr && node->user == nullptr; node = node->parent) {
      node->user = place;
    }
    return token;
  }

  // Each is looked for among those before it: a tag of 200,000 would take
  // minutes.
  static void LeaveOutAttributes(lxb_html_token_t* token) {
    int count = 0;
    for (lxb_html_token_attr_t* attribute = token->attr_first;
         attribute != nullptr; attribute = attribute->next) {
      if (++count < kMostAttributes) continue;
      attribute->next = nullptr;
      token->attr_last = attribute;
      return;
    }
  }

  // Lines up to here are counted.
  const lxb_char_t* at_;
  const lxb_char_t* const end_;
  uint32_t line_ = 1;
  // The element of code that the last token began.
  lxb_dom_node_t* code_ = nullptr;
  lxb_html_tree_t* const tree_;
  const lxb_html_tokenizer_token_f build_;
  void* const context_;
};

}  // namespace

struct HtmlTree::Page {
  ~Page() { lxb_html_document_destroy(document); }

  // Null when the budget is spent.
  lxb_dom_element_t* Parse(absl::string_view utf8) {
    lxb_html_parser_t* const parser = lxb_html_parser_create();
    if (parser == nullptr) return nullptr;
    if (lxb_html_parser_init(parser) == LXB_STATUS_OK) {
      // Nothing but the tree: no options counted in their lists, ….
      parser->dom_opt = LXB_DOM_DOCUMENT_OPT_WO_EVENTS;
      // The tokenizer would look for each attribute among those before it;
      // what builds the tree does so again, of those that are left.
      lxb_html_tokenizer_keep_duplicate_set(parser->tkz, true);
      LineNotes notes(utf8, parser);
      document = lxb_html_parse(
          parser, reinterpret_cast<const lxb_char_t*>(utf8.data()),
          utf8.size());
    }
    lxb_html_parser_destroy(parser);
    return document == nullptr
               ? nullptr
               : lxb_dom_document_element(lxb_dom_interface_document(document));
  }

  lxb_html_document_t* document = nullptr;
};

HtmlTree::HtmlTree() : page_(std::make_unique<Page>()) {}
HtmlTree::~HtmlTree() = default;

absl::StatusOr<std::unique_ptr<HtmlTree>> HtmlTree::Parse(
    absl::string_view utf8, const ExtractLimits& limits) {
  if (utf8.size() > limits.max_document_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("html: ", utf8.size(), " bytes, want at most ",
                     limits.max_document_bytes));
  }
  const int depth = NestingDepth(utf8, limits.max_depth);
  if (depth > limits.max_depth) {
    return absl::InvalidArgumentError(
        absl::StrCat("html: elements nested more than ", limits.max_depth,
                     " deep, want at most that"));
  }
  SetAllocator();
  std::unique_ptr<HtmlTree> tree(new HtmlTree());
  size_t left = MemoryBudget(utf8.size());
  budget_left = &left;
  lxb_dom_element_t* const root = tree->page_->Parse(utf8);
  budget_left = nullptr;
  if (root == nullptr) {
    return absl::ResourceExhaustedError(absl::StrCat(
        "html: ", utf8.size(), " bytes need more than ",
        MemoryBudget(utf8.size()), " bytes of memory, want a simpler page"));
  }
  tree->root_ = lxb_dom_interface_node(root);
  return tree;
}

bool IsOfHtml(const HtmlNode& node) {
  return IsHtmlElementNode(node) && node.ns == LXB_NS_HTML;
}

bool IsOfSvg(const HtmlNode& node) {
  return IsHtmlElementNode(node) && node.ns == LXB_NS_SVG;
}

bool IsHtmlElement(const HtmlNode& node, HtmlTag tag) {
  return node.local_name == tag && IsOfHtml(node);
}

absl::string_view HtmlText(const HtmlNode& text) {
  const lexbor_str_t& data =
      reinterpret_cast<const lxb_dom_character_data_t&>(text).data;
  return {reinterpret_cast<const char*>(data.data), data.length};
}

uint32_t HtmlLine(const HtmlNode& node) {
  return static_cast<uint32_t>(reinterpret_cast<uintptr_t>(node.user) >> 1);
}

bool HtmlDroppedLineBreak(const HtmlNode& element) {
  return (reinterpret_cast<uintptr_t>(element.user) & 1) != 0;
}

namespace {

const lxb_dom_attr_t* FindAttribute(const HtmlNode& node,
                                    absl::string_view name) {
  if (!IsHtmlElementNode(node)) return nullptr;
  const auto& element = reinterpret_cast<const lxb_dom_element_t&>(node);
  for (lxb_dom_attr_t* attribute = element.first_attr; attribute != nullptr;
       attribute = attribute->next) {
    size_t size = 0;
    const lxb_char_t* const own = lxb_dom_attr_local_name(attribute, &size);
    if (absl::string_view(reinterpret_cast<const char*>(own), size) == name) {
      return attribute;
    }
  }
  return nullptr;
}

}  // namespace

absl::string_view HtmlAttribute(const HtmlNode& node, absl::string_view name) {
  const lxb_dom_attr_t* const attribute = FindAttribute(node, name);
  if (attribute == nullptr || attribute->value == nullptr) return "";
  return {reinterpret_cast<const char*>(attribute->value->data),
          attribute->value->length};
}

bool HasHtmlAttribute(const HtmlNode& node, absl::string_view name) {
  return FindAttribute(node, name) != nullptr;
}

}  // namespace footnote
