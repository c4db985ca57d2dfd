#include "indexer/formats/xml_reader.h"

#include <algorithm>
#include <cstring>
#include <pugixml.hpp>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "indexer/formats/block_writer.h"
#include "indexer/formats/table_rows.h"

namespace footnote {
namespace {

absl::string_view LocalName(const pugi::xml_node& node) {
  const char* name = node.name();
  const char* colon = std::strrchr(name, ':');
  return colon == nullptr ? name : colon + 1;
}

absl::string_view AnchorOf(const pugi::xml_node& node) {
  const pugi::xml_attribute xml_id = node.attribute("xml:id");
  return xml_id ? xml_id.value() : node.attribute("id").value();
}

bool IsText(const pugi::xml_node& node) {
  return node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata;
}

bool IsBlank(absl::string_view text) {
  return text.find_first_not_of(" \t\r\n\f") == absl::string_view::npos;
}

class LineTable {
 public:
  explicit LineTable(absl::string_view text) {
    for (size_t at = text.find('\n'); at != absl::string_view::npos;
         at = text.find('\n', at + 1)) {
      newlines_.push_back(at);
    }
  }

  uint32_t LineOf(size_t offset) const {
    return static_cast<uint32_t>(
        1 + (std::lower_bound(newlines_.begin(), newlines_.end(), offset) -
             newlines_.begin()));
  }
  uint32_t LineOf(const pugi::xml_node& node) const {
    return LineOf(
        static_cast<size_t>(std::max<ptrdiff_t>(node.offset_debug(), 0)));
  }

 private:
  std::vector<size_t> newlines_;
};

class XmlReader {
 public:
  XmlReader(const XmlVocabulary& vocabulary, const ExtractLimits& limits,
            const LineTable& lines, BlockWriter* writer)
      : vocabulary_(vocabulary),
        limits_(limits),
        lines_(lines),
        writer_(*writer) {}

  absl::Status Read(const pugi::xml_node& root) {
    Enter(root);
    while (!stack_.empty() && !writer_.full()) {
      if (stack_.size() > static_cast<size_t>(limits_.max_depth)) {
        return absl::InvalidArgumentError(
            absl::StrCat("xml: elements nested more than ", limits_.max_depth,
                         " deep, want at most that"));
      }
      Frame& frame = stack_.back();
      const pugi::xml_node child = frame.next_child;
      if (!child) {
        Leave();
        continue;
      }
      frame.next_child = child.next_sibling();
      if (IsText(child)) {
        ReadText(child);
      } else if (child.type() == pugi::node_element) {
        Enter(child);
      }
    }
    writer_.End();
    return absl::OkStatus();
  }

  const std::string& title() const { return title_; }
  const std::string& description() const { return description_; }

 private:
  struct Frame {
    pugi::xml_node next_child;
    XmlRole role = XmlRole::kInline;
    BlockKind kind = BlockKind::kParagraph;
    bool ends_line = false;
    bool is_box = false;
    bool taken = false;  // a variant of this choice has been read
    uint32_t section_before = 0;
    int level = 0;  // of the innermost section, as its title will say it
  };

  XmlRole RoleOf(const pugi::xml_node& node) const {
    return vocabulary_.role(LocalName(node));
  }

  // True when a paragraph could stand where `frame`'s children stand.
  static bool HoldsBlocks(const Frame& frame) {
    switch (frame.role) {
      case XmlRole::kContainer:
      case XmlRole::kSection:
      case XmlRole::kBox:
      case XmlRole::kItem:
      case XmlRole::kTable:
      case XmlRole::kFirstOnly:
        return true;
      default:
        return false;
    }
  }

