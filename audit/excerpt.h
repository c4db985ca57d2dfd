#ifndef FOOTNOTE_AUDIT_EXCERPT_H_
#define FOOTNOTE_AUDIT_EXCERPT_H_

#include <string>

#include "audit/bundle.h"
#include "proto/footnote/v1/types.pb.h"

namespace footnote {

// A quote with the words around it, for people. In one line: white space of
// the document is a single blank here, and control characters are left out.
struct Excerpt {
  std::string before;
  std::string quote;
  std::string after;
};

// What stands around the quote in the version that it cites, at most some 160
// bytes on each side, cut between characters and where possible between words,
// with an ellipsis where the text goes on. Nothing around it where the bundle
// lacks the version, or has another text than the quote there.
Excerpt ExcerptOf(const v1::SourceSpan& source, const Bundle& bundle);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_EXCERPT_H_
