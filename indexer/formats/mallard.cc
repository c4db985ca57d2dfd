#include "indexer/formats/mallard.h"

#include "absl/container/flat_hash_map.h"
#include "indexer/formats/xml_reader.h"

namespace footnote {
namespace {

XmlRole MallardRole(absl::string_view name) {
  static const auto* const kRoles =
      new absl::flat_hash_map<absl::string_view, XmlRole>{
          {"page", XmlRole::kSection},
          {"section", XmlRole::kSection},
          {"title", XmlRole::kTitle},
          {"subtitle", XmlRole::kParagraph},
          {"p", XmlRole::kParagraph},
          {"info", XmlRole::kInfo},
          {"note", XmlRole::kBox},
          {"steps", XmlRole::kContainer},
          {"list", XmlRole::kContainer},
          {"terms", XmlRole::kContainer},
          {"tree", XmlRole::kContainer},
          {"item", XmlRole::kItem},
          {"table", XmlRole::kTable},
          {"thead", XmlRole::kHeaderRows},
          {"tbody", XmlRole::kContainer},
          {"tfoot", XmlRole::kContainer},
          {"tr", XmlRole::kRow},
          {"td", XmlRole::kCell},
          {"th", XmlRole::kCell},
          {"figure", XmlRole::kContainer},
          {"example", XmlRole::kContainer},
          {"listing", XmlRole::kContainer},
          {"quote", XmlRole::kContainer},
          {"synopsis", XmlRole::kContainer},
          {"div", XmlRole::kContainer},
          {"desc", XmlRole::kCaption},
          {"screen", XmlRole::kCode},
          {"code", XmlRole::kBlockCode},
          {"media", XmlRole::kMedia},
          {"keyseq", XmlRole::kKeys},
          {"guiseq", XmlRole::kMenus},
          {"choose", XmlRole::kFirstOnly},
          {"links", XmlRole::kSkip},
          {"comment", XmlRole::kSkip},
          {"credit", XmlRole::kSkip},
          {"include", XmlRole::kSkip},
          {"revision", XmlRole::kSkip},
          {"tt", XmlRole::kSkip},
          {"thumb", XmlRole::kSkip},
      };
  const auto found = kRoles->find(name);
  return found == kRoles->end() ? XmlRole::kInline : found->second;
}

constexpr XmlVocabulary kMallard = {Format::kMallard, MallardRole};

}  // namespace

absl::StatusOr<Extracted> ExtractMallard(absl::string_view utf8,
                                         const ExtractLimits& limits) {
  return ExtractXml(utf8, kMallard, limits);
}

}  // namespace footnote
