#include "retriever/lexical/analyze.h"

#include "text/analyzer_pool.h"

namespace footnote {

namespace {

AnalyzerPool* Analyzers() {
  static auto* const pool = new AnalyzerPool;
  return pool;
}

}  // namespace

std::vector<Token> AnalyzeText(absl::string_view text, Language language) {
  const AnalyzerPool::Lease analyzer(Analyzers());
  std::vector<Token> tokens;
  analyzer.get()->Analyze(text, language, &tokens);
  return tokens;
}

std::vector<OtherStem> OtherStemsOf(absl::string_view text, Language language) {
  const AnalyzerPool::Lease analyzer(Analyzers());
  std::vector<OtherStem> stems;
  FindOtherStems(text, language, analyzer.get(), &stems);
  return stems;
}

}  // namespace footnote
