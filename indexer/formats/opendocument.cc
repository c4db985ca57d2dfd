#include "indexer/formats/opendocument.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "indexer/formats/block_writer.h"
#include "indexer/formats/table_rows.h"
#include "indexer/formats/xml_part.h"

namespace footnote {
namespace {

// Empty cells are stored as one with a count; rows too, up to a million.
constexpr int kMaxRepeated = 256;

int CountOf(const pugi::xml_node& node, absl::string_view name) {
  int count = 1;
  return absl::SimpleAtoi(AttributeOf(node, name), &count) && count > 0 ? count
                                                                        : 1;
}

class OpenDocumentReader {
 public:
  OpenDocumentReader(const ZipParts& parts, const ExtractLimits& limits)
      : parts_(parts), limits_(limits), writer_(limits) {}

  absl::StatusOr<Extracted> Read() {
    ASSIGN_OR_RETURN(const auto content,
                     ParsePart(parts_, "content.xml", limits_));
    const pugi::xml_node body = ChildOf(content->document_element(), "body");
    Format format = Format::kOdt;
    pugi::xml_node root = ChildOf(body, "text");
    if (!root) {
      root = ChildOf(body, "spreadsheet");
      format = Format::kOds;
    }
    if (!root) {
      root = ChildOf(body, "presentation");
      format = Format::kOdp;
    }
    if (!root) {
      return absl::InvalidArgumentError(
          "OpenDocument: neither text, spreadsheet nor presentation in "
          "content.xml");
    }
    is_sheet_ = format == Format::kOds;
    WalkElements(root, [this](const pugi::xml_node& node) {
      return OnBlock(node, BlockKind::kParagraph);
    });
    Extracted out;
    RETURN_IF_ERROR(writer_.Finish(&out));
    out.format = format;
    const auto meta = ParsePart(parts_, "meta.xml", limits_);
    if (meta.ok()) ReadDublinCore((*meta)->document_element(), &out);
    return out;
  }

 private:
  bool OnBlock(const pugi::xml_node& node, BlockKind kind) {
    const absl::string_view name = LocalName(node);
    if (writer_.full()) return false;
    if (name == "h" || name == "p") {
      OnParagraph(node, name == "h" ? BlockKind::kHeading : kind);
      return false;
    }
    if (name == "list-item") {
      WalkElements(node, [this](const pugi::xml_node& inner) {
        return OnBlock(inner, BlockKind::kListItem);
      });
      return false;
    }
    if (name == "table") {
      OnTable(node);
      return false;
    }
    if (name == "page") {
      writer_.LeaveTo(0);
      writer_.SetPlace(absl::StrCat("slide=", ++slides_));
      // Titles come first, wherever they stand in the file.
      for (const bool titles : {true, false}) {
        for (const pugi::xml_node& shape : node.children()) {
          const absl::string_view kind_of = AttributeOf(shape, "class");
          if ((kind_of == "title") != titles) continue;
          in_title_ = titles;
          WalkElements(shape, [this](const pugi::xml_node& inner) {
            return OnBlock(inner, BlockKind::kParagraph);
          });
        }
      }
      in_title_ = false;
      return false;
    }
    // Comments, deleted text, indexes (which repeat headings), forms.
    return name != "annotation" && name != "tracked-changes" &&
           name != "table-of-content" && name != "alphabetical-index" &&
           name != "forms" && name != "sequence-decls";
  }

  void OnParagraph(const pugi::xml_node& node, BlockKind kind) {
    ++paragraphs_;
    const std::string text = InlineText(node);
    if (in_title_) kind = BlockKind::kHeading;
    writer_.Begin(kind, paragraphs_);
    if (kind == BlockKind::kHeading) {
      writer_.SetHeading(in_title_ ? 1 : CountOf(node, "outline-level"), "");
    }
    writer_.Text(text);
    writer_.End();
    std::vector<pugi::xml_node> boxes;
    boxes.swap(boxes_);
    for (const pugi::xml_node& box : boxes) {
      WalkElements(box, [this](const pugi::xml_node& inner) {
        return OnBlock(inner, BlockKind::kParagraph);
      });
    }
  }

