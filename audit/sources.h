// Checks what a citation claims against the stored versions.
#ifndef FOOTNOTE_AUDIT_SOURCES_H_
#define FOOTNOTE_AUDIT_SOURCES_H_

#include <google/protobuf/repeated_ptr_field.h>

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "proto/footnote/v1/audit.pb.h"
#include "storage/store.h"

namespace footnote {

struct SourceVerdict {
  v1::Verdict verdict = v1::VERDICT_UNSPECIFIED;
  // For people: what differs; empty for FOUND.
  std::string detail;
  // The document's newest version, where it is another one; else 0.
  uint32_t newer_version = 0;
};

// How much of a version is read again.
enum class CheckDepth {
  // The cited stretch and the version's recorded hash: a few chunks, however
  // long the version is. Code points are counted within the stretch only.
  kQuote,
  // The whole canonical text, hashed and counted again.
  kWholeVersion,
};

// Checks one source: the version is stored with the recorded hash, the span
// names the quote in bytes and in code points, the quote has its hash. Where
// the quote is not at its span it is looked for in the whole version and in
// `retrieved`, the other passages that the search had found.
//   and the errors of DocumentStore that are not an answer: DataLoss of the
//   text itself is SOURCE_CHANGED, a failing disk is an error
absl::StatusOr<SourceVerdict> CheckSource(
    const v1::SourceSpan& source,
    const google::protobuf::RepeatedPtrField<v1::Retrieved>& retrieved,
    CheckDepth depth, Store* store);

// Checks a place in the result of a tool: the record itself holds what tools
// said.
SourceVerdict CheckTool(const v1::ToolSpan& cited, const v1::Writing& writing);

// Checks a whole citation of the answer that `record` is of: its sources and
// tools, and that it covers the quote in the answer's text. The worst verdict
// counts.
absl::StatusOr<v1::CitationCheck> CheckCitation(const v1::Citation& citation,
                                                const v1::AnswerRecord& record,
                                                CheckDepth depth, Store* store);

}  // namespace footnote

#endif  // FOOTNOTE_AUDIT_SOURCES_H_
