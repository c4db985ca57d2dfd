#include "indexer/formats/docx.h"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "indexer/formats/block_writer.h"
#include "indexer/formats/table_rows.h"
#include "indexer/formats/xml_part.h"

namespace footnote {
namespace {

constexpr int kNoHeading = 0;
constexpr int kMaxBasedOn = 20;

struct Style {
  std::string name;
  std::string based_on;
  int outline = -1;
  bool numbered = false;
};

class DocxReader {
 public:
  DocxReader(const ZipParts& parts, const ExtractLimits& limits)
      : parts_(parts), limits_(limits), writer_(limits) {}

  absl::StatusOr<Extracted> Read() {
    ASSIGN_OR_RETURN(const auto document,
                     ParsePart(parts_, "word/document.xml", limits_));
    ReadStyles();
    ReadNotes("word/footnotes.xml", "footnote");
    ReadNotes("word/endnotes.xml", "endnote");
    const pugi::xml_node body = ChildOf(document->document_element(), "body");
    if (!body) {
      return absl::InvalidArgumentError("DOCX: no body in word/document.xml");
    }
    WalkElements(body,
                 [this](const pugi::xml_node& node) { return OnBlock(node); });
    Extracted out;
    RETURN_IF_ERROR(writer_.Finish(&out));
    out.format = Format::kDocx;
    const auto core = ParsePart(parts_, "docProps/core.xml", limits_);
    if (core.ok()) ReadDublinCore((*core)->document_element(), &out);
    if (out.title.empty()) out.title = title_;
    if (out.language.empty()) out.language = language_;
    return out;
  }

 private:
  // True to look inside.
  bool OnBlock(const pugi::xml_node& node) {
    const absl::string_view name = LocalName(node);
    if (writer_.full()) return false;
    if (name == "p") {
      OnParagraph(node);
      return false;
    }
    if (name == "tbl") {
      OnTable(node);
      return false;
    }
    return name != "sectPr" && name != "del" && name != "moveFrom" &&
           name != "Fallback";
  }

  void OnParagraph(const pugi::xml_node& paragraph) {
    ++paragraphs_;
    const pugi::xml_node properties = ChildOf(paragraph, "pPr");
    const std::string style(AttributeOf(ChildOf(properties, "pStyle"), "val"));
    const std::string text = ParagraphText(paragraph);
    const int level = HeadingLevel(properties, style);
    if (level != kNoHeading) {
      writer_.Begin(BlockKind::kHeading, paragraphs_);
      writer_.SetHeading(level, "");
      if (StyleName(style) == "title" && title_.empty()) title_ = text;
    } else {
      writer_.Begin(IsListItem(properties, style) ? BlockKind::kListItem
                                                  : BlockKind::kParagraph,
                    paragraphs_);
    }
    writer_.Text(text);
    writer_.End();
    // What boxes in the paragraph hold comes behind it.
    std::vector<pugi::xml_node> boxes;
    boxes.swap(boxes_);
    for (const pugi::xml_node& box : boxes) {
      WalkElements(
          box, [this](const pugi::xml_node& node) { return OnBlock(node); });
    }
  }

  std::string ParagraphText(const pugi::xml_node& paragraph) {
    std::string out;
    WalkElements(paragraph, [&](const pugi::xml_node& node) {
      const absl::string_view name = LocalName(node);
      if (name == "t") {
        out += ReplaceInvalidUtf8(node.text().get());
      } else if (name == "tab" || name == "br" || name == "cr") {
        // Inside pPr, "tab" describes a stop; that is not entered.
        out += name == "tab" ? " " : "\n";
      } else if (name == "noBreakHyphen") {
        out += "-";
      } else if (name == "footnoteReference" || name == "endnoteReference") {
        const auto note = notes_.find(absl::StrCat(
            name.substr(0, name.find("Ref")), AttributeOf(node, "id")));
        if (note != notes_.end()) out += absl::StrCat(" [", note->second, "]");
      } else if (name == "txbxContent") {
        boxes_.push_back(node);
        return false;
      } else if (name == "lang" && language_.empty()) {
        language_ = std::string(AttributeOf(node, "val"));
      }
      return name != "del" && name != "moveFrom" && name != "pPr" &&
             name != "Fallback" && name != "instrText";
    });
    return out;
  }

