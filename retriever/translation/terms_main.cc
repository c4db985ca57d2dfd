// Prints the index terms of lines, for training/translation to learn a lexicon
// in the words of the analyser.
//
//   terms < lines > terms
//
// In: LANGUAGE, tab, text. Out: the line's content words as
// CHANNEL:KEY:TERM, blanks between them: stems, and pairs of syllables where
// the language is Vietnamese.
#include <cstdint>
#include <iostream>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_format.h"
#include "absl/strings/string_view.h"
#include "text/analyzer.h"
#include "text/language.h"

namespace footnote {
namespace {

bool Counts(const Token& token, Language language) {
  if ((token.flags & (kTokenStopWord | kTokenNumber)) != 0) return false;
  return token.channel == kChannelStem ||
         (token.channel == kChannelBigram && language == Language::kVi);
}

int Run() {
  Analyzer analyzer;
  std::vector<ExplainedToken> tokens;
  std::string line;
  while (std::getline(std::cin, line)) {
    const size_t tab = line.find('\t');
    const absl::StatusOr<Language> language =
        ParseLanguage(line.substr(0, tab));
    if (tab == std::string::npos || !language.ok()) {
      std::cerr << "terms: want LANGUAGE, tab, text; got: " << line << "\n";
      return 1;
    }
    tokens.clear();
    analyzer.Explain(absl::string_view(line).substr(tab + 1), *language,
                     &tokens);
    bool first = true;
    for (const ExplainedToken& token : tokens) {
      if (!Counts(token.token, *language)) continue;
      std::cout << (first ? "" : " ")
                << absl::StrFormat("%d:%016x:%s", token.token.channel,
                                   token.token.key, token.term);
      first = false;
    }
    std::cout << "\n";
  }
  return 0;
}

}  // namespace
}  // namespace footnote

int main() {
  std::ios::sync_with_stdio(false);
  return footnote::Run();
}
