#include "text/stop_words.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_split.h"
#include "text/fold.h"
#include "text/language_table.h"
#include "text/romanian.h"

namespace footnote {
namespace {

struct StopWords {
  absl::flat_hash_set<std::string> bare;
  // As they are written; of the languages in Latin letters.
  absl::flat_hash_set<std::string> careful;
};

std::string WithoutApostrophes(std::string word) {
  word.erase(std::remove(word.begin(), word.end(), '\''), word.end());
  return word;
}

const StopWords& Of(Language language) {
  static const auto* const all = [] {
    auto* rows = new std::array<StopWords, kLanguageCount>;
    for (Language each : AllLanguages()) {
      StopWords& row = (*rows)[static_cast<size_t>(each)];
      for (absl::string_view word :
           absl::StrSplit(RowOf(each).stop_words, ' ')) {
        std::string careful = WithoutApostrophes(FoldCarefully(word, each));
        if (careful.empty()) continue;
        std::string bare;
        AppendBare(careful, &bare);
        row.bare.insert(std::move(bare));
        if (RowOf(each).script == Script::kLatin) {
          row.careful.insert(std::move(careful));
        }
      }
    }
    return rows;
  }();
  const size_t number = static_cast<size_t>(language);
  return (*all)[number < kLanguageCount ? number : 0];
}

}  // namespace

bool IsFoldedStopWord(absl::string_view folded, Language language) {
  return Of(language).bare.contains(folded);
}

bool IsStopWord(absl::string_view careful, absl::string_view bare,
                Language language) {
  const StopWords& row = Of(language);
  if (!row.bare.contains(bare)) return false;
  if (careful == bare || row.careful.empty()) return true;
  return row.careful.contains(language == Language::kRo ? WithCommas(careful)
                                                        : careful);
}

}  // namespace footnote
