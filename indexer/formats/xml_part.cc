#include "indexer/formats/xml_part.h"

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "base/utf8.h"
#include "indexer/formats/block_writer.h"

namespace footnote {
namespace {

int DepthOf(const pugi::xml_node& root) {
  int depth = 0, deepest = 0;
  pugi::xml_node node = root.first_child();
  while (node) {
    deepest = std::max(deepest, depth + 1);
    if (node.first_child()) {
      node = node.first_child();
      ++depth;
      continue;
    }
    while (node && node != root && !node.next_sibling()) {
      node = node.parent();
      --depth;
    }
    if (!node || node == root) break;
    node = node.next_sibling();
  }
  return deepest;
}

}  // namespace

absl::StatusOr<std::unique_ptr<pugi::xml_document>> ParsePart(
    const ZipParts& parts, const std::string& name,
    const ExtractLimits& limits) {
  const auto found = parts.find(name);
  if (found == parts.end()) {
    return absl::InvalidArgumentError(
        absl::StrCat("office document: no part ", name, " in it"));
  }
  auto document = std::make_unique<pugi::xml_document>();
  const pugi::xml_parse_result result =
      document->load_buffer(found->second.data(), found->second.size(),
                            pugi::parse_default | pugi::parse_ws_pcdata);
  if (!result) {
    return absl::InvalidArgumentError(
        absl::StrCat("office document: part ", name, " at byte ", result.offset,
                     ": ", result.description()));
  }
  if (DepthOf(*document) > limits.max_depth) {
    return absl::InvalidArgumentError(
        absl::StrCat("office document: part ", name, ": nested deeper than ",
                     limits.max_depth));
  }
  return document;
}

absl::string_view LocalName(const pugi::xml_node& node) {
  const absl::string_view name = node.name();
  const size_t colon = name.find(':');
  return colon == absl::string_view::npos ? name : name.substr(colon + 1);
}

absl::string_view AttributeOf(const pugi::xml_node& node,
                              absl::string_view name) {
  for (const pugi::xml_attribute& attribute : node.attributes()) {
    absl::string_view found = attribute.name();
    const size_t colon = found.find(':');
    if (colon != absl::string_view::npos) found.remove_prefix(colon + 1);
    if (found == name) return attribute.value();
  }
  return "";
}

pugi::xml_node ChildOf(const pugi::xml_node& node, absl::string_view name) {
  for (const pugi::xml_node& child : node.children()) {
    if (child.type() == pugi::node_element && LocalName(child) == name) {
      return child;
    }
  }
  return pugi::xml_node();
}

void WalkElements(const pugi::xml_node& root,
                  const std::function<bool(const pugi::xml_node&)>& each) {
  pugi::xml_node node = root.first_child();
  while (node) {
    const bool enter = node.type() == pugi::node_element && each(node);
    if (enter && node.first_child()) {
      node = node.first_child();
      continue;
    }
    while (node != root && !node.next_sibling()) node = node.parent();
    if (node == root) return;
    node = node.next_sibling();
  }
}

std::string TextBelow(const pugi::xml_node& root) {
  std::string out;
  bool space = false;
  bool newline = false;
  pugi::xml_node node = root.first_child();
  while (node) {
    if (node.type() == pugi::node_pcdata || node.type() == pugi::node_cdata) {
      AppendFolded(ReplaceInvalidUtf8(node.value()), &space, &newline, &out);
    }
    if (node.first_child()) {
      node = node.first_child();
      continue;
    }
    while (node != root && !node.next_sibling()) node = node.parent();
    if (node == root) break;
    node = node.next_sibling();
  }
  return out;
}

std::map<std::string, std::string> RelationsOf(const ZipParts& parts,
                                               const std::string& name,
                                               const ExtractLimits& limits) {
  std::map<std::string, std::string> out;
  const size_t slash = name.rfind('/');
  const size_t cut = slash == std::string::npos ? 0 : slash + 1;
  const auto relations = ParsePart(
      parts,
      absl::StrCat(name.substr(0, cut), "_rels/", name.substr(cut), ".rels"),
      limits);
  if (!relations.ok()) return out;
  for (const pugi::xml_node& relation :
       (*relations)->document_element().children()) {
    if (AttributeOf(relation, "TargetMode") == "External") continue;
    out[std::string(AttributeOf(relation, "Id"))] =
        ResolvePart(name, AttributeOf(relation, "Target"));
  }
  return out;
}

void ReadDublinCore(const pugi::xml_node& root, Extracted* out) {
  std::string author;
  WalkElements(root, [&](const pugi::xml_node& node) {
    const absl::string_view name = LocalName(node);
    const std::string text = TextBelow(node);
    if (text.empty()) return true;
    if (name == "title" && out->title.empty()) out->title = text;
    if (name == "language" && out->language.empty()) out->language = text;
    if (name == "creator" || name == "initial-creator") {
      // OpenDocument's dc:creator is who saved it last.
      if (author.empty() || name == "initial-creator") author = text;
    }
    const char* const key = name == "created" || name == "creation-date"
                                ? "created"
                            : name == "modified" || name == "date" ? "modified"
                            : name == "subject"                    ? "subject"
                                                                   : nullptr;
    if (key != nullptr) out->metadata.emplace_back(key, text);
    return true;
  });
  if (!author.empty()) out->metadata.emplace_back("author", author);
}

}  // namespace footnote