  // The text of a paragraph; notes in brackets, text boxes put aside.
  std::string InlineText(const pugi::xml_node& root) {
    std::string out;
    pugi::xml_node node = root.first_child();
    while (node) {
      bool enter = true;
      if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) {
        out += ReplaceInvalidUtf8(node.value());
      } else if (node.type() == pugi::node_element) {
        const absl::string_view name = LocalName(node);
        if (name == "s" || name == "tab") out += " ";
        if (name == "line-break") out += "\n";
        if (name == "note") {
          const std::string note = TextBelow(ChildOf(node, "note-body"));
          if (!note.empty()) out += absl::StrCat(" [", note, "]");
        }
        if (name == "text-box") boxes_.push_back(node);
        enter = name != "note" && name != "text-box" && name != "annotation" &&
                name != "ruby-text" && name != "desc" && name != "title";
      }
      if (enter && node.first_child()) {
        node = node.first_child();
        continue;
      }
      while (node != root && !node.next_sibling()) node = node.parent();
      if (node == root) break;
      node = node.next_sibling();
    }
    return out;
  }

  void OnTable(const pugi::xml_node& table) {
    const std::string name = ReplaceInvalidUtf8(AttributeOf(table, "name"));
    if (is_sheet_) {
      writer_.LeaveTo(0);
      writer_.SetPlace(name);
      writer_.Begin(BlockKind::kHeading, 1);
      writer_.SetHeading(1, name);
      writer_.Text(name);
      writer_.End();
    }
    TableRows rows;
    uint32_t number = 0;
    bool header = true;
    WalkElements(table, [&](const pugi::xml_node& row) {
      if (LocalName(row) != "table-row") return LocalName(row) != "shapes";
      const int repeated = CountOf(row, "number-rows-repeated");
      std::vector<std::string> cells = Cells(row);
      const bool in_header =
          LocalName(row.parent()) == "table-header-rows" || header;
      if (!cells.empty()) {
        for (int i = 0; i < std::min(repeated, kMaxRepeated); ++i) {
          const uint32_t at = number + 1 + static_cast<uint32_t>(i);
          rows.BeginRow(is_sheet_ ? at : ++paragraphs_,
                        is_sheet_ ? absl::StrCat(name, "!", at) : "");
          for (const std::string& cell : cells) {
            rows.AddCell(cell, in_header, 1, 1);
          }
        }
        header = false;
      }
      number += static_cast<uint32_t>(repeated);
      return false;
    });
    rows.Write(&writer_);
  }

  // Without the empty ones at the end.
  std::vector<std::string> Cells(const pugi::xml_node& row) {
    std::vector<std::string> cells;
    size_t used = 0;
    for (const pugi::xml_node& cell : row.children()) {
      const absl::string_view name = LocalName(cell);
      if (name != "table-cell" && name != "covered-table-cell") continue;
      std::string text;
      WalkElements(cell, [&](const pugi::xml_node& node) {
        if (LocalName(node) == "annotation") return false;
        if (LocalName(node) != "p" && LocalName(node) != "h") return true;
        absl::StrAppend(&text, text.empty() ? "" : " ", InlineText(node));
        return false;
      });
      boxes_.clear();
      text = FoldWhiteSpace(text);
      const int repeated =
          std::min(CountOf(cell, "number-columns-repeated"), kMaxRepeated);
      for (int i = 0; i < repeated && cells.size() < 4096; ++i) {
        cells.push_back(text);
      }
      if (!text.empty()) used = cells.size();
    }
    cells.resize(used);
    return cells;
  }

  const ZipParts& parts_;
  const ExtractLimits limits_;
  BlockWriter writer_;
  std::vector<pugi::xml_node> boxes_;
  bool is_sheet_ = false;
  bool in_title_ = false;
  uint32_t paragraphs_ = 0;
  uint32_t slides_ = 0;
};

}  // namespace

absl::StatusOr<Extracted> ExtractOpenDocument(const ZipParts& parts,
                                              const ExtractLimits& limits) {
  return OpenDocumentReader(parts, limits).Read();
}

}  // namespace footnote
