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

namespace footnote {
namespace {

using StopWords = std::array<absl::flat_hash_set<std::string>, kLanguageCount>;

const StopWords& All() {
  static const StopWords* const all = [] {
    auto* sets = new StopWords;
    for (Language language : AllLanguages()) {
      auto& set = (*sets)[static_cast<size_t>(language)];
      for (absl::string_view word :
           absl::StrSplit(RowOf(language).stop_words, ' ')) {
        std::string folded = Fold(word, language);
        folded.erase(std::remove(folded.begin(), folded.end(), '\''),
                     folded.end());
        if (!folded.empty()) set.insert(std::move(folded));
      }
    }
    return sets;
  }();
  return *all;
}

}  // namespace

bool IsFoldedStopWord(absl::string_view folded, Language language) {
  const size_t number = static_cast<size_t>(language);
  return number < kLanguageCount && All()[number].contains(folded);
}

}  // namespace footnote
