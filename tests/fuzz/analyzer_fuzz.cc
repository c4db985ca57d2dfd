// Any bytes through everything in text/: no crash, spans inside the text and
// in order, Explain and AnalyzeWords equal to Analyze, both ways to cut Han and
// Kana equal.

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/utf8.h"
#include "text/analyzer.h"
#include "text/fold.h"
#include "text/identify.h"
#include "text/language.h"
#include "text/sentences.h"
#include "text/words.h"

namespace footnote {
namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

void CheckUtf8(absl::string_view text) {
  const std::string repaired = ReplaceInvalidUtf8(text);
  Require(IsValidUtf8(repaired));
  Require(IsValidUtf8(text) == (repaired == text));
  const CodePointIndex index(repaired);
  Require(index.size() == CountCodePoints(repaired));
  Require(index.ByteOffset(index.size()) == repaired.size());
}

void CheckSpans(absl::string_view text, Language language) {
  std::vector<TextSpan> sentences;
  Sentences(text, language, &sentences);
  uint32_t end = 0;
  for (const TextSpan& span : sentences) {
    Require(span.begin >= end && span.begin < span.end);
    end = span.end;
  }
  Require(end <= text.size());

  std::vector<Word> words;
  Words(text, &words);
  end = 0;
  for (const Word& word : words) {
    Require(word.span.begin >= end && word.span.begin < word.span.end);
    end = word.span.end;
  }
  Require(end <= text.size());
}

using Place = std::pair<uint32_t, uint64_t>;

Place PlaceOf(const Token& token) { return {token.position, token.key}; }

class KeptWords : public WordNumbers {
 public:
  uint32_t NumberOf(absl::string_view, const std::vector<Token>& terms) final {
    words.push_back(terms);
    return static_cast<uint32_t>(words.size() - 1);
  }
  std::vector<std::vector<Token>> words;
};

void CheckWords(absl::string_view text, Language language,
                const std::vector<Token>& tokens, Analyzer* analyzer) {
  KeptWords kept;
  std::vector<NumberedWord> words;
  std::vector<Token> rest;
  analyzer->ForgetNumbers();
  analyzer->AnalyzeWords(text, language, &kept, &words, &rest);
  std::vector<Place> places;
  for (const NumberedWord& word : words) {
    for (const Token& token : kept.words[word.number]) {
      places.emplace_back(word.position, token.key);
    }
  }
  for (const Token& token : rest) places.push_back(PlaceOf(token));
  std::vector<Place> expected;
  for (const Token& token : tokens) expected.push_back(PlaceOf(token));
  std::sort(places.begin(), places.end());
  std::sort(expected.begin(), expected.end());
  Require(places == expected);
}

void CheckTokens(absl::string_view text, Language language) {
  static Analyzer* const analyzer = new Analyzer;
  std::vector<Token> tokens;
  analyzer->Analyze(text, language, &tokens);
  CheckWords(text, language, tokens, analyzer);
  std::vector<ExplainedToken> explained;
  analyzer->Explain(text, language, &explained);
  Require(tokens.size() == explained.size());
  const bool valid = IsValidUtf8(text);
  uint32_t position = 0;
  for (size_t i = 0; i < tokens.size(); ++i) {
    const Token& token = tokens[i];
    Require(token.begin < token.end && token.end <= text.size());
    Require(token.position >= position);
    position = token.position;
    Require(token.channel < kChannelCount);
    Require(token.key == explained[i].token.key);
    if (valid) {
      Require(IsValidUtf8(text.substr(token.begin, token.end - token.begin)));
    }
  }
}

}  // namespace
}  // namespace footnote

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace footnote;  // NOLINT: the one function of this file
  if (size == 0) return 0;
  const auto language = static_cast<Language>(data[0] % (kLanguageCount + 1));
  const absl::string_view text(reinterpret_cast<const char*>(data + 1),
                               size - 1);
  CheckUtf8(text);
  CheckSpans(text, language);
  CheckTokens(text, language);
  IdentifyLanguage(text);
  const std::string folded = Fold(text, language);
  Require(IsValidUtf8(folded));
  return 0;
}
