#include "indexer/formats/html.h"

#include <memory>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "indexer/formats/block_writer.h"
#include "indexer/formats/html_content.h"
#include "indexer/formats/html_tree.h"
#include "indexer/formats/table_rows.h"

namespace footnote {
namespace {

bool IsBlank(absl::string_view text) {
  for (const char c : text) {
    if (c != ' ' && c != '\n' && c != '\t' && c != '\r' && c != '\f')
      return false;
  }
  return true;
}

// The folded text in and below `node`. Blocks inside are parted by a space.
std::string FlatText(const HtmlNode& node) {
  std::string out;
  bool space = false;
  bool newline = false;
  std::vector<std::pair<const HtmlNode*, const HtmlNode*>> stack = {
      {&node, node.first_child}};
  while (!stack.empty()) {
    auto& [parent, next] = stack.back();
    if (next == nullptr) {
      if (IsBlockElement(*parent)) space = true;
      stack.pop_back();
      continue;
    }
    const HtmlNode& child = *next;
    next = child.next;
    if (IsHtmlTextNode(child)) {
      AppendFolded(HtmlText(child), &space, &newline, &out);
    } else if (IsHtmlElementNode(child) && !HoldsNoText(child)) {
      if (IsBlockElement(child) || IsHtmlElement(child, LXB_TAG_BR)) {
        space = true;
      }
      stack.push_back({&child, child.first_child});
    }
  }
  return out;
}

int IntAttribute(const HtmlNode& node, const char* name) {
  int value = 1;
  return absl::SimpleAtoi(HtmlAttribute(node, name), &value) ? value : 1;
}

// The rows of `table`, nested tables not entered.
TableRows CollectRows(const HtmlNode& table) {
  TableRows rows;
  std::vector<const HtmlNode*> stack = {table.first_child};
  while (!stack.empty()) {
    const HtmlNode* const next = stack.back();
    if (next == nullptr) {
      stack.pop_back();
      continue;
    }
    const HtmlNode& child = *next;
    stack.back() = child.next;
    if (!IsHtmlElementNode(child)) continue;
    switch (HtmlTagOf(child)) {
      case LXB_TAG_TR:
        rows.BeginRow(HtmlLine(child));
        stack.push_back(child.first_child);
        break;
      case LXB_TAG_TD:
      case LXB_TAG_TH:
        rows.AddCell(FlatText(child), HtmlTagOf(child) == LXB_TAG_TH,
                     IntAttribute(child, "colspan"),
                     IntAttribute(child, "rowspan"));
        break;
      case LXB_TAG_THEAD:
      case LXB_TAG_TBODY:
      case LXB_TAG_TFOOT:
        stack.push_back(child.first_child);
        break;
      default:
        break;
    }
  }
  return rows;
}

// Walks the main part of one page and writes what it holds.
class HtmlReader {
 public:
  HtmlReader(const HtmlContent& content, bool keep_all, BlockWriter* writer)
      : content_(content), keep_all_(keep_all), writer_(*writer) {}

  void Read(const HtmlNode& root) {
    in_main_ = IsHtmlElement(root, LXB_TAG_MAIN) ||
               IsHtmlElement(root, LXB_TAG_ARTICLE);
    Enter(root);
    // A stack of our own: pages nest deeper than the machine's.
    while (!stack_.empty() && !writer_.full()) {
      Frame& frame = stack_.back();
      if (frame.next_child != nullptr) {
        const HtmlNode& child = *frame.next_child;
        frame.next_child = child.next;
        if (IsHtmlTextNode(child)) {
          ReadText(child);
        } else if (IsHtmlElementNode(child)) {
          Enter(child);
        }
      } else {
        Leave();
      }
    }
    writer_.End();
  }

 private:
  // What the text inside an element becomes, and what to restore after it.
  struct Frame {
    const HtmlNode* node;
    const HtmlNode* next_child;
    BlockKind kind = BlockKind::kParagraph;
    bool headings_only = false;
    bool is_block = false;
    bool is_box = false;
    uint32_t section_before = 0;
    int level_before = 0;
  };

  void Enter(const HtmlNode& element) {
    const bool is_root = stack_.empty();
    if (!is_root &&
        (HoldsNoText(element) ||
         (!keep_all_ && content_.IsBoilerplate(element, in_main_)))) {
      return;
    }
    Frame frame;
    frame.node = &element;
    frame.next_child = element.first_child;
    if (!is_root) {
      frame.kind = stack_.back().kind;
      frame.headings_only = stack_.back().headings_only;
    }
    if (IsOfHtml(element) && !EnterHtml(element, &frame)) return;
    stack_.push_back(frame);
  }

