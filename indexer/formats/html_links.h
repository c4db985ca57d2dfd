// The links of a web page.
#ifndef FOOTNOTE_INDEXER_FORMATS_HTML_LINKS_H_
#define FOOTNOTE_INDEXER_FORMATS_HTML_LINKS_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "indexer/formats/format.h"

namespace footnote {

struct HtmlLinks {
  // What <base href> says; empty when there is none.
  std::string base;
  // As written, in the page's order: <a href> and <area href>; those marked
  // rel="nofollow" are left out.
  std::vector<std::string> links;
  // What <meta name="robots"> asks for.
  bool no_index = false;
  bool no_follow = false;
};

// Any bytes are safe; a page that cannot be parsed has no links.
HtmlLinks LinksOf(absl::string_view bytes, const ExtractLimits& limits);

}  // namespace footnote

#endif  // FOOTNOTE_INDEXER_FORMATS_HTML_LINKS_H_
