#include "indexer/formats/html_tree.h"

#include <lexbor/core/lexbor.h>
#include <lexbor/dom/dom.h>
#include <lexbor/html/parser.h>
#include <lexbor/html/tree.h>

#include <cstdlib>
#include <cstring>

#include "absl/strings/str_cat.h"

namespace footnote {
namespace {

// Ordinary pages need 5 to 15 times their size.
size_t MemoryBudget(size_t source_bytes) {
  return (size_t{64} << 20) + 48 * source_bytes;
}

// From here on a page gets lists of names by its size.
constexpr size_t kLargePage = 256 << 10;
constexpr size_t kBytesPerList = 32;

// No element of a page that is read by people has more.
constexpr int kMostAttributes = 256;

// What the parser may still take while it reads a page; null between pages.
// It is C and, but for a page's first few hundred KB, which no budget is below,
// checks what it got and says so when that is nothing.
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

// Markup has few of them, and memchr is fast over what lies between.
uint32_t LineBreaks(const lxb_char_t* at, const lxb_char_t* end) {
  uint32_t count = 0;
  while (at < end) {
    const void* const found =
        std::memchr(at, '\n', static_cast<size_t>(end - at));
    if (found == nullptr) break;
    at = static_cast<const lxb_char_t*>(found) + 1;
    ++count;
  }
  return count;
}

// Stands between the tokenizer and what builds the tree, and notes in each new
// node where the token that made it begins. Ends the parse where elements stand
// too deep: all that are open are looked through for many a tag, so a page that
// is 100,000 deep would take hours.
class LineNotes {
 public:
  LineNotes(absl::string_view utf8, int max_depth, lxb_html_parser_t* parser)
      : at_(reinterpret_cast<const lxb_char_t*>(utf8.data())),
        end_(at_ + utf8.size()),
        max_depth_(static_cast<size_t>(max_depth)),
        tree_(parser->tree),
        build_(parser->tkz->callback_token_done),
        context_(parser->tkz->callback_token_ctx) {
    lxb_html_tokenizer_callback_token_done_set(parser->tkz, &LineNotes::Token,
                                               this);
  }
  LineNotes(const LineNotes&) = delete;
  LineNotes& operator=(const LineNotes&) = delete;

  bool too_deep() const { return too_deep_; }

 private:
  static lxb_html_token_t* Token(lxb_html_tokenizer_t* tokenizer,
                                 lxb_html_token_t* token, void* self) {
    return static_cast<LineNotes*>(self)->Token(tokenizer, token);
  }

  lxb_html_token_t* Token(lxb_html_tokenizer_t* tokenizer,
                          lxb_html_token_t* token) {
    if (token->begin != nullptr && token->begin >= at_ &&
        token->begin <= end_) {
      line_ += LineBreaks(at_, token->begin);
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
    if (tree_->open_elements->length > max_depth_) {
      too_deep_ = true;
      tokenizer->status = LXB_STATUS_ERROR_OVERFLOW;
      return nullptr;
    }
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
  bool too_deep_ = false;
  const size_t max_depth_;
  lxb_html_tree_t* const tree_;
  const lxb_html_tokenizer_token_f build_;
  void* const context_;
};

}  // namespace

struct HtmlTree::Page {
  ~Page() { lxb_html_document_destroy(document); }

