#include "retriever/lexical/analyze.h"

namespace footnote {

namespace {

Analyzer* OwnAnalyzer() {
  static thread_local Analyzer* analyzer = new Analyzer();
  return analyzer;
}

}  // namespace

std::vector<Token> AnalyzeText(absl::string_view text, Language language) {
  std::vector<Token> tokens;
  OwnAnalyzer()->Analyze(text, language, &tokens);
  return tokens;
}

std::vector<OtherStem> OtherStemsOf(absl::string_view text, Language language) {
  std::vector<OtherStem> stems;
  FindOtherStems(text, language, OwnAnalyzer(), &stems);
  return stems;
}

}  // namespace footnote
