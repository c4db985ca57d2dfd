#include "retriever/lexical/analyze.h"

namespace footnote {

std::vector<Token> AnalyzeText(absl::string_view text, Language language) {
  static thread_local Analyzer* analyzer = new Analyzer();
  std::vector<Token> tokens;
  analyzer->Analyze(text, language, &tokens);
  return tokens;
}

}  // namespace footnote
