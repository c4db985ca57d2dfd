// What Mallard and DocBook have in common: a walk over XML in which each
// element plays one of a few roles.
#ifndef FOOTNOTE_INDEXER_FORMATS_XML_READER_H_
#define FOOTNOTE_INDEXER_FORMATS_XML_READER_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"

namespace footnote {

enum class XmlRole : uint8_t {
  kInline,     // its text belongs to the line around it
  kSkip,       // left out with everything inside
  kContainer,  // begins a new line and has no text of its own
  kSection,    // holds a title and what follows it
  kBox,        // a note beside the running text; its title opens a section
  kInfo,       // about the document: only a title and a description are read
  kTitle,      // heading, caption or term, by what it stands in
  kParagraph,
  kItem,  // list item or step
  kCaption,
  kCode,       // lines as they are
  kBlockCode,  // code where a paragraph could stand, inline elsewhere
  kTable,
  kHeaderRows,
  kRow,
  kCell,
  kMedia,      // skipped where a paragraph could stand, inline elsewhere
  kKeys,       // keys pressed together: joined by "+"
  kMenus,      // menu, then item: joined by " ▸ "
  kQuote,      // gets quotation marks
  kAside,      // a footnote: gets brackets
  kVolume,     // section of a manual page: gets brackets, no space before
  kFirstOnly,  // of several variants the first is read
  kAddress,    // a link: its url when it has no text
};

// One dialect.
struct XmlVocabulary {
  Format format;
  // The role of an element by its name without prefix.
  XmlRole (*role)(absl::string_view name);
};

// Reads `utf8` (valid) in the given dialect. Text of entities that are not
// among XML's own five stays as written ("&app;"); nothing is expanded or
// fetched.
//   InvalidArgument     not well-formed (the message names the line), or
//                       nested deeper than the limits
//   ResourceExhausted   larger than the limits
absl::StatusOr<Extracted> ExtractXml(absl::string_view utf8,
                                     const XmlVocabulary& vocabulary,
                                     const ExtractLimits& limits);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_XML_READER_H_