  void Enter(const pugi::xml_node& node) {
    Frame frame;
    frame.next_child = node.first_child();
    frame.role = RoleOf(node);
    const bool is_root = stack_.empty();
    if (is_root) {
      // Whatever the file begins with is the document.
      if (frame.role != XmlRole::kSection) frame.role = XmlRole::kContainer;
      stack_.push_back(frame);
      stack_.back().level = frame.role == XmlRole::kSection ? 1 : 0;
      RememberAnchor(node);
      return;
    }
    const Frame& parent = stack_.back();
    frame.kind = parent.kind;
    frame.level = parent.level;
    const bool in_blocks = HoldsBlocks(parent);
    if (parent.role == XmlRole::kFirstOnly && parent.taken) return;
    switch (frame.role) {
      case XmlRole::kSkip:
        return;
      case XmlRole::kInfo:
        ReadInfo(node);
        return;
      case XmlRole::kMedia:
        if (in_blocks) return;
        frame.role = XmlRole::kInline;
        break;
      case XmlRole::kSection:
        frame.level = parent.level + 1;
        frame.kind = BlockKind::kParagraph;
        RememberAnchor(node);
        BeginLine(&frame);
        break;
      case XmlRole::kBox:
        frame.is_box = true;
        frame.section_before = writer_.section();
        RememberAnchor(node);
        BeginLine(&frame);
        break;
      case XmlRole::kContainer:
      case XmlRole::kHeaderRows:
      case XmlRole::kRow:
      case XmlRole::kCell:
      case XmlRole::kParagraph:
        BeginLine(&frame);
        break;
      case XmlRole::kItem:
        frame.kind = BlockKind::kListItem;
        BeginLine(&frame);
        break;
      case XmlRole::kCaption:
        frame.kind = BlockKind::kCaption;
        BeginLine(&frame);
        break;
      case XmlRole::kTitle:
        BeginTitle(node, parent, &frame);
        break;
      case XmlRole::kBlockCode:
        if (!in_blocks) {
          frame.role = XmlRole::kInline;
          break;
        }
        BeginCode(node, &frame);
        break;
      case XmlRole::kCode:
        BeginCode(node, &frame);
        break;
      case XmlRole::kTable:
        ReadTable(node);
        return;
      case XmlRole::kKeys:
        writer_.Text(Joined(node, "+"));
        return;
      case XmlRole::kMenus:
        writer_.Text(Joined(node, " \xe2\x96\xb8 "));
        return;
      case XmlRole::kQuote:
        writer_.Text("\xe2\x80\x9c");
        break;
      case XmlRole::kAside:
        if (writer_.open()) {
          writer_.Text(absl::StrCat(" (", FlatText(node), ")"));
        }
        return;
      case XmlRole::kVolume:
        writer_.Text("(");
        break;
      case XmlRole::kAddress:
        if (!node.first_child()) writer_.Text(node.attribute("url").value());
        break;
      case XmlRole::kInline:
      case XmlRole::kFirstOnly:
        break;
    }
    if (parent.role == XmlRole::kFirstOnly) stack_.back().taken = true;
    // Text of a variant flows on in the line around its choice.
    if (parent.role == XmlRole::kFirstOnly && frame.role == XmlRole::kInline) {
      frame.role = in_blocks && stack_.size() > 1 &&
                           HoldsBlocks(stack_[stack_.size() - 2])
                       ? XmlRole::kContainer
                       : XmlRole::kInline;
    }
    stack_.push_back(frame);
  }

  void BeginLine(Frame* frame) {
    writer_.End();
    frame->ends_line = true;
  }

  void BeginCode(const pugi::xml_node& node, Frame* frame) {
    writer_.Begin(BlockKind::kCode, lines_.LineOf(node));
    frame->kind = BlockKind::kCode;
    frame->ends_line = true;
  }

  void BeginTitle(const pugi::xml_node& node, const Frame& parent,
                  Frame* frame) {
    BeginLine(frame);
    if (parent.role == XmlRole::kSection || parent.role == XmlRole::kBox) {
      writer_.Begin(BlockKind::kHeading, lines_.LineOf(node));
      writer_.SetHeading(parent.level + (parent.role == XmlRole::kBox),
                         anchor_);
      anchor_.clear();
      frame->kind = BlockKind::kHeading;
      if (title_.empty()) title_ = FlatText(node);
    } else if (parent.role == XmlRole::kItem) {
      frame->kind = BlockKind::kListItem;
    } else {
      frame->kind = BlockKind::kCaption;
    }
  }

