// What the readers of office formats share: XML by element names without
// prefixes.
#ifndef FOOTNOTE_INDEXER_FORMATS_XML_PART_H_
#define FOOTNOTE_INDEXER_FORMATS_XML_PART_H_

#include <functional>
#include <map>
#include <memory>
#include <pugixml.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"
#include "indexer/formats/zip_parts.h"

namespace footnote {

// The part `name`, parsed; no entities but XML's own are expanded.
//   InvalidArgument  it is not there, is not well-formed, or is nested deeper
//                    than `limits`
absl::StatusOr<std::unique_ptr<pugi::xml_document>> ParsePart(
    const ZipParts& parts, const std::string& name,
    const ExtractLimits& limits);

// "p" of "w:p".
absl::string_view LocalName(const pugi::xml_node& node);

// The value of the attribute with this local name; empty when there is none.
absl::string_view AttributeOf(const pugi::xml_node& node,
                              absl::string_view name);

// The first child element with this local name; an empty node when there is
// none.
pugi::xml_node ChildOf(const pugi::xml_node& node, absl::string_view name);

// Calls `each` for every element below `node`, in document order; where it
// returns false, what lies inside is passed over. Not recursive.
void WalkElements(const pugi::xml_node& node,
                  const std::function<bool(const pugi::xml_node&)>& each);

// All text below `node`, folded.
std::string TextBelow(const pugi::xml_node& node);

// Id -> part of the relations of part `name` ("_rels/….rels").
std::map<std::string, std::string> RelationsOf(const ZipParts& parts,
                                               const std::string& name,
                                               const ExtractLimits& limits);

// What a document says of itself in Dublin Core elements below `node`: title
// and language of `out`, and metadata author, created, modified, subject.
void ReadDublinCore(const pugi::xml_node& node, Extracted* out);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_XML_PART_H_
