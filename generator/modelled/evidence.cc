#include "generator/modelled/evidence.h"

#include <algorithm>

#include "base/hash.h"
#include "base/utf8.h"
#include "generator/citation/assemble.h"
#include "text/sentences.h"

namespace footnote {
namespace {

// Which of the evidence a mark over [begin, end), in code points, names.
std::vector<int> Marked(const std::vector<Mark>& marks, size_t begin,
                        size_t end, const std::vector<Evidence>& evidence) {
  std::vector<int> named;
  for (const Mark& mark : marks) {
    if (mark.thinking || mark.end <= begin || mark.begin >= end) continue;
    for (const MarkSource& source : mark.sources) {
      for (size_t i = 0; i < evidence.size(); ++i) {
        if (evidence[i].mark_call == source.call &&
            std::find(source.results.begin(), source.results.end(),
                      evidence[i].mark_result) != source.results.end()) {
          named.push_back(static_cast<int>(i));
        }
      }
    }
  }
  return named;
}

v1::ToolSpan CiteTool(const Evidence& evidence, TextSpan span) {
  v1::ToolSpan cited;
  cited.set_call_id(evidence.tool->call_id());
  cited.set_result(static_cast<uint32_t>(evidence.result));
  cited.set_tool(evidence.tool->tool());
  const absl::string_view quote = evidence.text.substr(span.begin, span.size());
  v1::Span* const where = cited.mutable_span();
  where->set_begin(span.begin);
  where->set_end(span.end);
  where->set_begin_code_point(CodePointOffset(evidence.text, span.begin));
  where->set_end_code_point(CodePointOffset(evidence.text, span.end));
  cited.set_quote(std::string(quote));
  cited.set_quote_sha256(Sha256(quote));
  return cited;
}

}  // namespace

std::vector<absl::string_view> TextsOf(const std::vector<Evidence>& evidence) {
  std::vector<absl::string_view> texts;
  texts.reserve(evidence.size());
  for (const Evidence& one : evidence) texts.push_back(one.text);
  return texts;
}

void AddToolResults(const ToolUses& tools, int first_call,
                    std::vector<Evidence>* evidence) {
  for (int i = 0; i < tools.size(); ++i) {
    const v1::ToolUse& tool = tools[i];
    // What failed says nothing that an answer could rest on.
    if (tool.failed() || !tool.passages().empty()) continue;
    for (int k = 0; k < tool.results_size(); ++k) {
      Evidence one;
      one.text = tool.results(k);
      one.tool = &tool;
      one.result = k;
      one.mark_call = first_call + i;
      one.mark_result = k;
      evidence->push_back(one);
    }
  }
}

std::vector<CheckedText> CheckSentences(absl::string_view text,
                                        const std::vector<Mark>& marks,
                                        const std::vector<Evidence>& evidence,
                                        const Aligner& aligner,
                                        Language language) {
  std::vector<TextSpan> spans;
  Sentences(text, language, &spans);
  std::vector<CheckedText> checked;
  for (const TextSpan& span : spans) {
    const absl::string_view sentence = text.substr(span.begin, span.size());
    const std::vector<int> named =
        Marked(marks, CodePointOffset(text, span.begin),
               CodePointOffset(text, span.end), evidence);
    CheckedText one;
    one.span = span;
    one.alignment = aligner.Align(sentence, named);
    if (!named.empty() && one.alignment.verdict != v1::FOUND) {
      one.alignment = aligner.Align(sentence);
    }
    checked.push_back(std::move(one));
  }
  return checked;
}

std::vector<v1::Citation> CiteSentence(absl::string_view sentence,
                                       const Alignment& alignment,
                                       const std::vector<Evidence>& evidence,
                                       size_t begin, size_t begin_code_point) {
  std::vector<SharedWords> shared = alignment.shared;
  std::sort(shared.begin(), shared.end(),
            [](const SharedWords& a, const SharedWords& b) {
              return a.claim.begin < b.claim.begin;
            });
  std::vector<v1::Citation> citations;
  for (const SharedWords& words : shared) {
    v1::Citation citation;
    v1::Span* const span = citation.mutable_answer_span();
    span->set_begin(begin + words.claim.begin);
    span->set_end(begin + words.claim.end);
    span->set_begin_code_point(begin_code_point +
                               CodePointOffset(sentence, words.claim.begin));
    span->set_end_code_point(begin_code_point +
                             CodePointOffset(sentence, words.claim.end));
    const Evidence& source = evidence[words.passage];
    if (source.passage != nullptr) {
      *citation.add_sources() = CiteSpan(*source.passage, words.evidence);
    } else {
      *citation.add_tools() = CiteTool(source, words.evidence);
    }
    citation.set_verdict(v1::FOUND);
    citation.set_score(alignment.support);
    citations.push_back(std::move(citation));
  }
  return citations;
}

}  // namespace footnote