  // A title inside info counts when the section has none of its own.
  void ReadInfo(const pugi::xml_node& info) {
    const Frame& parent = stack_.back();
    bool has_title = false;
    for (const pugi::xml_node& sibling : info.parent().children()) {
      has_title |= RoleOf(sibling) == XmlRole::kTitle;
    }
    for (const pugi::xml_node& child : info.children()) {
      const absl::string_view name = LocalName(child);
      if (name == "title" && !has_title && parent.role == XmlRole::kSection) {
        writer_.Begin(BlockKind::kHeading, lines_.LineOf(child));
        writer_.SetHeading(parent.level, anchor_);
        const std::string text = FlatText(child);
        writer_.Text(text);
        writer_.End();
        if (title_.empty()) title_ = text;
        has_title = true;
      } else if ((name == "desc" || name == "abstract") && stack_.size() == 1) {
        description_ = FlatText(child);
      }
    }
  }

  void Leave() {
    const Frame& frame = stack_.back();
    if (frame.role == XmlRole::kQuote) writer_.Text("\xe2\x80\x9d");
    if (frame.role == XmlRole::kVolume) writer_.Text(")");
    if (frame.ends_line) writer_.End();
    if (frame.is_box) writer_.LeaveTo(frame.section_before);
    stack_.pop_back();
  }

  void ReadText(const pugi::xml_node& node) {
    const Frame& frame = stack_.back();
    const absl::string_view text = node.value();
    if (!writer_.open()) {
      if (IsBlank(text)) return;
      const size_t skipped = text.find_first_not_of(" \t\r\n\f");
      const size_t newlines = static_cast<size_t>(
          std::count(text.begin(), text.begin() + skipped, '\n'));
      writer_.Begin(frame.kind,
                    lines_.LineOf(node) + static_cast<uint32_t>(newlines));
    }
    writer_.TextOfLines(text, lines_.LineOf(node));
  }

  void ReadTable(const pugi::xml_node& table) {
    TableRows rows;
    struct Place {
      pugi::xml_node next;
      bool header;
    };
    std::vector<Place> places = {{table.first_child(), false}};
    while (!places.empty() &&
           places.size() <= static_cast<size_t>(limits_.max_depth)) {
      const pugi::xml_node node = places.back().next;
      const bool header = places.back().header;
      if (!node) {
        places.pop_back();
        continue;
      }
      places.back().next = node.next_sibling();
      if (node.type() != pugi::node_element) continue;
      switch (RoleOf(node)) {
        case XmlRole::kTitle:
        case XmlRole::kCaption:
          writer_.Begin(BlockKind::kCaption, lines_.LineOf(node));
          writer_.Text(FlatText(node));
          writer_.End();
          break;
        case XmlRole::kRow:
          rows.BeginRow(lines_.LineOf(node));
          places.push_back({node.first_child(), header});
          break;
        case XmlRole::kCell:
          rows.AddCell(
              FlatText(node), header || LocalName(node) == "th",
              node.attribute("colspan").as_int(1),
              node.attribute("morerows")
                  ? 1 + std::min(node.attribute("morerows").as_int(0), 1000)
                  : node.attribute("rowspan").as_int(1));
          break;
        case XmlRole::kHeaderRows:
          places.push_back({node.first_child(), true});
          break;
        case XmlRole::kContainer:
          places.push_back({node.first_child(), header});
          break;
        default:
          break;
      }
    }
    rows.Write(&writer_);
  }

  // The folded text in and below `node`.
  std::string FlatText(const pugi::xml_node& node) const {
    std::string out;
    bool space = false;
    bool newline = false;
    std::vector<pugi::xml_node> next = {node.first_child()};
    while (!next.empty()) {
      const pugi::xml_node child = next.back();
      if (!child) {
        next.pop_back();
        continue;
      }
      next.back() = child.next_sibling();
      if (IsText(child)) {
        AppendFolded(child.value(), &space, &newline, &out);
        continue;
      }
      if (child.type() != pugi::node_element) continue;
      switch (RoleOf(child)) {
        case XmlRole::kSkip:
        case XmlRole::kInfo:
          break;
        case XmlRole::kKeys:
          AppendFolded(Joined(child, "+"), &space, &newline, &out);
          break;
        case XmlRole::kMenus:
          AppendFolded(Joined(child, " \xe2\x96\xb8 "), &space, &newline, &out);
          break;
        case XmlRole::kParagraph:
        case XmlRole::kItem:
        case XmlRole::kContainer:
          space = true;
          next.push_back(child.first_child());
          break;
        default:
          next.push_back(child.first_child());
          break;
      }
    }
    return out;
  }

