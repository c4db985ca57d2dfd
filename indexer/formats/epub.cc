#include "indexer/formats/epub.h"

#include <map>
#include <set>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "indexer/formats/html.h"
#include "indexer/formats/xml_part.h"

namespace footnote {
namespace {

// Puts a chapter behind what is there.
void Append(Extracted chapter, const std::string& part, Extracted* book) {
  if (chapter.text.empty()) return;
  if (!book->text.empty()) book->text.push_back('\n');
  const uint32_t bytes = static_cast<uint32_t>(book->text.size());
  // Section 0 of the chapter is section 0 of the book.
  const uint32_t sections = static_cast<uint32_t>(book->sections.size()) - 1;
  const uint32_t places = static_cast<uint32_t>(book->places.size());
  for (const Section& section : chapter.sections) {
    book->places.push_back(section.anchor.empty()
                               ? part
                               : absl::StrCat(part, "#", section.anchor));
  }
  for (size_t i = 1; i < chapter.sections.size(); ++i) {
    Section section = std::move(chapter.sections[i]);
    section.heading.begin += bytes;
    section.heading.end += bytes;
    if (section.parent != 0) section.parent += sections;
    book->sections.push_back(std::move(section));
  }
  auto next = chapter.parts.begin();
  for (Block block : chapter.blocks) {
    block.span.begin += bytes;
    block.span.end += bytes;
    block.place = places + block.section + 1;
    if (block.section != 0) block.section += sections;
    book->blocks.push_back(block);
    for (; next != chapter.parts.end() && next->begin + bytes < block.span.end;
         ++next) {
      book->parts.push_back({next->begin + bytes, next->line, block.place});
    }
  }
  book->text += chapter.text;
  if (book->language.empty()) book->language = chapter.language;
}

}  // namespace

absl::StatusOr<Extracted> ExtractEpub(const ZipParts& parts,
                                      const ExtractLimits& limits) {
  ASSIGN_OR_RETURN(const auto container,
                   ParsePart(parts, "META-INF/container.xml", limits));
  std::string package_name;
  WalkElements(container->document_element(), [&](const pugi::xml_node& node) {
    if (LocalName(node) == "rootfile" && package_name.empty()) {
      package_name = std::string(AttributeOf(node, "full-path"));
    }
    return true;
  });
  ASSIGN_OR_RETURN(const auto package, ParsePart(parts, package_name, limits));
  const pugi::xml_node root = package->document_element();
  Extracted book;
  book.sections.emplace_back();
  ReadDublinCore(ChildOf(root, "metadata"), &book);
  std::map<std::string, std::string> chapters;
  for (const pugi::xml_node& item : ChildOf(root, "manifest").children()) {
    // The table of contents repeats the headings.
    if (AttributeOf(item, "properties") == "nav") continue;
    chapters[std::string(AttributeOf(item, "id"))] =
        ResolvePart(package_name, AttributeOf(item, "href"));
  }
  std::set<std::string> seen;
  for (const pugi::xml_node& item : ChildOf(root, "spine").children()) {
    const auto chapter = chapters.find(std::string(AttributeOf(item, "idref")));
    if (chapter == chapters.end() || !seen.insert(chapter->second).second) {
      continue;
    }
    const auto part = parts.find(chapter->second);
    if (part == parts.end()) continue;
    ASSIGN_OR_RETURN(Extracted read,
                     ExtractHtml(ReplaceInvalidUtf8(part->second), limits));
    Append(std::move(read), chapter->second, &book);
    if (book.text.size() > limits.max_document_bytes) {
      return absl::ResourceExhaustedError(
          absl::StrCat("canonical text: more than ", limits.max_document_bytes,
                       " bytes, want at most that many for one document"));
    }
  }
  book.format = Format::kEpub;
  return book;
}

}  // namespace footnote
