// The analyser, for threads that come and go.
#ifndef FOOTNOTE_RETRIEVER_LEXICAL_ANALYZE_H_
#define FOOTNOTE_RETRIEVER_LEXICAL_ANALYZE_H_

#include <vector>

#include "absl/strings/string_view.h"
#include "text/analyzer.h"
#include "text/language.h"
#include "text/other_stems.h"

namespace footnote {

// The terms of `text`, as Analyzer::Analyze gives them. Safe from many threads:
// each borrows an Analyzer with its caches (text/analyzer_pool.h).
std::vector<Token> AnalyzeText(absl::string_view text, Language language);

// What FindOtherStems (text/other_stems.h) finds, by such an Analyzer.
std::vector<OtherStem> OtherStemsOf(absl::string_view text, Language language);

}  // namespace footnote

#endif  // FOOTNOTE_RETRIEVER_LEXICAL_ANALYZE_H_
