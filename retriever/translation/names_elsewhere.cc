#include "retriever/translation/names_elsewhere.h"

#include <algorithm>
#include <cstddef>
#include <vector>

#include "absl/strings/ascii.h"
#include "base/status_macros.h"
#include "retriever/lexical/analyze.h"
#include "retriever/translation/words.h"
#include "text/analyzer.h"
#include "text/language_table.h"

namespace footnote {
namespace {

// Passages with a name that is worth looking for.
constexpr uint64_t kMostPassages = 1000;
constexpr size_t kMostDocuments = 16;
// A shorter one may be any word, unless it is made up ("PX").
constexpr size_t kLeastLetters = 3;
constexpr size_t kLeastMadeUp = 2;

bool IsLatin(char c) { return absl::ascii_isalpha(c); }

// "PX-200", "AeroDry", "ERR-4012".
bool IsMadeUp(absl::string_view word) {
  const bool letters = std::any_of(word.begin(), word.end(), IsLatin);
  const bool digits =
      std::any_of(word.begin(), word.end(), absl::ascii_isdigit);
  return letters && (digits || std::any_of(word.begin() + 1, word.end(),
                                           absl::ascii_isupper));
}

// Views of the question, in its order.
std::vector<absl::string_view> Names(absl::string_view question,
                                     Language language,
                                     const Lexicon& lexicon) {
  const AskedWords asked = WordsAsked(question, language, lexicon);
  const bool is_latin = language == Language::kUnknown ||
                        RowOf(language).script == Script::kLatin;
  std::vector<absl::string_view> names;
  for (size_t i = 0; i < asked.words.size(); ++i) {
    const absl::string_view word = asked.words[i];
    const bool is_made_up = IsMadeUp(word);
    if (word.size() < (is_made_up ? kLeastMadeUp : kLeastLetters)) continue;
    // The lexicon knows the first words of questions but for English.
    const bool may_be_any =
        language == Language::kEn && word.data() == question.data();
    const bool is_foreign = !is_latin && IsLatin(word[0]);
    if (is_foreign || is_made_up || (!may_be_any && !asked.names[i].empty())) {
      names.push_back(word);
    }
  }
  return names;
}

// Where the passages with a term are.
struct Places {
  bool is_home = false;
  absl::flat_hash_set<DocumentAt> documents;
};

absl::Status Look(const Corpus& corpus, uint64_t key, const Homes& homes,
                  absl::Span<const AllowedPassages> allowed, Places* places) {
  const auto& segments = corpus.generation().segments;
  for (uint32_t s = 0; s < segments.size() && !places->is_home; ++s) {
    const SegmentReader& reader = *segments[s].reader;
    PostingsIterator it = reader.Postings(key);
    for (; it.Valid() && !places->is_home; it.NextBlock()) {
      const PostingsIterator::Postings& block = it.Block();
      for (int i = 0; i < block.count; ++i) {
        const uint32_t passage = block.ordinals[i];
        if (!allowed[s].Has(passage)) continue;
        const PassageRow& row = reader.passages()[passage];
        places->is_home |= homes[row.language % kLanguageCount];
        places->documents.insert({s, row.document});
      }
    }
    RETURN_IF_ERROR(it.status());
  }
  return absl::OkStatus();
}

}  // namespace

bool HasAsName(absl::string_view text, Language language,
               const NamesElsewhere& names) {
  const std::vector<Token> tokens = AnalyzeText(text, language);
  return std::any_of(tokens.begin(), tokens.end(), [&](const Token& token) {
    if (!names.keys.contains(token.key)) return false;
    const absl::string_view word =
        text.substr(token.begin, token.end - token.begin);
    return (token.flags & kTokenCapitalised) != 0 ||
           std::any_of(word.begin(), word.end(), absl::ascii_isdigit);
  });
}

absl::StatusOr<NamesElsewhere> FindNamesElsewhere(
    const Corpus& corpus, absl::string_view question, Language language,
    const Homes& homes, absl::Span<const AllowedPassages> allowed,
    const Lexicon& lexicon) {
  NamesElsewhere elsewhere;
  for (const absl::string_view name : Names(question, language, lexicon)) {
    Places places;
    uint64_t surface = 0;
    for (const Token& token : AnalyzeText(name, language)) {
      const uint64_t df = corpus.DocumentFrequency(token.key);
      if (token.channel == kChannelSurface) {
        surface = df > 0 ? token.key : 0;
      } else if (token.channel != kChannelPrefix) {
        continue;
      }
      if (df == 0) continue;
      if (df > kMostPassages) {
        places.is_home = true;
        break;
      }
      Places found;
      RETURN_IF_ERROR(Look(corpus, token.key, homes, allowed, &found));
      places.is_home |= found.is_home;
      // What only begins alike may be another name.
      if (token.channel == kChannelSurface) {
        places.documents = std::move(found.documents);
      }
    }
    if (surface == 0 || places.is_home || places.documents.empty() ||
        elsewhere.documents.size() + places.documents.size() > kMostDocuments) {
      continue;
    }
    elsewhere.documents.insert(places.documents.begin(),
                               places.documents.end());
    elsewhere.keys.insert(surface);
  }
  return elsewhere;
}

}  // namespace footnote
