#include "generator/citation/verify.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/hash.h"
#include "base/quote.h"
#include "base/utf8.h"
#include "generator/citation/assemble.h"

namespace footnote {
namespace {

bool IsSameVersion(const v1::DocumentVersion& a, const v1::DocumentVersion& b) {
  return a.collection() == b.collection() && a.document() == b.document() &&
         a.version() == b.version() && a.sha256() == b.sha256();
}

// The part of `passage` that `span` of its version names; empty when the span
// leaves the passage or its code points name another stretch.
absl::string_view Slice(const v1::Passage& passage, const v1::Span& span) {
  const v1::Span& whole = passage.span();
  if (span.begin() < whole.begin() || span.end() > whole.end() ||
      span.begin() > span.end()) {
    return "";
  }
  const absl::string_view text = passage.text();
  const uint64_t begin = span.begin() - whole.begin();
  const uint64_t end = span.end() - whole.begin();
  if (end > text.size()) return "";
  const uint64_t begin_code_point =
      whole.begin_code_point() + CodePointOffset(text, begin);
  const uint64_t end_code_point =
      whole.begin_code_point() + CodePointOffset(text, end);
  if (span.begin_code_point() != begin_code_point ||
      span.end_code_point() != end_code_point) {
    return "";
  }
  return text.substr(begin, end - begin);
}

v1::Verdict JudgeSource(const v1::SourceSpan& source,
                        const PassageList& passages) {
  absl::string_view cited;
  std::vector<absl::string_view> texts;
  for (const v1::Passage& passage : passages) {
    texts.push_back(passage.text());
    if (!cited.empty() || !IsSameVersion(passage.source(), source.source())) {
      continue;
    }
    cited = Slice(passage, source.span());
  }
  switch (FindQuoteOrigin(source.quote(), cited, texts)) {
    case QuoteOrigin::kCited:
      return source.quote_sha256() == Sha256(source.quote()) ? v1::FOUND
                                                             : v1::NOT_FOUND;
    case QuoteOrigin::kElsewhere:
      return v1::MISATTRIBUTED;
    case QuoteOrigin::kStitched:
      return v1::STITCHED;
    case QuoteOrigin::kNowhere:
      break;
  }
  return v1::NOT_FOUND;
}

bool SpanNames(absl::string_view text, const v1::Span& span,
               absl::string_view quote) {
  return span.begin() <= span.end() && span.end() <= text.size() &&
         text.substr(span.begin(), span.end() - span.begin()) == quote &&
         span.begin_code_point() == CodePointOffset(text, span.begin()) &&
         span.end_code_point() == CodePointOffset(text, span.end());
}

v1::Verdict JudgeTool(const v1::ToolSpan& cited, const ToolUseList& tools) {
  for (const v1::ToolUse& tool : tools) {
    if (tool.call_id() != cited.call_id() || tool.tool() != cited.tool() ||
        cited.result() >= static_cast<uint32_t>(tool.results_size())) {
      continue;
    }
    const std::string& result = tool.results(cited.result());
    return !tool.failed() && SpanNames(result, cited.span(), cited.quote()) &&
                   cited.quote_sha256() == Sha256(cited.quote())
               ? v1::FOUND
               : v1::NOT_FOUND;
  }
  return v1::NOT_FOUND;
}

}  // namespace

v1::Verdict JudgeCitation(absl::string_view text, const v1::Citation& citation,
                          const PassageList& passages,
                          const ToolUseList& tools) {
  if ((citation.sources().empty() && citation.tools().empty()) ||
      !SpanNames(text, citation.answer_span(), FirstQuote(citation))) {
    return v1::NOT_FOUND;
  }
  v1::Verdict worst = v1::FOUND;
  for (const v1::SourceSpan& source : citation.sources()) {
    // Greater numbers are worse.
    worst = std::max(worst, JudgeSource(source, passages));
  }
  for (const v1::ToolSpan& tool : citation.tools()) {
    worst = std::max(worst, JudgeTool(tool, tools));
  }
  return worst;
}

int KeepOnlyFound(const PassageList& passages, const ToolUseList& tools,
                  v1::Draft* draft) {
  std::vector<v1::Citation> kept;
  int dropped = 0;
  for (v1::Citation& citation : *draft->mutable_citations()) {
    citation.set_verdict(
        JudgeCitation(draft->text(), citation, passages, tools));
    if (citation.verdict() == v1::FOUND) {
      kept.push_back(std::move(citation));
    } else {
      ++dropped;
    }
  }
  if (dropped == 0) {
    // The text may be more than its claims: a model's sentences.
    draft->clear_citations();
    for (v1::Citation& citation : kept) {
      *draft->add_citations() = std::move(citation);
    }
    if (!kept.empty() || draft->text().empty()) return 0;
  }
  const bool was_answer = !draft->text().empty();
  Assemble(std::move(kept), draft);
  if (was_answer && draft->text().empty()) {
    draft->set_abstention(v1::NOT_SUPPORTED);
    draft->set_abstention_detail(
        "no sentence of the draft stands in the retrieved passages");
  }
  return dropped;
}

}  // namespace footnote
