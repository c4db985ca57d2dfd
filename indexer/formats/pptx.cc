#include "indexer/formats/pptx.h"

#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "indexer/formats/block_writer.h"
#include "indexer/formats/table_rows.h"
#include "indexer/formats/xml_part.h"

namespace footnote {
namespace {

constexpr char kPresentation[] = "ppt/presentation.xml";

std::string ParagraphText(const pugi::xml_node& paragraph) {
  std::string out;
  WalkElements(paragraph, [&](const pugi::xml_node& node) {
    const absl::string_view name = LocalName(node);
    if (name == "t") out += ReplaceInvalidUtf8(node.text().get());
    if (name == "br") out += "\n";
    return true;
  });
  return FoldWhiteSpace(out);
}

// The kind of placeholder that a shape is: "title", "body", …; empty when it
// is none.
std::string PlaceholderOf(const pugi::xml_node& shape) {
  std::string type;
  WalkElements(shape, [&](const pugi::xml_node& node) {
    const absl::string_view name = LocalName(node);
    if (name == "ph") {
      type = std::string(AttributeOf(node, "type"));
      if (type.empty()) type = "body";
    }
    return name != "txBody";
  });
  return type;
}

class PptxReader {
 public:
  PptxReader(const ZipParts& parts, const ExtractLimits& limits)
      : parts_(parts), limits_(limits), writer_(limits) {}

  absl::StatusOr<Extracted> Read() {
    ASSIGN_OR_RETURN(const auto presentation,
                     ParsePart(parts_, kPresentation, limits_));
    const auto relations = RelationsOf(parts_, kPresentation, limits_);
    const pugi::xml_node list =
        ChildOf(presentation->document_element(), "sldIdLst");
    uint32_t number = 0;
    for (const pugi::xml_node& entry : list.children()) {
      // Of "id" and "r:id" the second counts.
      std::string id;
      for (const pugi::xml_attribute& attribute : entry.attributes()) {
        if (absl::EndsWith(attribute.name(), ":id")) id = attribute.value();
      }
      const auto slide = relations.find(id);
      if (slide == relations.end()) continue;
      RETURN_IF_ERROR(OnSlide(slide->second, ++number));
    }
    Extracted out;
    RETURN_IF_ERROR(writer_.Finish(&out));
    out.format = Format::kPptx;
    const auto core = ParsePart(parts_, "docProps/core.xml", limits_);
    if (core.ok()) ReadDublinCore((*core)->document_element(), &out);
    return out;
  }

 private:
  absl::Status OnSlide(const std::string& part, uint32_t number) {
    ASSIGN_OR_RETURN(const auto slide, ParsePart(parts_, part, limits_));
    writer_.LeaveTo(0);
    writer_.SetPlace(absl::StrCat("slide=", number));
    // Titles come first, wherever they stand in the file.
    for (const bool titles : {true, false}) {
      WalkElements(slide->document_element(), [&](const pugi::xml_node& node) {
        return OnShape(node, titles, number);
      });
    }
    for (const auto& relation : RelationsOf(parts_, part, limits_)) {
      if (!absl::StrContains(relation.second, "notesSlide")) continue;
      const auto notes = ParsePart(parts_, relation.second, limits_);
      if (!notes.ok()) continue;
      WalkElements((*notes)->document_element(),
                   [&](const pugi::xml_node& node) {
                     if (LocalName(node) != "sp") return true;
                     if (PlaceholderOf(node) == "body") {
                       OnText(node, BlockKind::kParagraph, number);
                     }
                     return false;
                   });
    }
    return absl::OkStatus();
  }

  bool OnShape(const pugi::xml_node& node, bool titles, uint32_t number) {
    const absl::string_view name = LocalName(node);
    if (name == "Fallback") return false;
    if (name == "sp") {
      const std::string placeholder = PlaceholderOf(node);
      const bool is_title = placeholder == "title" || placeholder == "ctrTitle";
      const bool is_furniture = placeholder == "dt" || placeholder == "ftr" ||
                                placeholder == "sldNum";
      if (is_title == titles && !is_furniture) {
        OnText(node,
               is_title                ? BlockKind::kHeading
               : placeholder == "body" ? BlockKind::kListItem
                                       : BlockKind::kParagraph,
               number);
      }
      return false;
    }
    if (name == "tbl") {
      if (!titles) OnTable(node, number);
      return false;
    }
    return true;
  }

  void OnText(const pugi::xml_node& shape, BlockKind kind, uint32_t number) {
    std::vector<std::string> lines;
    WalkElements(shape, [&](const pugi::xml_node& node) {
      if (LocalName(node) != "p") return true;
      lines.push_back(ParagraphText(node));
      return false;
    });
    if (kind == BlockKind::kHeading) {
      writer_.Begin(kind, number);
      writer_.SetHeading(1, absl::StrCat("slide=", number));
      for (const std::string& line : lines) {
        writer_.Text(line);
        writer_.Text(" ");
      }
      writer_.End();
      return;
    }
    for (const std::string& line : lines) {
      writer_.Begin(kind, number);
      writer_.Text(line);
      writer_.End();
    }
  }

  void OnTable(const pugi::xml_node& table, uint32_t number) {
    TableRows rows;
    bool header = true;
    for (const pugi::xml_node& row : table.children()) {
      if (LocalName(row) != "tr") continue;
      rows.BeginRow(number);
      for (const pugi::xml_node& cell : row.children()) {
        if (LocalName(cell) != "tc") continue;
        std::string text;
        WalkElements(cell, [&](const pugi::xml_node& node) {
          if (LocalName(node) != "p") return true;
          absl::StrAppend(&text, text.empty() ? "" : " ", ParagraphText(node));
          return false;
        });
        rows.AddCell(FoldWhiteSpace(text), header, 1, 1);
      }
      header = false;
    }
    rows.Write(&writer_);
  }

  const ZipParts& parts_;
  const ExtractLimits limits_;
  BlockWriter writer_;
};

}  // namespace

absl::StatusOr<Extracted> ExtractPptx(const ZipParts& parts,
                                      const ExtractLimits& limits) {
  return PptxReader(parts, limits).Read();
}

}  // namespace footnote