  void OnTable(const pugi::xml_node& table) {
    TableRows rows;
    for (const pugi::xml_node& row : table.children()) {
      if (LocalName(row) != "tr") continue;
      rows.BeginRow(++paragraphs_);
      const bool first = ++row_count_ == 1;
      const bool header = first || ChildOf(ChildOf(row, "trPr"), "tblHeader");
      WalkElements(row, [&](const pugi::xml_node& cell) {
        if (LocalName(cell) != "tc") return true;
        int columns = 1;
        const pugi::xml_node properties = ChildOf(cell, "tcPr");
        if (!absl::SimpleAtoi(
                AttributeOf(ChildOf(properties, "gridSpan"), "val"),
                &columns)) {
          columns = 1;
        }
        // The lower part of a cell that spans rows holds no text of its own.
        rows.AddCell(CellText(cell), header, columns, 1);
        return false;
      });
    }
    row_count_ = 0;
    rows.Write(&writer_);
  }

  std::string CellText(const pugi::xml_node& cell) {
    std::string out;
    WalkElements(cell, [&](const pugi::xml_node& node) {
      if (LocalName(node) != "p") return true;
      absl::StrAppend(&out, out.empty() ? "" : " ", ParagraphText(node));
      return false;
    });
    boxes_.clear();
    return FoldWhiteSpace(out);
  }

  void ReadStyles() {
    const auto styles = ParsePart(parts_, "word/styles.xml", limits_);
    if (!styles.ok()) return;
    for (const pugi::xml_node& node :
         (*styles)->document_element().children()) {
      if (LocalName(node) != "style") continue;
      Style style;
      style.name =
          absl::AsciiStrToLower(AttributeOf(ChildOf(node, "name"), "val"));
      style.based_on =
          std::string(AttributeOf(ChildOf(node, "basedOn"), "val"));
      const pugi::xml_node properties = ChildOf(node, "pPr");
      if (!absl::SimpleAtoi(
              AttributeOf(ChildOf(properties, "outlineLvl"), "val"),
              &style.outline)) {
        style.outline = -1;
      }
      style.numbered = static_cast<bool>(ChildOf(properties, "numPr"));
      styles_[std::string(AttributeOf(node, "styleId"))] = style;
    }
  }

  void ReadNotes(const std::string& part, absl::string_view kind) {
    const auto notes = ParsePart(parts_, part, limits_);
    if (!notes.ok()) return;
    for (const pugi::xml_node& note : (*notes)->document_element().children()) {
      // Separators have a type.
      if (LocalName(note) != kind || !AttributeOf(note, "type").empty()) {
        continue;
      }
      const std::string text = CellText(note);
      if (!text.empty()) {
        notes_[absl::StrCat(kind, AttributeOf(note, "id"))] = text;
      }
    }
  }

  std::string StyleName(const std::string& id) const {
    const auto found = styles_.find(id);
    return found == styles_.end() ? "" : found->second.name;
  }

  // 1 to 9, or kNoHeading. Style names are English in every Word.
  int HeadingLevel(const pugi::xml_node& properties,
                   const std::string& style) const {
    int level;
    if (absl::SimpleAtoi(AttributeOf(ChildOf(properties, "outlineLvl"), "val"),
                         &level)) {
      return level >= 0 && level < 9 ? level + 1 : kNoHeading;
    }
    std::string id = style;
    for (int i = 0; i < kMaxBasedOn && !id.empty(); ++i) {
      const auto found = styles_.find(id);
      if (found == styles_.end()) break;
      const std::string& name = found->second.name;
      if (name == "title") return 1;
      if (absl::StartsWith(name, "heading ") &&
          absl::SimpleAtoi(name.substr(8), &level) && level >= 1 &&
          level <= 9) {
        return level;
      }
      if (found->second.outline >= 0 && found->second.outline < 9) {
        return found->second.outline + 1;
      }
      id = found->second.based_on;
    }
    return kNoHeading;
  }

  bool IsListItem(const pugi::xml_node& properties,
                  const std::string& style) const {
    const pugi::xml_node numbering = ChildOf(properties, "numPr");
    if (numbering) {
      // Number 0 takes a paragraph out of its style's list.
      return AttributeOf(ChildOf(numbering, "numId"), "val") != "0";
    }
    const auto found = styles_.find(style);
    return found != styles_.end() &&
           (found->second.numbered ||
            absl::StartsWith(found->second.name, "list "));
  }

  const ZipParts& parts_;
  const ExtractLimits limits_;
  BlockWriter writer_;
  absl::flat_hash_map<std::string, Style> styles_;
  std::map<std::string, std::string> notes_;
  std::vector<pugi::xml_node> boxes_;
  std::string title_;
  std::string language_;
  uint32_t paragraphs_ = 0;
  int row_count_ = 0;
};

}  // namespace

absl::StatusOr<Extracted> ExtractDocx(const ZipParts& parts,
                                      const ExtractLimits& limits) {
  return DocxReader(parts, limits).Read();
}

}  // namespace footnote
