#ifndef FOOTNOTE_GENERATOR_CITATION_VERIFY_H_
#define FOOTNOTE_GENERATOR_CITATION_VERIFY_H_

#include <google/protobuf/repeated_ptr_field.h>

#include "absl/strings/string_view.h"
#include "proto/footnote/v1/generator.pb.h"
#include "proto/footnote/v1/types.pb.h"
#include "proto/footnote/v1/writing.pb.h"

namespace footnote {

using PassageList = google::protobuf::RepeatedPtrField<v1::Passage>;
using ToolUseList = google::protobuf::RepeatedPtrField<v1::ToolUse>;

// What checking `citation` against the bytes of `passages` gives. The claim is
// FOUND when every source of it is: the quote is byte for byte the cited span,
// has the recorded hash, the span's code points name the same text, and the
// answer's span of `text` equals the first quote. Otherwise the worst verdict
// of its sources. The generator knows the retrieved passages only, so it never
// says SOURCE_ERASED or SOURCE_CHANGED; the audit room does. Of what `tools`
// said the same holds: the quote is the cited span of that result.
v1::Verdict JudgeCitation(absl::string_view text, const v1::Citation& citation,
                          const PassageList& passages,
                          const ToolUseList& tools = {});

// Sets the verdict of every citation of `draft`, then drops every sentence
// that is not FOUND and closes the gap: where one is dropped, only the quotes
// of the others stay. A draft that loses all its text, or cites nothing,
// abstains as NOT_SUPPORTED. Returns the number of dropped sentences.
int KeepOnlyFound(const PassageList& passages, const ToolUseList& tools,
                  v1::Draft* draft);
inline int KeepOnlyFound(const PassageList& passages, v1::Draft* draft) {
  return KeepOnlyFound(passages, {}, draft);
}

}  // namespace footnote

#endif  // FOOTNOTE_GENERATOR_CITATION_VERIFY_H_