  // The texts of the children, joined. Children are walked one level deep with
  // all their text.
  std::string Joined(const pugi::xml_node& node,
                     absl::string_view separator) const {
    std::string out;
    for (const pugi::xml_node& child : node.children()) {
      std::string text;
      if (IsText(child)) {
        text = FoldWhiteSpace(child.value());
      } else if (RoleOf(child) != XmlRole::kSkip) {
        text = TextBelow(child);
      }
      if (text.empty()) continue;
      if (!out.empty()) absl::StrAppend(&out, separator);
      out += text;
    }
    return out;
  }

  // As FlatText, but with no regard to roles: it never comes back to Joined,
  // so sequences of sequences cannot recurse.
  static std::string TextBelow(const pugi::xml_node& node) {
    std::string out;
    bool space = false;
    bool newline = false;
    std::vector<pugi::xml_node> next = {node.first_child()};
    while (!next.empty()) {
      const pugi::xml_node child = next.back();
      if (!child) {
        next.pop_back();
        continue;
      }
      next.back() = child.next_sibling();
      if (IsText(child)) {
        AppendFolded(child.value(), &space, &newline, &out);
      } else {
        next.push_back(child.first_child());
      }
    }
    return out;
  }

  void RememberAnchor(const pugi::xml_node& node) {
    anchor_ = std::string(AnchorOf(node));
  }

  const XmlVocabulary& vocabulary_;
  const ExtractLimits& limits_;
  const LineTable& lines_;
  BlockWriter& writer_;
  std::string anchor_;
  std::string title_;
  std::string description_;
  std::vector<Frame> stack_;
};

}  // namespace

absl::StatusOr<Extracted> ExtractXml(absl::string_view utf8,
                                     const XmlVocabulary& vocabulary,
                                     const ExtractLimits& limits) {
  if (utf8.size() > limits.max_document_bytes) {
    return absl::ResourceExhaustedError(
        absl::StrCat("xml: ", utf8.size(), " bytes, want at most ",
                     limits.max_document_bytes));
  }
  const LineTable lines(utf8);
  std::string buffer(utf8);
  // pugixml would take a zero for the end.
  for (size_t at = buffer.find('\0'); at != std::string::npos;
       at = buffer.find('\0', at + 1)) {
    buffer[at] = ' ';
  }
  pugi::xml_document document;
  const pugi::xml_parse_result parsed = document.load_buffer_inplace(
      &buffer[0], buffer.size(), pugi::parse_default | pugi::parse_ws_pcdata,
      pugi::encoding_utf8);
  if (!parsed) {
    return absl::InvalidArgumentError(absl::StrCat(
        "xml: line ",
        lines.LineOf(
            static_cast<size_t>(std::max<ptrdiff_t>(parsed.offset, 0))),
        ": ", parsed.description(), ", want well-formed XML"));
  }
  const pugi::xml_node root = document.document_element();
  BlockWriter writer(limits);
  XmlReader reader(vocabulary, limits, lines, &writer);
  RETURN_IF_ERROR(reader.Read(root));
  Extracted out;
  RETURN_IF_ERROR(writer.Finish(&out));
  out.format = vocabulary.format;
  out.title = reader.title();
  const pugi::xml_attribute xml_lang = root.attribute("xml:lang");
  out.language = xml_lang ? xml_lang.value() : root.attribute("lang").value();
  if (!reader.description().empty()) {
    out.metadata.emplace_back("description", reader.description());
  }
  return out;
}

}  // namespace footnote