  // Null when the budget is spent, or elements stand too deep.
  lxb_dom_element_t* Parse(absl::string_view utf8, int max_depth) {
    lxb_html_parser_t* const parser = lxb_html_parser_create();
    if (parser == nullptr) return nullptr;
    if (lxb_html_parser_init(parser) == LXB_STATUS_OK) {
      // Nothing but the tree: no options counted in their lists, ….
      parser->dom_opt = LXB_DOM_DOCUMENT_OPT_WO_EVENTS;
      // The tokenizer would look for each attribute among those before it;
      // what builds the tree does so again, of those that are left.
      lxb_html_tokenizer_keep_duplicate_set(parser->tkz, true);
      LineNotes notes(utf8, max_depth, parser);
      document = lxb_html_parse_chunk_begin(parser);
      if (document != nullptr &&
          (!MakeRoomForNames(utf8.size()) ||
           lxb_html_parse_chunk_process(
               parser, reinterpret_cast<const lxb_char_t*>(utf8.data()),
               utf8.size()) != LXB_STATUS_OK ||
           lxb_html_parse_chunk_end(parser) != LXB_STATUS_OK)) {
        document = lxb_html_document_destroy(document);
      }
      too_deep = notes.too_deep();
    }
    lxb_html_parser_destroy(parser);
    return document == nullptr
               ? nullptr
               : lxb_dom_document_element(lxb_dom_interface_document(document));
  }

  // Names of tags and attributes are kept in 128 lists, whatever the page: of
  // 200,000 names each would be looked for among 1,600.
  bool MakeRoomForNames(size_t source_bytes) const {
    if (source_bytes < kLargePage) return true;
    lxb_dom_document_t& dom = *lxb_dom_interface_document(document);
    const auto grow = [&](lexbor_hash_t* names, size_t entry_bytes) {
      lexbor_hash_destroy(names, /*destroy_obj=*/false);
      return lexbor_hash_init(names, source_bytes / kBytesPerList,
                              entry_bytes) == LXB_STATUS_OK;
    };
    return grow(dom.tags, sizeof(lxb_tag_data_t)) &&
           grow(dom.attrs, sizeof(lxb_dom_attr_data_t));
  }

  lxb_html_document_t* document = nullptr;
  bool too_deep = false;
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
  SetAllocator();
  std::unique_ptr<HtmlTree> tree(new HtmlTree());
  size_t left = MemoryBudget(utf8.size());
  budget_left = &left;
  lxb_dom_element_t* const root = tree->page_->Parse(utf8, limits.max_depth);
  budget_left = nullptr;
  if (tree->page_->too_deep) {
    return absl::InvalidArgumentError(
        absl::StrCat("html: elements nested more than ", limits.max_depth,
                     " deep, want at most that"));
  }
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

absl::string_view NameOf(lxb_dom_attr_t* attribute) {
  size_t size = 0;
  const lxb_char_t* const name = lxb_dom_attr_local_name(attribute, &size);
  return {reinterpret_cast<const char*>(name), size};
}

absl::string_view ValueOf(const lxb_dom_attr_t& attribute) {
  if (attribute.value == nullptr) return "";
  return {reinterpret_cast<const char*>(attribute.value->data),
          attribute.value->length};
}

lxb_dom_attr_t* FirstAttribute(const HtmlNode& node) {
  if (!IsHtmlElementNode(node)) return nullptr;
  return reinterpret_cast<const lxb_dom_element_t&>(node).first_attr;
}

const lxb_dom_attr_t* FindAttribute(const HtmlNode& node,
                                    absl::string_view name) {
  lxb_dom_attr_t* attribute = FirstAttribute(node);
  while (attribute != nullptr && NameOf(attribute) != name) {
    attribute = attribute->next;
  }
  return attribute;
}

}  // namespace

absl::string_view HtmlAttribute(const HtmlNode& node, absl::string_view name) {
  const lxb_dom_attr_t* const attribute = FindAttribute(node, name);
  return attribute == nullptr ? "" : ValueOf(*attribute);
}

bool HasHtmlAttribute(const HtmlNode& node, absl::string_view name) {
  return FindAttribute(node, name) != nullptr;
}

void ForEachHtmlAttribute(
    const HtmlNode& node,
    absl::FunctionRef<void(absl::string_view name, absl::string_view value)>
        each) {
  for (lxb_dom_attr_t* attribute = FirstAttribute(node); attribute != nullptr;
       attribute = attribute->next) {
    each(NameOf(attribute), ValueOf(*attribute));
  }
}

}  // namespace footnote
