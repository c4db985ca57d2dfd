#ifndef FOOTNOTE_GENERATOR_CITATION_ASSEMBLE_H_
#define FOOTNOTE_GENERATOR_CITATION_ASSEMBLE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "proto/footnote/v1/generator.pb.h"
#include "proto/footnote/v1/types.pb.h"
#include "text/span.h"

namespace footnote {

// The source span that cites bytes `span` of `passage`'s text, with quote,
// hash and what people want to know.
// REQUIRES: `span` lies within the text and splits no code point
v1::SourceSpan CiteSpan(const v1::Passage& passage, TextSpan span);

// What the claim of `citation` is: the quote of its first source, or of its
// first tool. REQUIRES: it has one
const std::string& FirstQuote(const v1::Citation& citation);

// What stands between `text` and a quote after it: a space after a sentence,
// nothing where its sign brings its own room (Chinese, Japanese), a newline
// after a line without a sentence's end. REQUIRES: `text` is not empty
absl::string_view PartAfter(absl::string_view text);

// Replaces text and citations of `draft`: the first quote of each citation in
// their order, parted as PartAfter says, and each answer_span where its quote
// then stands.
// REQUIRES: each citation has a source or a tool
void Assemble(std::vector<v1::Citation> citations, v1::Draft* draft);

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_CITATION_ASSEMBLE_H_
