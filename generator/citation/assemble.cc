#include "generator/citation/assemble.h"

#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "base/hash.h"
#include "base/utf8.h"

namespace footnote {
namespace {

bool EndsLikeSentence(absl::string_view text) {
  constexpr absl::string_view kEnds[] = {".", "!", "?",  "…",  "。", "！", "？",
                                         "؟", "।", "۔",  "\"", "”",  "»",  "“",
                                         "’", ")", "」", "』", "）"};
  for (const absl::string_view end : kEnds) {
    if (absl::EndsWith(text, end)) return true;
  }
  return false;
}

bool EndsWithoutSpace(absl::string_view text) {
  return absl::EndsWith(text, "。") || absl::EndsWith(text, "！") ||
         absl::EndsWith(text, "？") || absl::EndsWith(text, "」");
}

}  // namespace

v1::SourceSpan CiteSpan(const v1::Passage& passage, TextSpan span) {
  const absl::string_view text = passage.text();
  const absl::string_view quote = text.substr(span.begin, span.size());
  v1::SourceSpan cited;
  *cited.mutable_source() = passage.source();
  v1::Span* where = cited.mutable_span();
  where->set_begin(passage.span().begin() + span.begin);
  where->set_end(passage.span().begin() + span.end);
  const uint64_t begin_code_point =
      passage.span().begin_code_point() + CodePointOffset(text, span.begin);
  where->set_begin_code_point(begin_code_point);
  where->set_end_code_point(begin_code_point + CountCodePoints(quote));
  cited.set_quote(std::string(quote));
  cited.set_quote_sha256(Sha256(quote));
  if (passage.has_location()) *cited.mutable_location() = passage.location();
  cited.set_title(passage.title());
  *cited.mutable_heading_path() = passage.heading_path();
  cited.set_path(passage.path());
  cited.set_language(passage.language());
  return cited;
}

const std::string& FirstQuote(const v1::Citation& citation) {
  return citation.sources().empty() ? citation.tools(0).quote()
                                    : citation.sources(0).quote();
}

absl::string_view PartAfter(absl::string_view text) {
  if (!EndsLikeSentence(text)) return "\n";
  return EndsWithoutSpace(text) ? "" : " ";
}

void Assemble(std::vector<v1::Citation> citations, v1::Draft* draft) {
  std::string text;
  uint64_t code_points = 0;
  draft->clear_citations();
  for (v1::Citation& citation : citations) {
    const std::string& quote = FirstQuote(citation);
    if (!text.empty()) {
      const absl::string_view part = PartAfter(text);
      text.append(part.data(), part.size());
      code_points += part.size();
    }
    v1::Span* span = citation.mutable_answer_span();
    span->set_begin(text.size());
    span->set_begin_code_point(code_points);
    text.append(quote);
    code_points += CountCodePoints(quote);
    span->set_end(text.size());
    span->set_end_code_point(code_points);
    *draft->add_citations() = std::move(citation);
  }
  draft->set_text(std::move(text));
}

}  // namespace footnote