  // False when the element has been read already.
  bool EnterHtml(const HtmlNode& element, Frame* frame) {
    const absl::string_view id = HtmlAttribute(element, "id");
    if (!id.empty()) anchor_ = std::string(id);
    frame->is_block = IsBlockElement(element);
    if (frame->is_block) writer_.End();
    if (IsBox(element)) {
      frame->is_box = true;
      frame->section_before = writer_.section();
      frame->level_before = box_level_;
      box_level_ = writer_.section_level();
    }
    const int level = HtmlHeadingLevel(element);
    if (level > 0) {
      BeginHeading(element, level + (box_level_ >= level ? box_level_ : 0));
      frame->kind = BlockKind::kHeading;
      return true;
    }
    switch (HtmlTagOf(element)) {
      case LXB_TAG_BR:
        if (frame->kind == BlockKind::kCode) {
          writer_.Text("\n");
        } else if (frame->kind == BlockKind::kParagraph) {
          writer_.End();
        } else {
          writer_.Text(" ");
        }
        return true;
      case LXB_TAG_PRE:
      case LXB_TAG_LISTING:
      case LXB_TAG_XMP:
      case LXB_TAG_PLAINTEXT:
        if (!frame->headings_only) {
          writer_.Begin(BlockKind::kCode,
                        LineOf(element) + HtmlDroppedLineBreak(element));
        }
        frame->kind = BlockKind::kCode;
        return true;
      case LXB_TAG_LI:
      case LXB_TAG_DT:
      case LXB_TAG_DD:
        frame->kind = BlockKind::kListItem;
        return true;
      case LXB_TAG_CAPTION:
      case LXB_TAG_FIGCAPTION:
        frame->kind = BlockKind::kCaption;
        return true;
      case LXB_TAG_HEADER:
        // The page's banner may hold the page's only heading.
        if (!in_main_ && !keep_all_) frame->headings_only = true;
        return true;
      case LXB_TAG_ARTICLE:
      case LXB_TAG_SECTION:
        frame->headings_only = false;
        return true;
      case LXB_TAG_TABLE:
        return !ReadTable(element, *frame);
      case LXB_TAG_P:
      case LXB_TAG_DIV:
        if (HasHtmlClass(element, "title")) BeginTitle(element, frame);
        return true;
      case LXB_TAG_TD:
      case LXB_TAG_TH:
        frame->kind = BlockKind::kParagraph;
        return true;
      default:
        return true;
    }
  }

  void Leave() {
    const Frame& frame = stack_.back();
    if (frame.is_block) writer_.End();
    if (frame.is_box) {
      writer_.LeaveTo(frame.section_before);
      box_level_ = frame.level_before;
    }
    stack_.pop_back();
  }

  void ReadText(const HtmlNode& node) {
    const Frame& frame = stack_.back();
    const absl::string_view text = HtmlText(node);
    if (frame.headings_only && frame.kind != BlockKind::kHeading) return;
    const uint32_t begin = LineOf(node);
    if (!writer_.open()) {
      if (IsBlank(text)) return;
      uint32_t line = begin;
      for (char c : text) {
        if (static_cast<unsigned char>(c) > ' ') break;
        line += c == '\n';
      }
      writer_.Begin(frame.kind, line);
    }
    // Where the parser moved it to, it says nothing of the lines.
    if (HtmlLine(node) == 0) {
      writer_.Text(text);
    } else {
      writer_.TextOfLines(text, begin);
    }
    if (frame.kind != BlockKind::kHeading && !IsBlank(text)) anchor_.clear();
  }

  // The line on which `node` begins, or what stood before it.
  uint32_t LineOf(const HtmlNode& node) {
    const uint32_t line = HtmlLine(node);
    if (line != 0) line_ = line;
    return line_;
  }

  void BeginHeading(const HtmlNode& element, int level) {
    writer_.Begin(BlockKind::kHeading, LineOf(element));
    writer_.SetHeading(level, AnchorOf(element));
    anchor_.clear();
  }

  // The id to link to: the heading's own, one right inside, or that of the
  // section it begins.
  std::string AnchorOf(const HtmlNode& heading) const {
    const absl::string_view own = HtmlAttribute(heading, "id");
    if (!own.empty()) return std::string(own);
    for (const HtmlNode* child = heading.first_child; child != nullptr;
         child = child->next) {
      for (const char* name : {"id", "name"}) {
        const absl::string_view inner = HtmlAttribute(*child, name);
        if (!inner.empty()) return std::string(inner);
      }
    }
    return anchor_;
  }

  // DocBook's stylesheets write the title of a box as <p class="title"> inside
  // <div class="titlepage">, that of a figure as the same in its div.
  void BeginTitle(const HtmlNode& element, Frame* frame) {
    for (size_t i = stack_.size(); i-- > 0 && i + 5 > stack_.size();) {
      const HtmlNode& above = *stack_[i].node;
      for (const char* holder : {"figure", "table", "example", "equation",
                                 "procedure", "informalexample"}) {
        if (HasHtmlClass(above, holder)) {
          frame->kind = BlockKind::kCaption;
          return;
        }
      }
      if (stack_[i].is_box) {
        BeginHeading(element, box_level_ + 1);
        frame->kind = BlockKind::kHeading;
        return;
      }
    }
  }

  // True when the table held data and has been read.
  bool ReadTable(const HtmlNode& table, const Frame& frame) {
    if (frame.headings_only || !content_.IsDataTable(table)) return false;
    for (const HtmlNode* child = table.first_child; child != nullptr;
         child = child->next) {
      if (!IsHtmlElement(*child, LXB_TAG_CAPTION)) continue;
      writer_.Begin(BlockKind::kCaption, LineOf(*child));
      writer_.Text(FlatText(*child));
    }
    CollectRows(table).Write(&writer_);
    return true;
  }

  const HtmlContent& content_;
  const bool keep_all_;
  BlockWriter& writer_;
  bool in_main_ = false;
  uint32_t line_ = 1;
  int box_level_ = 0;  // level of the section around the innermost box
  std::string anchor_;
  std::vector<Frame> stack_;
};

void ReadHead(const HtmlNode& root, Extracted* out) {
  for (const HtmlNode* head = root.first_child; head != nullptr;
       head = head->next) {
    if (!IsHtmlElement(*head, LXB_TAG_HEAD)) continue;
    for (const HtmlNode* next = head->first_child; next != nullptr;
         next = next->next) {
      const HtmlNode& child = *next;
      if (IsHtmlElement(child, LXB_TAG_TITLE) && out->title.empty()) {
        out->title = FlatText(child);
      }
      if (!IsHtmlElement(child, LXB_TAG_META)) continue;
      const std::string name =
          absl::AsciiStrToLower(HtmlAttribute(child, "name"));
      const std::string value = FoldWhiteSpace(HtmlAttribute(child, "content"));
      if (value.empty()) continue;
      for (absl::string_view wanted :
           {"author", "date", "description", "keywords"}) {
        if (name == wanted) out->metadata.emplace_back(name, value);
      }
      if (out->language.empty() &&
          absl::EqualsIgnoreCase(HtmlAttribute(child, "http-equiv"),
                                 "content-language")) {
        out->language = value;
      }
    }
  }
}

}  // namespace

absl::StatusOr<Extracted> ExtractHtml(absl::string_view utf8,
                                      const ExtractLimits& limits) {
  ASSIGN_OR_RETURN(std::unique_ptr<HtmlTree> tree,
                   HtmlTree::Parse(utf8, limits));
  const HtmlContent content(tree->root());
  BlockWriter writer(limits);
  HtmlReader(content, false, &writer).Read(*content.main_part());
  Extracted out;
  RETURN_IF_ERROR(writer.Finish(&out));
  if (out.text.empty()) {
    HtmlReader(content, true, &writer).Read(*tree->root());
    RETURN_IF_ERROR(writer.Finish(&out));
  }
  out.format = Format::kHtml;
  out.language = content.language();
  ReadHead(*tree->root(), &out);
  return out;
}

std::string DeclaredHtmlEncoding(absl::string_view bytes) {
  const absl::string_view head = bytes.substr(0, 1024);
  for (absl::string_view name : {"charset", "encoding"}) {
    size_t at = head.find('=');
    while (at != absl::string_view::npos &&
           !absl::EndsWithIgnoreCase(head.substr(0, at), name)) {
      at = head.find('=', at + 1);
    }
    if (at == absl::string_view::npos) continue;
    size_t begin = at + 1;
    while (begin < head.size() &&
           (head[begin] == '"' || head[begin] == '\'' || head[begin] == ' ')) {
      ++begin;
    }
    size_t end = begin;
    while (end < head.size() &&
           (absl::ascii_isalnum(static_cast<unsigned char>(head[end])) ||
            head[end] == '-' || head[end] == '_')) {
      ++end;
    }
    if (end > begin) {
      return absl::AsciiStrToLower(head.substr(begin, end - begin));
    }
  }
  return "";
}

}  // namespace footnote
